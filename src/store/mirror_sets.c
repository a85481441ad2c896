/* mirror_sets.c - the sets of ids that a pull asks for, the cursors, the pending and the unreadable
 * records. */
#include "qualiodoo/store/mirror_sets.h"

#include <stdlib.h>
#include <string.h>

#include "noted.h"
#include "qualiodoo/store/mirror.h"
#include "statements.h"
#include "store_internal.h"

#define INVOICE_TYPES "('out_invoice', 'out_receipt', 'out_refund')"

/* Every set is sorted; ?1 is a JSON array of the ids given, where the set depends on some. */
static const char *const set_sql[] = {
    [SET_PARTNERS_NEEDED] =
        "SELECT needed.id FROM (SELECT partner_id AS id FROM ticket"
        " UNION SELECT customer_id FROM move UNION SELECT partner_id FROM adjustment"
        " UNION SELECT author_id FROM reply UNION SELECT commercial_id FROM partner"
        " UNION SELECT parent_id FROM partner) needed"
        " WHERE needed.id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM partner p WHERE p.id = "
        "needed.id)"
        " ORDER BY 1",
    [SET_MOVES_NEEDED] =
        "SELECT needed.id FROM (SELECT move_id AS id FROM move_line"
        " UNION SELECT move_id FROM settlement_line UNION SELECT move_id FROM down_payment"
        " UNION SELECT reversed_entry_id FROM move WHERE type IN " INVOICE_TYPES ") needed"
        " WHERE needed.id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM move m WHERE m.id = needed.id)"
        " ORDER BY 1",
    [SET_LINES_NEEDED] =
        "SELECT needed.id FROM (SELECT debit_line_id AS id FROM partial"
        " UNION SELECT credit_line_id FROM partial) needed WHERE needed.id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM settlement_line s WHERE s.id = needed.id) ORDER BY 1",
    [SET_PAYMENTS_NEEDED] =
        "SELECT DISTINCT payment_id FROM settlement_line WHERE payment_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.id = payment_id) ORDER BY 1",
    [SET_DOWN_PAYMENTS_OF] =
        "SELECT d.id FROM json_each(?1) e JOIN down_payment d ON d.move_id = e.value ORDER BY 1",
    [SET_PENDING_INVOICES] = "SELECT p.id FROM pending p JOIN move m ON m.id = p.id"
                             " WHERE p.mirror = 'move' AND m.type IN " INVOICE_TYPES " ORDER BY 1",
    [SET_PENDING_ENTRIES] =
        "SELECT p.id FROM pending p LEFT JOIN move m ON m.id = p.id WHERE p.mirror = 'move'"
        " AND coalesce(m.type, '') NOT IN " INVOICE_TYPES " ORDER BY 1",
    [SET_TIMESHEETS_OF] =
        "SELECT t.id FROM json_each(?1) e JOIN timesheet t ON t.ticket_id = e.value"
        " ORDER BY 1",
    [SET_MOVE_LINES_OF] = "SELECT l.id FROM json_each(?1) e JOIN move_line l ON l.move_id = e.value"
                          " ORDER BY 1",
    [SET_REPLIES_OF] = "SELECT r.id FROM json_each(?1) e JOIN reply r ON r.ticket_id = e.value"
                       " ORDER BY 1",
    [SET_PARTIALS_OF] =
        "SELECT p.id FROM json_each(?1) e JOIN settlement_line s ON s.move_id = e.value"
        " JOIN partial p ON p.debit_line_id = s.id"
        " UNION SELECT p.id FROM json_each(?1) e JOIN settlement_line s ON s.move_id = e.value"
        " JOIN partial p ON p.credit_line_id = s.id ORDER BY 1",
    [SET_PARTNER_TICKETS] =
        "SELECT t.id FROM json_each(?1) e JOIN ticket t ON t.partner_id = e.value ORDER BY 1",
    [SET_PARTNER_MOVES] =
        "SELECT m.id FROM json_each(?1) e JOIN move m ON m.customer_id = e.value ORDER BY 1",
    [SET_PARTNER_ADJUSTMENTS] =
        "SELECT a.id FROM json_each(?1) e JOIN adjustment a ON a.partner_id = e.value ORDER BY 1",
    [SET_PARTNERS_BELOW] =
        "SELECT p.id FROM json_each(?1) e JOIN partner p ON p.parent_id = e.value"
        " UNION SELECT p.id FROM json_each(?1) e JOIN partner p ON p.commercial_id = e.value"
        " WHERE p.id <> e.value ORDER BY 1",
    [SET_CUSTOMER_TICKETS] =
        "SELECT t.id FROM json_each(?1) e JOIN partner p ON p.account_id = e.value"
        " JOIN ticket t ON t.partner_id = p.id ORDER BY 1",
    [SET_CUSTOMER_TIMESHEETS] =
        "SELECT l.id FROM json_each(?1) e JOIN partner p ON p.account_id = e.value"
        " JOIN ticket t ON t.partner_id = p.id JOIN timesheet l ON l.ticket_id = t.id ORDER BY 1",
    [SET_CUSTOMER_REPLIES] =
        "SELECT r.id FROM json_each(?1) e JOIN partner p ON p.account_id = e.value"
        " JOIN ticket t ON t.partner_id = p.id JOIN reply r ON r.ticket_id = t.id ORDER BY 1",
    [SET_CUSTOMER_MOVES] =
        "SELECT m.id FROM json_each(?1) e JOIN move m ON m.account_id = e.value ORDER BY 1",
    [SET_CUSTOMER_MOVE_LINES] =
        "SELECT l.id FROM json_each(?1) e JOIN move m ON m.account_id = e.value"
        " JOIN move_line l ON l.move_id = m.id ORDER BY 1",
    [SET_CUSTOMER_PARTNERS] =
        "SELECT p.id FROM json_each(?1) e JOIN partner p ON p.account_id = e.value"
        " OR p.id = e.value ORDER BY 1",
    [SET_CUSTOMER_ADJUSTMENTS] =
        "SELECT a.id FROM json_each(?1) e JOIN partner p ON p.account_id = e.value"
        " JOIN adjustment a ON a.partner_id = p.id ORDER BY 1",
    [SET_CUSTOMER_LINES] =
        "SELECT s.id FROM json_each(?1) e JOIN move m ON m.account_id = e.value"
        " JOIN settlement_line s ON s.move_id = m.id UNION"
        " SELECT p.credit_line_id FROM json_each(?1) e JOIN move m ON m.account_id = e.value"
        " JOIN settlement_line s ON s.move_id = m.id JOIN partial p ON p.debit_line_id = s.id UNION"
        " SELECT p.debit_line_id FROM json_each(?1) e JOIN move m ON m.account_id = e.value"
        " JOIN settlement_line s ON s.move_id = m.id JOIN partial p ON p.credit_line_id = s.id"
        " ORDER BY 1",
    [SET_CUSTOMER_SHOWN] =
        "SELECT s.id FROM json_each(?1) e JOIN shown s ON s.partner_id = e.value ORDER BY 1",
};

int mirror_set_ids(struct store *store, struct mirror_set_of of, struct ids *ret,
                   struct error *error)
{
    sqlite3_stmt *statement;
    char *text;
    int rc = store_prepare(store, set_sql[of.set], &statement, error);

    if (rc < 0)
        return rc;
    if (sqlite3_bind_parameter_count(statement) == 0)
        return store_ids(store, statement, ret, error);
    text = store_ids_text(of.ids, of.count);
    if (!text)
        return error_memory(error);
    sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
    rc = store_ids(store, statement, ret, error);
    sqlite3_clear_bindings(statement);
    free(text);
    return rc;
}

/* ---- Missing records ---- */

/* Deletes the notes of records that are mirrored by now, or that no row names any more. */
#define SETTLED(table, names)                                                                      \
    "DELETE FROM noted WHERE what = '" table "' AND id <> 0 AND (EXISTS (SELECT 1 FROM " table     \
    " m WHERE m.id = noted.id) OR NOT (false" names "))"
#define OR_BY(table, column) " OR EXISTS (SELECT 1 FROM " table " x WHERE x." column " = noted.id)"

static const char partners_settled[] =
    SETTLED("partner", OR_BY("ticket", "partner_id") OR_BY("move", "customer_id")
                           OR_BY("adjustment", "partner_id") OR_BY("reply", "author_id")
                               OR_BY("partner", "commercial_id") OR_BY("partner", "parent_id"));
static const char moves_settled[] =
    SETTLED("move", OR_BY("move_line", "move_id") OR_BY("settlement_line", "move_id")
                        OR_BY("down_payment", "move_id") " OR EXISTS (SELECT 1 FROM move r"
                                                         " WHERE r.reversed_entry_id = noted.id"
                                                         " AND r.type IN " INVOICE_TYPES ")");
static const char lines_settled[] = SETTLED(
    "settlement_line", OR_BY("partial", "debit_line_id") OR_BY("partial", "credit_line_id"));
static const char payments_settled[] = SETTLED("payment", OR_BY("settlement_line", "payment_id"));

/* The sets of missing records. */
static const struct missing {
    enum mirror_set set;
    enum noted what;
    const char *settled, *noted;
} missing[] = {
    {SET_PARTNERS_NEEDED, NOTED_PARTNER, partners_settled,
     "SELECT id FROM noted WHERE what = 'partner' ORDER BY id"},
    {SET_MOVES_NEEDED, NOTED_MOVE, moves_settled,
     "SELECT id FROM noted WHERE what = 'move' ORDER BY id"},
    {SET_LINES_NEEDED, NOTED_SETTLEMENT_LINE, lines_settled,
     "SELECT id FROM noted WHERE what = 'settlement_line' ORDER BY id"},
    {SET_PAYMENTS_NEEDED, NOTED_PAYMENT, payments_settled,
     "SELECT id FROM noted WHERE what = 'payment' ORDER BY id"},
};

static const struct missing *missing_of(enum mirror_set set)
{
    size_t i = 0;

    while (missing[i].set != set)
        i++;
    return &missing[i];
}

int mirror_missing(struct store *store, enum mirror_set set, struct ids *ret, struct error *error)
{
    const struct missing *of = missing_of(set);
    sqlite3_stmt *statement = NULL;
    bool all = false;
    int rc = noted_all(store, of->what, &all, error);

    if (rc < 0 || all)
        return rc < 0 ? rc : mirror_set_ids(store, (struct mirror_set_of){set}, ret, error);
    rc = store_run_kept(store, of->settled, error);
    if (rc == 0)
        rc = store_prepare(store, of->noted, &statement, error);
    return rc < 0 ? rc : store_ids(store, statement, ret, error);
}

int mirror_missing_rest(struct store *store, enum mirror_set set, const struct ids *rest,
                        struct error *error)
{
    enum noted what = missing_of(set)->what;
    bool all = false;
    int rc = noted_all(store, what, &all, error);

    if (rc < 0 || !all)
        return rc;
    for (size_t i = 0; i < rest->count && rc == 0; i++)
        rc = noted_add(store, what, rest->items[i], error);
    return rc < 0 ? rc : noted_remove(store, what, 0, error);
}

int mirror_look_everywhere(struct store *store, struct error *error)
{
    int rc = 0;

    for (enum noted what = 0; what < NOTED_KINDS && rc == 0; what++)
        rc = noted_add(store, what, 0, error);
    return rc;
}

/* ---- Tables ---- */

/* Prepares a statement whose table is known at run time only. The caller finalizes it. */
static int prepare_once(struct store *store, const char *format, const char *table,
                        sqlite3_stmt **ret, struct error *error)
{
    char *sql = sqlite3_mprintf(format, table);
    int rc;

    if (!sql)
        return error_memory(error);
    rc = sqlite3_prepare_v2(store->db, sql, -1, ret, NULL);
    sqlite3_free(sql);
    return rc == SQLITE_OK ? 0 : store_fail(store, error);
}

int mirror_ids(struct store *store, const struct mirror_table *table, struct ids *ret,
               struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int rc =
        prepare_once(store, "SELECT id FROM \"%w\" ORDER BY id", table->name, &statement, error);

    if (rc < 0)
        return rc;
    rc = store_ids(store, statement, ret, error);
    sqlite3_finalize(statement);
    return rc;
}

int mirror_last_id(struct store *store, const struct mirror_table *table, int64_t *ret,
                   struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int rc = prepare_once(store, "SELECT max(id) FROM \"%w\"", table->name, &statement, error);

    if (rc == 0 && (rc = store_step(store, statement, error)) == 1)
        *ret = sqlite3_column_int64(statement, 0); /* 0 for NULL, of an empty table */
    sqlite3_finalize(statement);
    return rc < 0 ? rc : 0;
}

int mirror_count(struct store *store, const struct mirror_table *table, int64_t *ret,
                 struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int rc = noted_flush(store, error);

    if (rc == 0)
        rc = store_prepare(store, "SELECT n FROM tally WHERE name = ?1", &statement, error);
    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, table->name, -1, SQLITE_STATIC);
    rc = store_step(store, statement, error);
    if (rc < 0)
        return rc;
    *ret = rc == 1 ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_reset(statement);
    return 0;
}

/* ---- Cursors ---- */

/* Copies a text column; *ret is NULL when the column is. */
static int copy_column(sqlite3_stmt *row, int column, char **ret)
{
    const char *text = column_text(row, column);

    *ret = text ? strdup(text) : NULL;
    return text && !*ret ? ERR_NO_MEMORY : 0;
}

int mirror_cursor_get(struct store *store, const char *mirror, struct mirror_cursor *ret,
                      struct error *error)
{
    struct mirror_cursor cursor = {0};
    sqlite3_stmt *statement;
    int rc = store_prepare(store,
                           "SELECT scope, first_done, resume_id, high, high_seen_at, pulled_at"
                           " FROM cursor WHERE mirror = ?1",
                           &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, mirror, -1, SQLITE_STATIC);
    rc = store_step(store, statement, error);
    if (rc < 0)
        return rc;
    if (rc == 1) {
        rc = copy_column(statement, 0, &cursor.scope);
        cursor.first_done = sqlite3_column_int(statement, 1);
        cursor.resume_id = sqlite3_column_int64(statement, 2);
        if (rc == 0)
            rc = copy_column(statement, 3, &cursor.high);
        cursor.high_seen_at = sqlite3_column_int64(statement, 4);
        cursor.pulled_at = sqlite3_column_int64(statement, 5);
        sqlite3_reset(statement);
    }
    if (rc < 0) {
        mirror_cursor_free(&cursor);
        return error_memory(error);
    }
    *ret = cursor;
    return 0;
}

int mirror_cursor_set(struct store *store, const char *mirror, const struct mirror_cursor *cursor,
                      struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, "REPLACE INTO cursor VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                           &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, mirror, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, cursor->scope ? cursor->scope : "", -1, SQLITE_STATIC);
    sqlite3_bind_int(statement, 3, cursor->first_done);
    sqlite3_bind_int64(statement, 4, cursor->resume_id);
    sqlite3_bind_text(statement, 5, cursor->high, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 6, cursor->high_seen_at);
    sqlite3_bind_int64(statement, 7, cursor->pulled_at);
    return store_run(store, statement, error);
}

void mirror_cursor_free(struct mirror_cursor *cursor)
{
    free(cursor->scope);
    free(cursor->high);
    *cursor = (struct mirror_cursor){0};
}

/* A record that a list of this module names. */
struct mark {
    const char *mirror;
    int64_t id;
    const char *reason; /* or NULL */
};

/* Runs a statement with the parameters mirror, id and, unless NULL, reason. */
static int run_mark(struct store *store, const char *sql, struct mark mark, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, mark.mirror, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, mark.id);
    if (mark.reason)
        sqlite3_bind_text(statement, 3, mark.reason, -1, SQLITE_STATIC);
    return store_run(store, statement, error);
}

int mirror_cursor_forget(struct store *store, const char *mirror, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, "DELETE FROM cursor WHERE mirror = ?1", &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, mirror, -1, SQLITE_STATIC);
    return store_run(store, statement, error);
}

int mirror_pending_add(struct store *store, const char *mirror, int64_t id, struct error *error)
{
    return run_mark(store, "INSERT OR IGNORE INTO pending VALUES (?1, ?2)",
                    (struct mark){mirror, id}, error);
}

int mirror_pending_list(struct store *store, const char *mirror, struct ids *ret,
                        struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, "SELECT id FROM pending WHERE mirror = ?1 ORDER BY id",
                           &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, mirror, -1, SQLITE_STATIC);
    return store_ids(store, statement, ret, error);
}

int mirror_pending_clear(struct store *store, const char *mirror, const int64_t *ids, size_t count,
                         struct error *error)
{
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++)
        rc = run_mark(store, "DELETE FROM pending WHERE mirror = ?1 AND id = ?2",
                      (struct mark){mirror, ids[i]}, error);
    return rc;
}

int mirror_unreadable(struct store *store, const char *mirror, int64_t id, const char *reason,
                      struct error *error)
{
    if (!reason)
        return run_mark(store, "DELETE FROM unreadable WHERE mirror = ?1 AND id = ?2",
                        (struct mark){mirror, id}, error);
    return run_mark(store, "REPLACE INTO unreadable (mirror, id, reason) VALUES (?1, ?2, ?3)",
                    (struct mark){mirror, id, reason}, error);
}

int mirror_damaged(struct store *store, const char *mirror, int64_t id, const char *reason,
                   struct error *error)
{
    return run_mark(store,
                    "REPLACE INTO unreadable (mirror, id, reason, kept) VALUES (?1, ?2, ?3, 1)",
                    (struct mark){mirror, id, reason}, error);
}

/* Whether a query has a row. */
static int has_row(struct store *store, const char *sql, bool *ret, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0 || (rc = store_step(store, statement, error)) < 0)
        return rc;
    *ret = rc == 1;
    sqlite3_reset(statement);
    return 0;
}

int mirror_forget(struct store *store, const struct mirror_table *table, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int rc = prepare_once(store, "DELETE FROM \"%w\"", table->name, &statement, error);

    if (rc < 0)
        return rc;
    rc = store_run(store, statement, error);
    sqlite3_finalize(statement);
    if (rc == 0)
        rc = noted_flush(store, error);
    if (rc == 0)
        rc = store_prepare(store, "DELETE FROM tally WHERE name = ?1", &statement, error);
    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, table->name, -1, SQLITE_STATIC);
    rc = store_run(store, statement, error);
    return rc < 0 ? rc : mirror_cursor_forget(store, table->name, error);
}

int mirror_has_unreadable(struct store *store, bool *ret, struct error *error)
{
    return has_row(store, "SELECT 1 FROM unreadable LIMIT 1", ret, error);
}

int mirror_unreadable_forget(struct store *store, struct error *error)
{
    return store_exec(store, "DELETE FROM unreadable", error);
}

/* Partners are pulled last: their cursor exists only once all others were pulled. */
int mirror_is_complete(struct store *store, bool *ret, struct error *error)
{
    return has_row(store,
                   "SELECT 1 FROM cursor WHERE mirror = 'partner' AND first_done"
                   " AND NOT EXISTS (SELECT 1 FROM cursor WHERE NOT first_done)"
                   " AND NOT EXISTS (SELECT 1 FROM pending)",
                   ret, error);
}
