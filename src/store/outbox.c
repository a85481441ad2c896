/* outbox.c - the writes into Odoo, as rows.
 *
 *              outbox_add                       call begun            answered
 *     (none) ------------> QUEUED ---------------> SENDING ---------------> DONE
 *        |                  |  ^  ^                 |   |
 *        | shadow mode      |  |  `-- not executed -'   `-- refused --> REFUSED
 *        v                  |  |      or absent in Odoo                  |  |
 *     SHADOW -- writes on --'  `---------------- outbox_retry ----------'  |
 *        |  (a new row)     |                                              |
 *        v                  |                            outbox_drop -> DROPPED
 *     (removed)             `-- no longer true --> VOID -- true again --> QUEUED
 *
 * Invariants:
 *  1. A row is committed before its write is sent: SENDING is on disk before the call.
 *  2. (key, part) is unique, so that a write that was sent or dropped is never queued again. Only
 *     these are queued again: VOID rows, and rows that set values (OUTBOX_FIELDS, OUTBOX_ACCOUNT),
 *     with other values or when they are DONE and Odoo no longer holds the values.
 *  3. In SENDING the effect of the last call is unknown: Odoo is read before the call is repeated.
 *  4. DONE and DROPPED are final, except for 2.
 *  5. A refused row blocks only the parts of its own set that depend on it. */
#include "qualiodoo/store/outbox.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "noted.h"
#include "statements.h"
#include "store_internal.h"

static const char *const state_names[OUTBOX_STATES] = {
    [OUTBOX_QUEUED] = "queued",   [OUTBOX_SENDING] = "sending", [OUTBOX_DONE] = "done",
    [OUTBOX_REFUSED] = "refused", [OUTBOX_DROPPED] = "dropped", [OUTBOX_VOID] = "void",
    [OUTBOX_SHADOW] = "shadow",
};

static const char *const part_names[OUTBOX_PARTS] = {
    [OUTBOX_NOTE] = "note",       [OUTBOX_TAG] = "tag",          [OUTBOX_ACTIVITY] = "activity",
    [OUTBOX_UNTAG] = "untag",     [OUTBOX_DONE_WITH] = "unplan", [OUTBOX_FIELDS] = "fields",
    [OUTBOX_ACCOUNT] = "account",
};

/* The allowed transitions of each state, as bits: the diagram above. */
#define TO(state) (1U << (state))
static const unsigned transitions[OUTBOX_STATES] = {
    [OUTBOX_QUEUED] = TO(OUTBOX_SENDING) | TO(OUTBOX_DONE) | TO(OUTBOX_QUEUED) |
                      TO(OUTBOX_REFUSED) | TO(OUTBOX_VOID) | TO(OUTBOX_DROPPED),
    [OUTBOX_SENDING] = TO(OUTBOX_DONE) | TO(OUTBOX_REFUSED) | TO(OUTBOX_QUEUED) |
                       TO(OUTBOX_SENDING) | TO(OUTBOX_DROPPED),
    [OUTBOX_REFUSED] = TO(OUTBOX_QUEUED) | TO(OUTBOX_DROPPED),
};

#define COLUMNS                                                                                    \
    "id, key, part, model, record, subject, payload, state, attempts, next_try, created_at,"       \
    " changed_at, remote_id, reason"

const char *outbox_state_name(enum outbox_state state)
{
    return state_names[state];
}

const char *outbox_part_name(enum outbox_part part)
{
    return part_names[part];
}

/* The index of a name, or ERR_STATE: a damaged state may hold one that no version wrote. */
static int index_of(const struct store *store, const char *const *names, int count,
                    const char *name, struct error *error)
{
    for (int i = 0; i < count; i++)
        if (name && strcmp(names[i], name) == 0)
            return i;
    return error_set(error, ERR_STATE,
                     "%s is damaged (the outbox holds the unknown word '%.40s'): move it away and "
                     "run 'qualiodoo reconcile'",
                     store->path, name ? name : "");
}

static int read_row(const struct store *store, sqlite3_stmt *row, struct outbox_row *ret,
                    struct error *error)
{
    int part = index_of(store, part_names, OUTBOX_PARTS, column_text(row, 2), error);
    int state =
        part < 0 ? part : index_of(store, state_names, OUTBOX_STATES, column_text(row, 7), error);

    if (state < 0)
        return state;
    *ret = (struct outbox_row){
        .id = sqlite3_column_int64(row, 0),
        .key = column_text(row, 1),
        .part = (enum outbox_part)part,
        .model = column_text(row, 3),
        .record = sqlite3_column_int64(row, 4),
        .subject = sqlite3_column_int64(row, 5),
        .payload = column_text(row, 6),
        .state = (enum outbox_state)state,
        .attempts = sqlite3_column_int(row, 8),
        .next_try = sqlite3_column_int64(row, 9),
        .created_at = sqlite3_column_int64(row, 10),
        .changed_at = sqlite3_column_int64(row, 11),
        .remote_id = sqlite3_column_int64(row, 12),
        .reason = column_text(row, 13),
    };
    return 0;
}

/* ---- Adding ---- */

/* Deletes the SHADOW row with the same (key, part): a QUEUED row replaces it. */
static int drop_shadow(struct store *store, const struct outbox_row *row, struct error *error)
{
    sqlite3_stmt *statement;
    int rc =
        store_prepare(store, "DELETE FROM outbox WHERE key = ?1 AND part = ?2 AND state = 'shadow'",
                      &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, row->key, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, part_names[row->part], -1, SQLITE_STATIC);
    return store_run(store, statement, error);
}

int outbox_add(struct store *store, const struct outbox_row *row, instant now, bool *ret_added,
               struct error *error)
{
    static const char insert[] =
        "INSERT INTO outbox (key, part, model, record, subject, payload, state, created_at,"
        " changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8) ON CONFLICT (key, part)"
        " DO UPDATE SET payload = excluded.payload, state = excluded.state, attempts = 0,"
        " next_try = 0, created_at = excluded.created_at, changed_at = excluded.changed_at,"
        " remote_id = NULL, reason = NULL WHERE state = 'void' OR ?9 AND (payload <>"
        "  excluded.payload OR state = 'done' AND excluded.state = 'queued')";
    sqlite3_stmt *statement;
    int rc = 0;

    assert(row->state == OUTBOX_QUEUED || row->state == OUTBOX_SHADOW);
    if (row->state == OUTBOX_QUEUED)
        rc = drop_shadow(store, row, error);
    if (rc == 0)
        rc = store_prepare(store, insert, &statement, error);
    if (rc != 0)
        return rc;
    sqlite3_bind_text(statement, 1, row->key, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, part_names[row->part], -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, row->model, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 4, row->record);
    sqlite3_bind_int64(statement, 5, row->subject);
    sqlite3_bind_text(statement, 6, row->payload, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 7, state_names[row->state], -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 8, now);
    sqlite3_bind_int(statement, 9, row->part == OUTBOX_FIELDS || row->part == OUTBOX_ACCOUNT);
    rc = store_run(store, statement, error);
    sqlite3_clear_bindings(statement);
    if (rc == 0)
        *ret_added = sqlite3_changes(store->db) > 0;
    return rc;
}

/* ---- Reading ---- */

static const char *query_sql(enum outbox_filter filter)
{
    switch (filter) {
    case OUTBOX_OPEN:
        return "SELECT " COLUMNS " FROM outbox WHERE id > ?1"
               " AND state IN ('queued', 'sending', 'refused', 'shadow') ORDER BY id LIMIT 1";
    case OUTBOX_DUE:
        /* changed_at > now: the clock was set back, and next_try may be far ahead. */
        return "SELECT " COLUMNS " FROM outbox INDEXED BY outbox_due"
               " WHERE id > ?1 AND state IN ('queued', 'sending')"
               " AND (next_try <= ?2 OR changed_at > ?2) ORDER BY id LIMIT 1";
    case OUTBOX_OF_KEY:
        return "SELECT " COLUMNS " FROM outbox WHERE id > ?1 AND key = ?2 ORDER BY id LIMIT 1";
    case OUTBOX_ALL:
        break;
    }
    return "SELECT " COLUMNS " FROM outbox WHERE id > ?1 ORDER BY id LIMIT 1";
}

/* Reads one row per query, so that `row` may change rows and call this function again. */
int outbox_each(struct store *store, const struct outbox_query *query,
                int (*row)(void *context, const struct outbox_row *row, struct error *error),
                void *context, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int64_t after = query->after;
    int rc;

    if (sqlite3_prepare_v2(store->db, query_sql(query->filter), -1, &statement, NULL) != SQLITE_OK)
        return store_fail(store, error);
    do {
        sqlite3_reset(statement);
        sqlite3_bind_int64(statement, 1, after);
        if (query->filter == OUTBOX_DUE)
            sqlite3_bind_int64(statement, 2, query->now);
        else if (query->filter == OUTBOX_OF_KEY)
            sqlite3_bind_text(statement, 2, query->key, -1, SQLITE_STATIC);
        rc = store_step(store, statement, error);
        if (rc == 1) {
            struct outbox_row read = {0};

            rc = read_row(store, statement, &read, error);
            after = read.id;
            rc = rc < 0 ? rc : row(context, &read, error);
            rc = rc < 0 ? rc : 1;
        }
    } while (rc == 1);
    sqlite3_finalize(statement);
    return rc;
}

int outbox_get(struct store *store, int64_t id,
               int (*row)(void *context, const struct outbox_row *row, struct error *error),
               void *context, struct error *error)
{
    sqlite3_stmt *statement;
    int rc =
        store_prepare(store, "SELECT " COLUMNS " FROM outbox WHERE id = ?1", &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, id);
    rc = store_step(store, statement, error);
    if (rc == 1) {
        struct outbox_row read = {0};

        rc = read_row(store, statement, &read, error);
        rc = rc < 0 ? rc : row(context, &read, error);
        sqlite3_reset(statement);
    }
    return rc;
}

int outbox_count(struct store *store, struct outbox_counts *ret, struct error *error)
{
    sqlite3_stmt *statement;
    struct outbox_counts counts = {0};
    int rc = store_prepare(
        store, "SELECT substr(name, 8), n FROM tally WHERE name > 'outbox.' AND name < 'outbox/'",
        &statement, error);

    if (rc < 0)
        return rc;
    while ((rc = store_step(store, statement, error)) == 1) {
        int state = index_of(store, state_names, OUTBOX_STATES, column_text(statement, 0), error);

        if (state < 0) {
            sqlite3_reset(statement);
            return state;
        }
        counts.by_state[state] = sqlite3_column_int64(statement, 1);
    }
    if (rc == 0)
        *ret = counts;
    return rc;
}

int outbox_keys(struct store *store, const char *prefix,
                int (*set)(void *context, const char *key, enum outbox_state state,
                           struct error *error),
                void *context, struct error *error)
{
    /* '/' is the character after '.', with which the prefix ends: it bounds the range of keys. */
    static const char sql[] =
        "SELECT key, state FROM outbox WHERE key > ?1 AND key < ?2 AND part = 'note'"
        " UNION ALL SELECT key, 'done' FROM marker m WHERE key > ?1 AND key < ?2"
        " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.key = m.key AND part = 'note')"
        " ORDER BY key";
    size_t length = strlen(prefix);
    char *end = strdup(prefix);
    sqlite3_stmt *statement;
    int rc = end ? store_prepare(store, sql, &statement, error) : error_memory(error);

    assert(length && prefix[length - 1] == '.');
    if (rc < 0) {
        free(end);
        return rc;
    }
    end[length - 1] = '/';
    sqlite3_bind_text(statement, 1, prefix, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, end, -1, SQLITE_STATIC);
    while ((rc = store_step(store, statement, error)) == 1) {
        int state = index_of(store, state_names, OUTBOX_STATES, column_text(statement, 1), error);

        rc = state < 0 ? state
                       : set(context, column_text(statement, 0), (enum outbox_state)state, error);
        if (rc < 0) {
            sqlite3_reset(statement);
            break;
        }
    }
    sqlite3_clear_bindings(statement);
    free(end);
    return rc;
}

int outbox_concerns(struct store *store, int64_t subject, bool *ret, struct error *error)
{
    const struct store_query query = {
        "SELECT EXISTS (SELECT 1 FROM outbox WHERE subject = ?1) OR EXISTS (SELECT 1 FROM marker"
        "  WHERE CAST(substr(key, instr(key, '.') + 1) AS INTEGER) = ?1 AND key IS NOT NULL)",
        subject};
    int64_t found = 0;
    bool any;
    int rc = store_integer(store, query, &any, &found, error);

    if (rc == 0)
        *ret = found;
    return rc;
}

int outbox_subjects(struct store *store, struct ids *ret, struct error *error)
{
    /* The subject of a key is the number after its first dot; CAST stops at the second dot. */
    static const char sql[] =
        "SELECT subject FROM outbox"
        " UNION SELECT CAST(substr(key, instr(key, '.') + 1) AS INTEGER) FROM marker"
        "  WHERE key IS NOT NULL ORDER BY 1";
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    return rc < 0 ? rc : store_ids(store, statement, ret, error);
}

int outbox_exists(struct store *store, const char *key, bool *ret, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store,
                           "SELECT EXISTS (SELECT 1 FROM outbox WHERE key = ?1 AND part = 'note'"
                           "  AND state <> 'void') OR EXISTS (SELECT 1 FROM marker WHERE key = ?1)",
                           &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    rc = store_step(store, statement, error);
    if (rc < 0)
        return rc;
    *ret = sqlite3_column_int(statement, 0);
    sqlite3_reset(statement);
    return 0;
}

/* ---- Moving ---- */

static int state_of(struct store *store, int64_t id, enum outbox_state *ret, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, "SELECT state FROM outbox WHERE id = ?1", &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, id);
    rc = store_step(store, statement, error);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return error_set(error, ERR_NOT_FOUND,
                         "there is no write %lld in the outbox: 'qualiodoo outbox' lists them",
                         (long long)id);
    rc = index_of(store, state_names, OUTBOX_STATES, column_text(statement, 0), error);
    sqlite3_reset(statement);
    if (rc < 0)
        return rc;
    *ret = (enum outbox_state)rc;
    return 0;
}

int outbox_move(struct store *store, const struct outbox_move *move, instant now,
                struct error *error)
{
    static const char update[] = "UPDATE outbox SET state = ?2, changed_at = ?3, next_try = ?4,"
                                 " remote_id = coalesce(?5, remote_id),"
                                 " reason = CASE WHEN ?2 <> 'done' THEN coalesce(?6, reason) END,"
                                 " attempts = attempts + ?7 WHERE id = ?1";
    enum outbox_state from = OUTBOX_QUEUED;
    sqlite3_stmt *statement;
    int rc = state_of(store, move->id, &from, error);

    if (rc == 0 && move->to == OUTBOX_DONE) /* first: a kill in between leaves a note too many */
        rc = noted_written(store, move->id, error);
    if (rc == 0)
        rc = store_prepare(store, update, &statement, error);
    if (rc != 0)
        return rc;
    assert(transitions[from] & TO(move->to));
    sqlite3_bind_int64(statement, 1, move->id);
    sqlite3_bind_text(statement, 2, state_names[move->to], -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 3, now);
    sqlite3_bind_int64(statement, 4, move->next_try);
    if (move->remote_id)
        sqlite3_bind_int64(statement, 5, move->remote_id);
    if (move->reason)
        sqlite3_bind_text(statement, 6, move->reason, -1, SQLITE_STATIC);
    sqlite3_bind_int(statement, 7, move->to == OUTBOX_SENDING && from == OUTBOX_QUEUED);
    rc = store_run(store, statement, error);
    sqlite3_clear_bindings(statement);
    return rc;
}

int outbox_void(struct store *store, const char *key, const char *reason, instant now,
                struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store,
                           "UPDATE outbox SET state = 'void', reason = ?2, changed_at = ?3"
                           " WHERE key = ?1 AND state = 'queued'",
                           &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, reason, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 3, now);
    rc = store_run(store, statement, error);
    sqlite3_clear_bindings(statement);
    if (rc == 0)
        rc = store_prepare(store, "DELETE FROM outbox WHERE key = ?1 AND state = 'shadow'",
                           &statement, error);
    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    return store_run(store, statement, error);
}

int outbox_retry(struct store *store, int64_t id, instant now, struct error *error)
{
    enum outbox_state from = OUTBOX_QUEUED;
    int rc = state_of(store, id, &from, error);

    if (rc == 0 && from != OUTBOX_REFUSED && from != OUTBOX_QUEUED && from != OUTBOX_SENDING)
        rc = error_set(error, ERR_REFUSED,
                       "write %lld is '%s': only one that waits or was refused can be tried again",
                       (long long)id, state_names[from]);
    if (rc < 0)
        return rc;
    return outbox_move(
        store, &(struct outbox_move){.id = id, .to = from == OUTBOX_SENDING ? from : OUTBOX_QUEUED},
        now, error);
}

/* Drops the other parts of a note that is dropped: without the note, their marker, they would be
 * written again after a loss of the state. */
static int drop_dependents(struct store *store, int64_t id, instant now, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store,
                           "UPDATE outbox SET state = 'dropped', changed_at = ?2"
                           " WHERE key = (SELECT key FROM outbox WHERE id = ?1 AND part = 'note')"
                           " AND id <> ?1 AND state IN ('queued', 'refused')",
                           &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_int64(statement, 2, now);
    return store_run(store, statement, error);
}

int outbox_drop(struct store *store, int64_t id, instant now, struct error *error)
{
    enum outbox_state from = OUTBOX_QUEUED;
    int rc = state_of(store, id, &from, error);

    if (rc == 0 && !(transitions[from] & TO(OUTBOX_DROPPED)))
        rc = error_set(error, ERR_REFUSED, "write %lld is '%s': there is nothing to give up",
                       (long long)id, state_names[from]);
    if (rc == 0)
        rc = drop_dependents(store, id, now, error);
    if (rc < 0)
        return rc;
    return outbox_move(store, &(struct outbox_move){.id = id, .to = OUTBOX_DROPPED}, now, error);
}

int outbox_forget_shadow(struct store *store, struct error *error)
{
    int rc = store_exec(store, "DELETE FROM outbox WHERE state = 'shadow'", error);

    return rc < 0 ? rc : noted_add(store, NOTED_SHOWN, 0, error);
}

int outbox_forget_fields(struct store *store, struct error *error)
{
    return store_run_kept(store,
                          "DELETE FROM outbox INDEXED BY outbox_fields WHERE part = 'fields'"
                          " AND state IN ('queued', 'sending', 'refused', 'shadow')",
                          error);
}
