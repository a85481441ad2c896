/* alerts.c - the queries behind alerts.h, over the results of accounts. */
#include "qualiodoo/store/alerts.h"

#include "noted.h"
#include "qualiodoo/core/ledger.h"
#include "qualiodoo/util/civil.h"
#include "statements.h"

/* Parameters of alert_sql: ?1 customers (JSON or NULL), ?2 since, ?3 today, ?4 the threshold or the
 * days, ?5 the kind of entry. Columns: customer, salesperson, record, amount, day, move,
 * origin of the lot. */
#define AMONG "(SELECT DISTINCT value FROM json_each(?1))"
#define SALESPERSON "JOIN partner p ON p.id = a.id AND p.salesperson_id IS NOT NULL"
#define LATEST_LOT                                                                                 \
    "coalesce((SELECT l.id FROM lot l WHERE l.account_id = a.id"                                   \
    " ORDER BY l.start DESC, l.origin, l.id DESC LIMIT 1), 0)"
#define RECENT "(SELECT max(e.day) FROM entry e WHERE e.account_id = a.id) >= ?2"

/* A lot from an adjustment with an end of its own does not roll over into a later pack. */
#define HAS_OWN_END                                                                                \
    "l.origin = 2 AND EXISTS (SELECT 1 FROM adjustment j WHERE j.id = l.id AND j.end IS NOT NULL)"

/* By whether ?1 says which accounts are examined. */
#define ALERT_SQL(accounts)                                                                        \
    {                                                                                              \
        [ALERT_CREDITED] = "SELECT a.id, p.salesperson_id, e.source_id, sum(e.minutes), "          \
                           "max(e.day), m.name, 0"                                                 \
                           " FROM " accounts " " SALESPERSON                                       \
                           " JOIN entry e ON e.account_id = a.id AND e.kind = ?5"                  \
                           " LEFT JOIN move m ON m.id = e.source_id"                               \
                           " WHERE e.day BETWEEN ?2 AND ?3 AND ?4 = ?4"                            \
                           " GROUP BY a.id, e.source_id ORDER BY 1, 3",                            \
        [ALERT_LOW] = "SELECT a.id, p.salesperson_id, " LATEST_LOT ", a.available, ?3, NULL, 0"    \
                      " FROM " accounts " " SALESPERSON                                            \
                      " WHERE a.overdraft = 0 AND a.available < ?4 AND ?5 = ?5"                    \
                      " AND EXISTS (SELECT 1 FROM lot l WHERE l.account_id = a.id"                 \
                      "  AND l.start <= ?3 AND l.end > ?3) AND " RECENT " ORDER BY 1",             \
        [ALERT_OVERDRAFT] =                                                                        \
            "SELECT a.id, p.salesperson_id, " LATEST_LOT                                           \
            ", a.overdraft, ?3, NULL, 0 FROM " accounts " " SALESPERSON                            \
            " WHERE a.overdraft > 0 AND ?4 = ?4 AND ?5 = ?5 AND " RECENT " ORDER BY 1",            \
        [ALERT_EXPIRING] = "SELECT a.id, p.salesperson_id, l.id, l.left, l.end, NULL, l.origin"    \
                           " FROM " accounts " " SALESPERSON                                       \
                           " JOIN lot l ON l.account_id = a.id WHERE l.left > 0"                   \
                           " AND l.end > ?3 AND l.end <= ?3 + ?4 AND ?2 = ?2 AND ?5 = ?5"          \
                           " AND (" HAS_OWN_END " OR NOT EXISTS (SELECT 1 FROM lot n"              \
                           "  WHERE n.account_id = a.id AND n.origin = 1 AND n.start <= l.end"     \
                           "  AND n.end > l.end)) ORDER BY 1, 3, l.origin",                        \
        [ALERT_EXPIRED] = "SELECT a.id, p.salesperson_id, e.lot_id, -sum(e.minutes), e.day, "      \
                          "NULL, e.lot_origin FROM " accounts " " SALESPERSON                      \
                          " JOIN entry e ON e.account_id = a.id AND e.kind = ?5"                   \
                          " WHERE e.day BETWEEN ?2 AND ?3 AND ?4 = ?4"                             \
                          " GROUP BY a.id, e.lot_id, e.lot_origin, e.day ORDER BY 1, 3",           \
    }

static const char *const alert_sql[2][ALERT_COUNT] = {
    ALERT_SQL("account a"),
    ALERT_SQL(AMONG " c CROSS JOIN account a ON a.id = c.value"),
};

_Static_assert(LOT_INVOICE == 1 && LOT_ADJUSTMENT == 2, "the queries name them by their numbers");

static int entry_kind(enum alert kind)
{
    return kind == ALERT_EXPIRED ? LEDGER_EXPIRE : LEDGER_GRANT;
}

int alerts_each(struct store *store, const struct alert_query *query,
                int (*row)(void *context, const struct alert_row *row, struct error *error),
                void *context, struct error *error)
{
    sqlite3_stmt *statement;
    int rc =
        store_prepare(store, alert_sql[query->customers != NULL][query->kind], &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, query->customers, -1, SQLITE_STATIC);
    sqlite3_bind_int(statement, 2, query->since);
    sqlite3_bind_int(statement, 3, query->today);
    sqlite3_bind_int64(statement, 4,
                       query->kind == ALERT_EXPIRING ? query->within_days : query->below);
    sqlite3_bind_int(statement, 5, entry_kind(query->kind));
    while ((rc = store_step(store, statement, error)) == 1) {
        struct alert_row found = {.customer = sqlite3_column_int64(statement, 0),
                                  .salesperson = sqlite3_column_int64(statement, 1),
                                  .record = sqlite3_column_int64(statement, 2),
                                  .amount = sqlite3_column_int64(statement, 3),
                                  .day = sqlite3_column_int(statement, 4),
                                  .move = column_text(statement, 5),
                                  .lot_origin = sqlite3_column_int(statement, 6)};

        if ((rc = row(context, &found, error)) < 0) {
            sqlite3_reset(statement);
            break;
        }
    }
    sqlite3_clear_bindings(statement);
    return rc;
}

/* Keys are "credited.CUSTOMER.INVOICE", with ".N" appended from the second note on: CAST to a
 * number stops at a dot. '/' is the character after '.': it ends a range of keys. */
#define UNTRUE(accounts, range)                                                                    \
    "WITH told (key, customer, rest) AS (SELECT key, CAST(substr(key, 10) AS INTEGER),"            \
    "  substr(key, 10 + instr(substr(key, 10), '.')) FROM (SELECT key FROM " accounts "outbox"     \
    "  WHERE part = 'note' AND state IN ('queued', 'shadow', 'done') AND " range                   \
    "  UNION SELECT key FROM " accounts "marker WHERE " range "))"                                 \
    " SELECT t.key, t.customer, coalesce(nullif(m.name, '/'), 'account.move:' || CAST(t.rest AS"   \
    " INTEGER)) FROM told t LEFT JOIN move m ON m.id = CAST(t.rest AS INTEGER)"                    \
    " WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.kind = ?2"                                   \
    "  AND e.source_id = CAST(t.rest AS INTEGER)) AND NOT EXISTS (SELECT 1 FROM outbox o"          \
    "  WHERE o.key = 'withdrawn' || substr(t.key, 9) AND o.part = 'note' AND o.state <> 'void')"   \
    " AND NOT EXISTS (SELECT 1 FROM marker k WHERE k.key = 'withdrawn' || substr(t.key, 9))"       \
    " ORDER BY t.key"

int alerts_untrue(struct store *store, const char *customers,
                  int (*row)(void *context, const struct alert_untrue *untrue, struct error *error),
                  void *context, struct error *error)
{
    static const char all[] = UNTRUE("", "key > 'credited.' AND key < 'credited/'"),
                      among[] = UNTRUE(AMONG " c CROSS JOIN ",
                                       "key > 'credited.' || c.value || '.'"
                                       " AND key < 'credited.' || c.value || '/'");
    sqlite3_stmt *statement;
    int rc = store_prepare(store, customers ? among : all, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, customers, -1, SQLITE_STATIC);
    sqlite3_bind_int(statement, 2, LEDGER_GRANT);
    while ((rc = store_step(store, statement, error)) == 1) {
        struct alert_untrue untrue = {.key = column_text(statement, 0),
                                      .customer = sqlite3_column_int64(statement, 1),
                                      .move = column_text(statement, 2)};

        if ((rc = row(context, &untrue, error)) < 0) {
            sqlite3_reset(statement);
            break;
        }
    }
    sqlite3_clear_bindings(statement);
    return rc;
}

int alerts_credit(struct store *store,
                  int (*row)(void *context, const struct shown_credit *credit, struct error *error),
                  void *context, struct error *error)
{
    /* Absent mirrored fields count as 0 minutes and no day: a customer without credit whose fields
     * are empty gives no row. */
#define CREDIT(accounts)                                                                           \
    "SELECT a.id, a.balance, a.next_expiry, p.shown_minutes, p.shown_last_day FROM " accounts      \
    " CROSS JOIN partner p ON p.id = a.id ORDER BY a.id"
    static const char *const sql[2] = {
        CREDIT("(SELECT id FROM noted WHERE what = 'shown') n CROSS JOIN account a ON a.id = n.id"),
        CREDIT("account a")};
    sqlite3_stmt *statement = NULL;
    bool all = false;
    int rc = noted_all(store, NOTED_SHOWN, &all, error);

    if (rc == 0)
        rc = store_prepare(store, sql[all], &statement, error);
    if (rc < 0)
        return rc;
    while ((rc = store_step(store, statement, error)) == 1) {
        struct shown_credit credit = {.customer = sqlite3_column_int64(statement, 0),
                                      .balance = sqlite3_column_int64(statement, 1),
                                      .has_last_day =
                                          sqlite3_column_type(statement, 2) != SQLITE_NULL};
        const char *shown = column_text(statement, 4);
        civil_day day = 0;
        bool has_day = shown && civil_parse(shown, &day);

        if (credit.has_last_day)
            credit.last_day = sqlite3_column_int(statement, 2) - 1;
        if (sqlite3_column_int64(statement, 3) == credit.balance &&
            has_day == credit.has_last_day && (!has_day || day == credit.last_day))
            continue;
        if ((rc = row(context, &credit, error)) < 0) {
            sqlite3_reset(statement);
            break;
        }
    }
    return rc < 0 ? rc : noted_clear(store, NOTED_SHOWN, error);
}
