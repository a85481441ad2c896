/* fuzz_calendar.c - any rows of working calendars as they are mirrored: each line is `hours WEEKDAY
 * FROM TO WEEK FIRST LAST` (billionths of an hour, "-" for none) or `leave FROM/TO`. Every ticket
 * is judged, or one line says which row is wrong. */
#include <sqlite3.h>

#include "desk.h"
#include "fuzz.h"
#include "qualiodoo/compute/respond.h"
#include "qualiodoo/store/transactions.h"
#include "qualiodoo/util/clock.h"
#include "statements.h"
#include "store_internal.h"

static struct store *store;

static void bind_word(sqlite3_stmt *statement, int at, const char *word)
{
    char *end;
    long long number = word ? strtoll(word, &end, 10) : 0;

    if (!word || strcmp(word, "-") == 0)
        sqlite3_bind_null(statement, at);
    else if (*word && !*end)
        sqlite3_bind_int64(statement, at, number);
    else
        sqlite3_bind_text(statement, at, word, -1, SQLITE_TRANSIENT);
}

static void add_row(char *line, int number)
{
    static const char hours[] = "INSERT INTO attendance (id, write_date, calendar_id, weekday, "
                                "hour_from, hour_to, week_type,"
                                " date_from, date_to) VALUES (?7, '', 1, ?1, ?2, ?3, ?4, ?5, ?6)";
    static const char leave[] =
        "INSERT INTO leave (id, write_date, calendar_id, date_from, date_to, "
        "time_type) VALUES (?7, '', 1, ?1, ?2, 'leave')";
    const char *kind = strsep(&line, " ");
    bool is_leave = *kind == 'l';
    sqlite3_stmt *statement;

    FUZZ_CHECK(sqlite3_prepare_v2(store->db, is_leave ? leave : hours, -1, &statement, NULL) ==
                   SQLITE_OK,
               "%s", sqlite3_errmsg(store->db));
    for (int i = 1; i <= (is_leave ? 2 : 6); i++) {
        char *word = line ? strsep(&line, is_leave ? "/" : " ") : NULL;

        /* week parity is a text, as are dates and weekdays */
        if (word && strcmp(word, "-") != 0 && (is_leave || i == 1 || i >= 4))
            sqlite3_bind_text(statement, i, word, -1, SQLITE_TRANSIENT);
        else
            bind_word(statement, i, word);
    }
    sqlite3_bind_int(statement, 7, 1000 + number);
    sqlite3_step(statement); /* what a check of the table refuses is not stored */
    sqlite3_finalize(statement);
}

static int ignore(void *context, const struct target_verdict *target, struct error *error)
{
    (void)context;
    (void)target;
    (void)error;
    return 0;
}

static void judge_all(void)
{
    struct error error = {0};
    struct respond_run run = {.now = clock_now(), .row = ignore};
    struct respond *respond = NULL;
    int rc = respond_open(desk_config, store, &(struct target_query){0}, &respond, &error);

    if (rc == 0)
        rc = respond_each(respond, &(struct target_query){0}, &run, &error);
    if (rc < 0)
        FUZZ_CHECK_ERROR(&error);
    if (run.problem.code)
        FUZZ_CHECK_ERROR(&run.problem);
    respond_free(respond);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct error error = {0};
    char *text, *rest;
    int number = 0;

    if (size > 4096)
        return -1;
    if (!store) {
        desk_open();
        desk_state_reset(true);
        FUZZ_CHECK(store_open(desk_state(), STORE_TRIAL, &store, &error) == 0, "%s", error.message);
    }
    FUZZ_CHECK(store_begin(store, &error) == 0, "%s", error.message);
    store_exec(store, "DELETE FROM attendance", &error);
    text = rest = fuzz_text(bytes, size);
    for (char *line; (line = strsep(&rest, "\n"));)
        if (*line)
            add_row(line, number++);
    free(text);
    judge_all();
    store_rollback(store);
    return 0;
}
