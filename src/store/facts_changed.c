/* facts_changed.c - which accounts have facts, and which of them must be computed again. */
#include "qualiodoo/store/facts_changed.h"

#include <stdlib.h>

#include "statements.h"
#include "store_internal.h"

/* The invoices and credit notes that changed records touch, in three steps:
 *
 * `seed`    the moves of the changed records (both sides of a line or a partial);
 * `beside`  plus what these are reconciled with: a payment or an entry touches its invoices;
 * `touched` plus the moves whose payment depends on them: a credit note that reverses one, the
 *           invoices that a credit note settles, the invoices of the same down payment. */
#define TOUCHED                                                                                    \
    "WITH RECURSIVE seed(id) AS (SELECT ref FROM change WHERE owner = 'move'"                      \
    "  UNION SELECT s.move_id FROM change c JOIN settlement_line s ON s.id = c.ref"                \
    "   WHERE c.owner = 'line'"                                                                    \
    "  UNION SELECT s.move_id FROM change c JOIN partial p ON p.debit_line_id = c.ref"             \
    "   JOIN settlement_line s ON s.id = p.credit_line_id WHERE c.owner = 'line'"                  \
    "  UNION SELECT s.move_id FROM change c JOIN partial p ON p.credit_line_id = c.ref"            \
    "   JOIN settlement_line s ON s.id = p.debit_line_id WHERE c.owner = 'line'"                   \
    "  UNION SELECT s.move_id FROM change c JOIN settlement_line s ON s.payment_id = c.ref"        \
    "   WHERE c.owner = 'payment'),"                                                               \
    " beside(id) AS (SELECT id FROM seed"                                                          \
    "  UNION SELECT o.move_id FROM seed JOIN settlement_line s ON s.move_id = seed.id"             \
    "   JOIN partial p ON p.debit_line_id = s.id JOIN settlement_line o ON o.id = "                \
    "p.credit_line_id"                                                                             \
    "  UNION SELECT o.move_id FROM seed JOIN settlement_line s ON s.move_id = seed.id"             \
    "   JOIN partial p ON p.credit_line_id = s.id JOIN settlement_line o ON o.id = "               \
    "p.debit_line_id),"                                                                            \
    " touched(id) AS (SELECT id FROM beside"                                                       \
    "  UNION SELECT m.id FROM touched t JOIN move m ON m.reversed_entry_id = t.id"                 \
    "  UNION SELECT o.move_id FROM touched t JOIN move n ON n.id = t.id"                           \
    "   JOIN settlement_line s ON s.move_id = n.id JOIN partial p ON p.credit_line_id = s.id"      \
    "   JOIN settlement_line o ON o.id = p.debit_line_id WHERE n.type = 'out_refund'"              \
    "  UNION SELECT f.id FROM touched t JOIN move b ON b.id = t.id"                                \
    "   JOIN move f ON f.invoice_origin = b.invoice_origin"                                        \
    "   WHERE EXISTS (SELECT 1 FROM down_payment d WHERE d.move_id = b.id)"                        \
    "   AND EXISTS (SELECT 1 FROM down_payment d WHERE d.move_id = f.id)) "

/* The accounts behind each kind of owner in `change`. */
static const char changed_sql[] =
    TOUCHED "SELECT ref AS account FROM change WHERE owner = 'account'"
            " UNION SELECT coalesce(p.account_id, c.ref) FROM change c"
            "  LEFT JOIN partner p ON p.id = c.ref WHERE c.owner = 'partner'"
            " UNION SELECT p.account_id FROM change c JOIN ticket t ON t.id = c.ref"
            "  JOIN partner p ON p.id = t.partner_id WHERE c.owner = 'ticket'"
            " UNION SELECT m.account_id FROM touched t CROSS JOIN move m ON m.id = t.id"
            " UNION SELECT id FROM account INDEXED BY account_next_change WHERE next_change <= ?1"
            " UNION SELECT id FROM account INDEXED BY account_computed_day"
            "  WHERE computed_day > ?1 ORDER BY 1";

static const char accounts_sql[] =
    "SELECT account FROM (SELECT m.account_id AS account FROM move_line l"
    " JOIN move m ON m.id = l.move_id WHERE m.state = 'posted'"
    " UNION SELECT p.account_id FROM partner p WHERE EXISTS (SELECT 1 FROM ticket t"
    "  JOIN timesheet l ON l.ticket_id = t.id WHERE t.partner_id = p.id)"
    " UNION SELECT p.account_id FROM adjustment a JOIN partner p ON p.id = a.partner_id)"
    " WHERE account IS NOT NULL ORDER BY 1";

/* The same, of the accounts ?1. */
static const char living_sql[] =
    "SELECT a.value FROM json_each(?1) a WHERE EXISTS (SELECT 1 FROM move m CROSS JOIN move_line l"
    "  ON l.move_id = m.id WHERE m.account_id = a.value AND m.state = 'posted')"
    " OR EXISTS (SELECT 1 FROM partner p CROSS JOIN ticket t ON t.partner_id = p.id"
    "  CROSS JOIN timesheet l ON l.ticket_id = t.id WHERE p.account_id = a.value)"
    " OR EXISTS (SELECT 1 FROM partner p CROSS JOIN adjustment j ON j.partner_id = p.id"
    "  WHERE p.account_id = a.value) ORDER BY 1";

int facts_living(struct store *store, const struct ids *among, struct ids *ret, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, living_sql, &statement, error);
    char *text = rc == 0 ? store_ids_text(among->items, among->count) : NULL;

    if (rc == 0 && !text)
        rc = error_memory(error);
    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
    rc = store_ids(store, statement, ret, error);
    sqlite3_clear_bindings(statement);
    free(text);
    return rc;
}

int facts_accounts(struct store *store, struct ids *ret, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, accounts_sql, &statement, error);

    return rc < 0 ? rc : store_ids(store, statement, ret, error);
}

/* Refuses an unknown owner in `change`: no query would find it, and its account would keep an old
 * result. */
static int check_owners(struct store *store, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store,
                           "SELECT owner FROM change WHERE owner NOT IN ('all', 'account',"
                           " 'partner', 'ticket', 'move', 'line', 'targets', 'payment') LIMIT 1",
                           &statement, error);

    if (rc < 0 || (rc = store_step(store, statement, error)) < 0)
        return rc;
    if (rc == 1)
        rc = error_set(error, ERR_STATE,
                       "%s is damaged (change.owner is '%.40s', which no version writes): move it "
                       "away and run 'qualiodoo reconcile'",
                       store->path, column_text(statement, 0));
    sqlite3_reset(statement);
    return rc;
}

static int list_changed(struct store *store, civil_day today, struct ids *ret, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, changed_sql, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int(statement, 1, today);
    return store_ids(store, statement, ret, error);
}

int facts_changed_words(struct store *store, civil_day today, bool *ret, struct ids *ret_others,
                        struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, "SELECT 1 FROM change WHERE owner = 'all' AND id <> 0 LIMIT 1",
                           &statement, error);

    if (rc < 0 || (rc = store_step(store, statement, error)) < 0)
        return rc;
    sqlite3_reset(statement);
    *ret = rc == 1;
    return *ret ? list_changed(store, today, ret_others, error) : 0;
}

int facts_changed_accounts(struct store *store, civil_day today, struct ids *ret, bool *ret_all,
                           struct error *error)
{
    sqlite3_stmt *statement;
    int rc = check_owners(store, error);

    if (rc < 0)
        return rc;
    rc =
        store_prepare(store, "SELECT 1 FROM change WHERE owner = 'all' LIMIT 1", &statement, error);
    if (rc < 0 || (rc = store_step(store, statement, error)) < 0)
        return rc;
    sqlite3_reset(statement);
    *ret_all = rc == 1;
    if (*ret_all)
        return facts_accounts(store, ret, error);
    return list_changed(store, today, ret, error);
}
