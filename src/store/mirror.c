/* mirror.c - writes mirrored rows; owners.c notes what their changes touch. */
#include "qualiodoo/store/mirror.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checksum.h"
#include "noted.h"
#include "owners.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "statements.h"
#include "store_internal.h"

/* The statements of one table, made at its first use. Parameter ?1 is the id, i + 2 is column i of
 * the table; the checksum, where there is one, comes after the last column. */
struct mirror_statements {
    const struct mirror_table *table;
    struct noted_table noted;
    size_t n_columns;
    bool has_checksum; /* a column is MIRROR_COMPARED */
    sqlite3_stmt *insert, *select, *update, *delete;
    struct mirror_statements *next;
};

static void free_statements(struct store *store)
{
    struct mirror_statements *next;

    for (struct mirror_statements *made = store->mirrors; made; made = next) {
        next = made->next;
        sqlite3_finalize(made->insert);
        sqlite3_finalize(made->select);
        sqlite3_finalize(made->update);
        sqlite3_finalize(made->delete);
        free(made);
    }
    store->mirrors = NULL;
}

static int prepare_text(struct store *store, sqlite3_str *text, sqlite3_stmt **ret,
                        struct error *error)
{
    char *sql = sqlite3_str_finish(text);
    int rc;

    if (!sql)
        return error_memory(error);
    rc = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL);
    sqlite3_free(sql);
    return rc == SQLITE_OK ? 0 : store_fail(store, error);
}

static int prepare_insert(struct store *store, struct mirror_statements *made, struct error *error)
{
    sqlite3_str *text = sqlite3_str_new(store->db);

    sqlite3_str_appendf(text, "INSERT INTO \"%w\" (id", made->table->name);
    for (size_t i = 0; i < made->n_columns; i++)
        sqlite3_str_appendf(text, ", \"%w\"", made->table->columns[i].name);
    sqlite3_str_appendall(text, made->has_checksum ? ", checksum) VALUES (?1" : ") VALUES (?1");
    for (size_t i = 0; i < made->n_columns + made->has_checksum; i++)
        sqlite3_str_appendf(text, ", ?%d", (int)i + 2);
    sqlite3_str_appendall(text, ") ON CONFLICT DO NOTHING");
    return prepare_text(store, text, &made->insert, error);
}

static int prepare_select(struct store *store, struct mirror_statements *made, struct error *error)
{
    sqlite3_str *text = sqlite3_str_new(store->db);

    sqlite3_str_appendf(text, "SELECT id");
    for (size_t i = 0; i < made->n_columns; i++)
        sqlite3_str_appendf(text, ", \"%w\"", made->table->columns[i].name);
    sqlite3_str_appendf(text, "%s FROM \"%w\" WHERE id = ?1",
                        made->has_checksum ? ", checksum" : "", made->table->name);
    return prepare_text(store, text, &made->select, error);
}

static int prepare_update(struct store *store, struct mirror_statements *made, struct error *error)
{
    sqlite3_str *text = sqlite3_str_new(store->db);

    sqlite3_str_appendf(text, "UPDATE \"%w\" SET ", made->table->name);
    for (size_t i = 0; i < made->n_columns; i++)
        sqlite3_str_appendf(text, "%s\"%w\" = ?%d", i ? ", " : "", made->table->columns[i].name,
                            (int)i + 2);
    if (made->has_checksum)
        sqlite3_str_appendf(text, ", checksum = ?%d", (int)made->n_columns + 2);
    sqlite3_str_appendall(text, " WHERE id = ?1");
    return prepare_text(store, text, &made->update, error);
}

static int statements_for(struct store *store, const struct mirror_table *table,
                          struct mirror_statements **ret, struct error *error)
{
    struct mirror_statements *made;
    sqlite3_str *text;
    int rc;

    for (made = store->mirrors; made; made = made->next)
        if (made->table == table) {
            *ret = made;
            return 0;
        }
    made = calloc(1, sizeof *made);
    if (!made)
        return error_memory(error);
    made->table = table;
    made->noted = noted_describe(store, table);
    made->next = store->mirrors;
    store->mirrors = made;
    store->free_mirrors = free_statements;
    while (made->n_columns < MIRROR_COLUMNS_MAX && table->columns[made->n_columns].name) {
        made->has_checksum |= (table->columns[made->n_columns].flags & MIRROR_COMPARED) != 0;
        made->n_columns++;
    }
    rc = prepare_insert(store, made, error);
    if (rc == 0)
        rc = prepare_select(store, made, error);
    if (rc == 0)
        rc = prepare_update(store, made, error);
    if (rc < 0)
        return rc;
    text = sqlite3_str_new(store->db);
    sqlite3_str_appendf(text, "DELETE FROM \"%w\" WHERE id = ?1", table->name);
    rc = prepare_text(store, text, &made->delete, error);
    if (rc < 0)
        return rc;
    *ret = made;
    return 0;
}

static void bind_value(sqlite3_stmt *statement, int parameter, struct mirror_value value)
{
    switch (value.kind) {
    case VALUE_NULL:
        sqlite3_bind_null(statement, parameter);
        break;
    case VALUE_INTEGER:
        sqlite3_bind_int64(statement, parameter, value.integer);
        break;
    case VALUE_TEXT:
        sqlite3_bind_text(statement, parameter, value.text, -1, SQLITE_STATIC);
        break;
    }
}

/* What the column `checksum` of a row is to hold. */
static struct mirror_value checksum_value(const struct mirror_statements *made,
                                          const struct mirror_row *row)
{
    if (row->incomplete)
        return (struct mirror_value){.kind = VALUE_NULL};
    return (struct mirror_value){.kind = VALUE_INTEGER,
                                 .integer = checksum_of(row->id, row->values, made->n_columns)};
}

/* Binds a row to the insert or update statement. */
static void bind(const struct mirror_statements *made, sqlite3_stmt *statement,
                 const struct mirror_row *row)
{
    sqlite3_bind_int64(statement, 1, row->id);
    for (size_t i = 0; i < made->n_columns; i++)
        bind_value(statement, (int)i + 2, row->values[i]);
    if (made->has_checksum)
        bind_value(statement, (int)made->n_columns + 2, checksum_value(made, row));
}

static bool same_value(sqlite3_stmt *row, int column, const struct mirror_value *value)
{
    switch (sqlite3_column_type(row, column)) {
    case SQLITE_NULL:
        return value->kind == VALUE_NULL;
    case SQLITE_INTEGER:
        return value->kind == VALUE_INTEGER && value->integer == sqlite3_column_int64(row, column);
    default:
        return value->kind == VALUE_TEXT && strcmp(value->text, column_text(row, column)) == 0;
    }
}

/* Whether the stored date is kept, because the new one is later or absent. */
static bool keeps_earliest(sqlite3_stmt *row, int column, const struct mirror_value *value)
{
    const char *stored = column_text(row, column);

    return stored && (value->kind != VALUE_TEXT || strcmp(value->text, stored) >= 0);
}

static int clear_marks(struct store *store, const struct mirror_table *table, int64_t id,
                       struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, "DELETE FROM tombstone WHERE mirror = ?1 AND id = ?2", &statement,
                           error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, table->name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, id);
    return store_run(store, statement, error);
}

/* Replaces the stored row when the given values differ from it. */
static int update_row(struct store *store, struct mirror_statements *made,
                      const struct mirror_row *given, enum mirror_change *ret_change,
                      struct error *error)
{
    struct mirror_value values[MIRROR_COLUMNS_MAX], checksum;
    struct mirror_row kept = *given;
    char earliest[MIRROR_COLUMNS_MAX][32];
    sqlite3_stmt *row = made->select;
    bool differs = false, stamped = false, same_checksum = true;
    int rc;

    sqlite3_bind_int64(row, 1, given->id);
    rc = store_step(store, row, error);
    if (rc < 0)
        return rc;
    assert(rc == 1);
    for (size_t i = 0; i < made->n_columns; i++) {
        const struct mirror_column *column = &given->table->columns[i];
        int index = (int)i + 1;

        values[i] = given->values[i];
        if (column->flags & MIRROR_EARLIEST && keeps_earliest(row, index, &values[i])) {
            /* copied: the row's text is lost at its reset */
            snprintf(earliest[i], sizeof earliest[i], "%s", column_text(row, index));
            values[i] = (struct mirror_value){.kind = VALUE_TEXT, .text = earliest[i]};
        } else if (!same_value(row, index, &values[i])) {
            bool *kind = strcmp(column->name, "write_date") == 0 ? &stamped : &differs;

            *kind = true;
        }
    }
    *ret_change = differs ? MIRROR_UPDATED : stamped ? MIRROR_STAMPED : MIRROR_SAME;
    differs = differs || stamped;
    kept.values = values;
    if (made->has_checksum) {
        checksum = checksum_value(made, &kept);
        same_checksum = same_value(row, (int)made->n_columns + 1, &checksum);
    }
    if (differs && given->log)
        rc = owners_log(store, (struct owners_touch){given->table, given->id, row, values}, error);
    sqlite3_reset(row);
    if (rc < 0 || (!differs && same_checksum))
        return rc < 0 ? rc : 0;
    rc = noted_leaving(store, &made->noted, given->id, error);
    if (rc < 0)
        return rc;
    bind(made, made->update, &kept);
    rc = store_run(store, made->update, error);
    return rc < 0 ? rc : noted_stored(store, &made->noted, given, false, error);
}

int mirror_put(struct store *store, const struct mirror_row *row, enum mirror_change *ret_change,
               struct error *error)
{
    struct mirror_statements *made;
    int rc = statements_for(store, row->table, &made, error);

    if (rc < 0)
        return rc;
    bind(made, made->insert, row);
    rc = store_run(store, made->insert, error);
    if (rc < 0)
        return rc;
    if (sqlite3_changes(store->db) == 0)
        return update_row(store, made, row, ret_change, error);
    *ret_change = MIRROR_CREATED;
    rc = noted_stored(store, &made->noted, row, true, error);
    if (rc < 0 || !row->log)
        return rc;
    rc = clear_marks(store, row->table, row->id, error);
    if (rc < 0)
        return rc;
    return owners_log(
        store, (struct owners_touch){.table = row->table, .id = row->id, .values = row->values},
        error);
}

/* The values of a row of the select statement; texts are borrowed until its next step or reset. */
static void stored_values(const struct mirror_statements *made, struct mirror_value *values)
{
    sqlite3_stmt *row = made->select;

    for (size_t i = 0; i < made->n_columns; i++) {
        int column = (int)i + 1;

        values[i] = (struct mirror_value){.kind = VALUE_NULL};
        if (sqlite3_column_type(row, column) == SQLITE_INTEGER)
            values[i] = (struct mirror_value){.kind = VALUE_INTEGER,
                                              .integer = sqlite3_column_int64(row, column)};
        else if (sqlite3_column_type(row, column) != SQLITE_NULL)
            values[i] = (struct mirror_value){.kind = VALUE_TEXT, .text = column_text(row, column)};
    }
}

int mirror_is_same(struct store *store, const struct mirror_row *row, bool *ret,
                   struct error *error)
{
    struct mirror_value values[MIRROR_COLUMNS_MAX], checksum;
    struct mirror_statements *made;
    int rc = statements_for(store, row->table, &made, error);

    if (rc < 0)
        return rc;
    assert(made->has_checksum);
    sqlite3_bind_int64(made->select, 1, row->id);
    rc = store_step(store, made->select, error);
    *ret = rc == 1;
    if (rc < 1)
        return rc;
    for (size_t i = 0; i < made->n_columns; i++)
        if (row->table->columns[i].flags & MIRROR_COMPARED &&
            !same_value(made->select, (int)i + 1, &row->values[i]))
            *ret = false;
    stored_values(made, values);
    checksum = checksum_value(made, &(struct mirror_row){.id = row->id, .values = values});
    *ret = *ret && same_value(made->select, (int)made->n_columns + 1, &checksum);
    sqlite3_reset(made->select);
    return 0;
}

int mirror_delete(struct store *store, const struct mirror_table *table, int64_t id,
                  struct error *error)
{
    struct mirror_statements *made;
    char now[INSTANT_TEXT_SIZE];
    sqlite3_stmt *statement = NULL;
    int rc = statements_for(store, table, &made, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(made->select, 1, id);
    rc = store_step(store, made->select, error);
    if (rc <= 0)
        return rc;
    rc = owners_log(store, (struct owners_touch){.table = table, .id = id, .stored = made->select},
                    error);
    sqlite3_reset(made->select);
    if (rc < 0)
        return rc;
    rc = owners_log_holder(store, table, id, error);
    if (rc == 0)
        rc = noted_leaving(store, &made->noted, id, error);
    if (rc < 0)
        return rc;
    sqlite3_bind_int64(made->delete, 1, id);
    rc = store_run(store, made->delete, error);
    if (rc == 0)
        rc = noted_deleted(store, &made->noted, table->name, id, error);
    if (rc == 0)
        rc = store_prepare(store,
                           "INSERT INTO tombstone VALUES (?1, ?2, ?3)"
                           " ON CONFLICT DO UPDATE SET deleted_at = excluded.deleted_at",
                           &statement, error);
    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, table->name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, id);
    sqlite3_bind_text(statement, 3, instant_format(clock_now(), now), -1, SQLITE_STATIC);
    return store_run(store, statement, error);
}

int mirror_keep_known(struct store *store, const struct mirror_table *table, struct ids *ids,
                      struct error *error)
{
    struct mirror_statements *made;
    size_t kept = 0;
    int rc = statements_for(store, table, &made, error);

    for (size_t i = 0; i < ids->count && rc == 0; i++) {
        sqlite3_bind_int64(made->select, 1, ids->items[i]);
        rc = store_step(store, made->select, error);
        if (rc < 0)
            break;
        if (rc == 1)
            ids->items[kept++] = ids->items[i];
        sqlite3_reset(made->select);
        rc = 0;
    }
    if (rc == 0)
        ids->count = kept;
    return rc;
}

int mirror_touch_all(struct store *store, const char *why, struct error *error)
{
    return owners_log_change(
        store, (struct owners_change){.owner = OWNER_ALL, .mirror = why, .what = ""}, error);
}

int mirror_touch_account(struct store *store, int64_t account, const char *mirror, int64_t id,
                         struct error *error)
{
    return owners_log_change(
        store, (struct owners_change){OWNER_ACCOUNT, account, mirror, id, "updated"}, error);
}

int mirror_touch_ticket(struct store *store, int64_t ticket, struct error *error)
{
    return owners_log_change(
        store, (struct owners_change){OWNER_TICKET, ticket, "ticket", ticket, "updated"}, error);
}

int mirror_touch_targets(struct store *store, const char *why, struct error *error)
{
    return owners_log_change(
        store, (struct owners_change){.owner = OWNER_TARGETS, .mirror = why, .what = ""}, error);
}
