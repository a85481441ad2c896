/* fuzz_outbox.c - any text as the payload of a write: after a line `PART MODEL RECORD KEY`. It is
 * listed, judged and sent, or refused with one line; nothing that is not JSON reaches Odoo. */
#include <sqlite3.h>

#include "desk.h"
#include "fuzz.h"
#include "qualiodoo/store/outbox.h"

struct words {
    enum outbox_part part;
    const char *model, *key;
    int64_t record;
};

static struct words read_words(char *line)
{
    static const char *const models[] = {"helpdesk.ticket", "res.partner", "mail.activity"};
    struct words words = {
        .part = (enum outbox_part)(strtoul(strsep(&line, " "), NULL, 10) % OUTBOX_PARTS)};
    const char *model = line ? strsep(&line, " ") : "";

    words.model = *model ? model : models[words.part % 3];
    words.record = line ? strtoll(strsep(&line, " "), NULL, 10) : 1;
    words.key = line && *line ? line : "breach.1.1741773600";
    return words;
}

/* Queues the write as a row, with any payload; outbox_add() would take it as well. */
static void insert(const struct words *words, const char *payload)
{
    static const char sql[] =
        "INSERT OR REPLACE INTO outbox (key, part, model, record, subject, payload, state, "
        "attempts, next_try, created_at, changed_at) VALUES (?1, ?2, ?3, ?4, ?4, ?5, 'queued', 0, "
        "0, 1, 1)";
    sqlite3_stmt *statement;
    sqlite3 *db;

    FUZZ_CHECK(sqlite3_open(desk_state(), &db) == SQLITE_OK, "%s", desk_state());
    FUZZ_CHECK(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, "%s",
               sqlite3_errmsg(db));
    sqlite3_bind_text(statement, 1, words->key, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, outbox_part_name(words->part), -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, words->model, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 4, words->record);
    sqlite3_bind_text(statement, 5, payload, -1, SQLITE_STATIC);
    FUZZ_CHECK(sqlite3_step(statement) == SQLITE_DONE, "%s", sqlite3_errmsg(db));
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const list[] = {"outbox", NULL},
                             *const one[] = {"outbox", "list", "1", NULL},
                             *const status[] = {"status", NULL};
    char *text, *payload;
    struct words words;

    desk_open();
    desk_state_reset(true);
    text = payload = fuzz_text(bytes, size);
    words = read_words(strsep(&payload, "\n"));
    insert(&words, payload ? payload : "");
    free(text);
    desk_command(list);
    desk_command(one);
    desk_sync(false);
    desk_command(list);
    desk_command(status);
    return 0;
}
