/* history.c - stores what the history of tickets says of their first assignment and closing. */
#include "qualiodoo/store/history.h"

#include "qualiodoo/store/mirror.h"
#include "qualiodoo/util/civil.h"
#include "statements.h"
#include "store_internal.h"

int history_of(struct store *store, int64_t ticket, enum history_status *ret, struct error *error)
{
    const struct store_query query = {"SELECT known FROM history WHERE ticket_id = ?1", ticket};
    int64_t known = 0;
    bool found = false;
    int rc = store_integer(store, query, &found, &known, error);

    if (rc == 0)
        *ret = !found ? HISTORY_NOT_ASKED : known ? HISTORY_KNOWN : HISTORY_UNKNOWN;
    return rc;
}

const char *history_status_name(enum history_status status)
{
    static const char *const names[] = {
        [HISTORY_NOT_ASKED] = NULL, [HISTORY_UNKNOWN] = "unknown", [HISTORY_KNOWN] = "known"};

    return names[status];
}

int history_forget(struct store *store, int64_t ticket, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, "DELETE FROM history WHERE ticket_id = ?1", &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, ticket);
    return store_run(store, statement, error);
}

static int lower_date(struct store *store, const char *sql, int64_t ticket, instant when,
                      struct error *error)
{
    char text[INSTANT_TEXT_SIZE];
    sqlite3_stmt *statement;
    int rc = when ? store_prepare(store, sql, &statement, error) : 0;

    if (rc < 0 || !when)
        return rc;
    sqlite3_bind_int64(statement, 1, ticket);
    sqlite3_bind_text(statement, 2, instant_format_odoo(when, text), -1, SQLITE_STATIC);
    rc = store_run(store, statement, error);
    if (rc == 0 && sqlite3_changes(store->db))
        rc = mirror_touch_ticket(store, ticket, error); /* its charges may change too */
    return rc;
}

int history_save(struct store *store, const struct history_answer *answer, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, "REPLACE INTO history VALUES (?1, ?2)", &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, answer->ticket);
    sqlite3_bind_int(statement, 2, answer->known);
    rc = store_run(store, statement, error);
    if (rc == 0)
        rc = lower_date(store,
                        "UPDATE ticket SET assigned_date = ?2 WHERE id = ?1"
                        " AND (assigned_date IS NULL OR assigned_date > ?2)",
                        answer->ticket, answer->assigned, error);
    if (rc == 0)
        rc = lower_date(store,
                        "UPDATE ticket SET closed_date = ?2 WHERE id = ?1"
                        " AND (closed_date IS NULL OR closed_date > ?2)",
                        answer->ticket, answer->closed, error);
    return rc;
}

int history_seen_unanswered(struct store *store, int64_t ticket, instant when, struct error *error)
{
    static const char sql[] = "INSERT INTO unanswered VALUES (?1, ?2) ON CONFLICT (ticket_id)"
                              " DO UPDATE SET seen_at = excluded.seen_at"
                              " WHERE excluded.seen_at > seen_at";
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, ticket);
    sqlite3_bind_int64(statement, 2, when);
    return store_run(store, statement, error);
}

int history_has_unknown(struct store *store, bool *ret, struct error *error)
{
    const struct store_query query = {"SELECT 1 FROM history WHERE NOT known LIMIT 1"};
    int64_t one;

    return store_integer(store, query, ret, &one, error);
}

int history_forget_unknown(struct store *store, struct error *error)
{
    int rc = store_exec(store,
                        "INSERT INTO change (owner, ref, mirror, id, what)"
                        " SELECT 'ticket', ticket_id, 'ticket', ticket_id, 'updated' FROM history"
                        " WHERE NOT known AND ticket_id IN (SELECT id FROM ticket)",
                        error);

    return rc < 0 ? rc : store_exec(store, "DELETE FROM history WHERE NOT known", error);
}
