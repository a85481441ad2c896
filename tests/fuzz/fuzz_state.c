/* fuzz_state.c - any values in the state: each line is `TABLE ROW COLUMN VALUE`, where VALUE is
 * JSON or else a text, and puts that value in the place of what a cycle wrote. Every command that
 * reads the state answers, or says in one line what is wrong; a cycle does too. */
#include <jansson.h>
#include <sqlite3.h>

#include "desk.h"
#include "fuzz.h"

static void bind(sqlite3_stmt *statement, const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    if (json_is_integer(value))
        sqlite3_bind_int64(statement, 1, json_integer_value(value));
    else if (json_is_real(value))
        sqlite3_bind_double(statement, 1, json_real_value(value));
    else if (json_is_null(value))
        sqlite3_bind_null(statement, 1);
    else if (json_is_string(value))
        sqlite3_bind_text(statement, 1, json_string_value(value), -1, SQLITE_TRANSIENT);
    else
        sqlite3_bind_text(statement, 1, text, -1, SQLITE_TRANSIENT);
    json_decref(value);
}

/* An unknown word stands for one of the names: mutations stay meaningful. */
static char *name_of(sqlite3 *db, const char *sql, const char *table, const char *word)
{
    sqlite3_stmt *statement;
    char *name = NULL;
    unsigned wanted = 0, count = 0, i = 0;

    for (const char *c = word; *c; c++)
        wanted = wanted * 31 + (unsigned char)*c;
    FUZZ_CHECK(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, "%s",
               sqlite3_errmsg(db));
    sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
    while (!name && sqlite3_step(statement) == SQLITE_ROW) {
        const char *found = (const char *)sqlite3_column_text(statement, 0);

        count++;
        if (strcmp(found, word) == 0)
            name = strdup(found);
    }
    for (sqlite3_reset(statement); !name && sqlite3_step(statement) == SQLITE_ROW;)
        if (i++ == wanted % count)
            name = strdup((const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return name;
}

static void change(sqlite3 *db, char *line)
{
    char *rest = line, *sql = NULL, *table, *column;
    const char *word = strsep(&rest, " "), *row = strsep(&rest, " "), *field = strsep(&rest, " ");
    sqlite3_stmt *statement = NULL;

    if (!rest)
        return;
    table = name_of(db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND ?1 IS NULL", NULL,
                    word);
    column = name_of(db, "SELECT name FROM pragma_table_info(?1)", table, field);
    if (table && column &&
        asprintf(&sql,
                 "UPDATE \"%s\" SET \"%s\" = ?1 WHERE rowid = (SELECT rowid FROM \"%s\" LIMIT 1 "
                 "OFFSET (%llu %% max(1, (SELECT count(*) FROM \"%s\"))))",
                 table, column, table, strtoull(row, NULL, 10) >> 1, table) > 0 &&
        sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK) {
        bind(statement, rest);
        sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    free(sql);
    free(table);
    free(column);
}

/* The checks that refuse unknown words when they are written: a damaged file was not written. */
static void drop_checks(sqlite3 *db)
{
    char *sql;

    while ((sql = name_of(db,
                          "SELECT 'DROP TRIGGER ' || name FROM sqlite_schema WHERE type = "
                          "'trigger' AND name GLOB '*_words_*' AND ?1 IS NULL",
                          NULL, ""))) {
        FUZZ_CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
        free(sql);
    }
}

static void change_all(char *text)
{
    sqlite3 *db;

    FUZZ_CHECK(sqlite3_open(desk_state(), &db) == SQLITE_OK, "%s", desk_state());
    sqlite3_exec(db,
                 "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;"
                 "PRAGMA synchronous = OFF; BEGIN",
                 NULL, NULL, NULL);
    drop_checks(db);
    for (char *line; (line = strsep(&text, "\n"));)
        change(db, line);
    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    sqlite3_close(db);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text;

    if (size > 4096)
        return -1;
    desk_open();
    desk_state_reset(true);
    text = fuzz_text(bytes, size);
    change_all(text);
    free(text);
    desk_read_all(size);
    desk_sync(false);
    return 0;
}
