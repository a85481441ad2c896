/* evidence.c - builds the evidence of a lot: what Odoo said of it, as one text that can be
 * compared. */
#include "qualiodoo/store/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "statements.h"

/* The evidence of invoice `m` and its line `l`, from the columns that 0.1.0 mirrored:
 * schema/006-revoked.sql builds the same text for the lots that 0.1.0 granted. Columns mirrored
 * since then go into MORE. */
#define SAID_INVOICE                                                                               \
    "json_array(m.type, m.state, m.payment_state, m.total, m.residual, m.invoice_date,"            \
    " m.customer_id, m.reversed_entry_id, m.currency_id, m.company_id)"                            \
    " || json_array(l.product_id, l.quantity, l.unit_id, l.untaxed)"                               \
    " || (SELECT json_group_array(json_array(id, line, move, type, date, journal)) FROM ("         \
    "  SELECT p.id AS id, o.id AS line, o.move_id AS move, o.move_type AS type, o.date AS date,"   \
    "   o.journal_id AS journal"                                                                   \
    "  FROM settlement_line own JOIN partial p ON p.debit_line_id = own.id"                        \
    "  JOIN settlement_line o ON o.id = p.credit_line_id WHERE own.move_id = m.id ORDER BY p.id))"

#define SAID_ADJUSTMENT "json_array(a.minutes, a.date, a.end, a.valid)"

/* The invoices and credit notes on which the payment of `m` depends, `m` included: what a move
 * reverses, the credit notes that settle it, the invoices of the down payment that it deducts;
 * recursively. NEAR in facts_moves.c takes the same steps. */
#define NEAR                                                                                       \
    "WITH RECURSIVE near (id) AS (SELECT m.id UNION"                                               \
    " SELECT x.reversed_entry_id FROM near n JOIN move x ON x.id = n.id"                           \
    "  WHERE x.reversed_entry_id IS NOT NULL UNION"                                                \
    " SELECT o.move_id FROM near n JOIN settlement_line own ON own.move_id = n.id"                 \
    "  JOIN partial p ON p.debit_line_id = own.id"                                                 \
    "  JOIN settlement_line o ON o.id = p.credit_line_id AND o.move_type = 'out_refund' UNION"     \
    " SELECT b.id FROM near n JOIN move f ON f.id = n.id"                                          \
    "  JOIN move b ON b.invoice_origin = f.invoice_origin"                                         \
    "  WHERE EXISTS (SELECT 1 FROM down_payment d WHERE d.move_id = f.id AND d.untaxed < 0)"       \
    "  AND EXISTS (SELECT 1 FROM down_payment d WHERE d.move_id = b.id AND d.untaxed > 0))"

#define SETTLED_ON(side, other_side)                                                               \
    " UNION ALL SELECT 3, p.id, json_array(p.id, o.id, o.move_id, o.move_type, o.date,"            \
    "  o.journal_id, coalesce(e.state, o.parent_state), pay.state, p." side "_amount) FROM near n" \
    "  CROSS JOIN settlement_line own ON own.move_id = n.id CROSS JOIN partial p"                  \
    "  ON p." side "_line_id = own.id CROSS JOIN settlement_line o ON o.id = p." other_side        \
    "_line_id"                                                                                     \
    "  LEFT JOIN move e ON e.id = o.move_id LEFT JOIN payment pay ON pay.id = o.payment_id"

/* The second text. A version that extends it must empty the column `more` in its migration:
 * otherwise all kept evidence would differ at once. */
#define MORE                                                                                       \
    "(SELECT json_group_array(said) FROM (" NEAR                                                   \
    " SELECT 1 AS part, x.id AS id, json_array(x.id, x.type, x.state, x.payment_state, x.total,"   \
    "  x.residual, x.invoice_date, x.customer_id, x.reversed_entry_id, x.invoice_origin) AS said"  \
    "  FROM near n CROSS JOIN move x ON x.id = n.id"                                               \
    " UNION ALL SELECT 2, d.id, json_array(d.id, d.move_id, d.untaxed) FROM near n"                \
    "  CROSS JOIN down_payment d ON d.move_id = n.id" SETTLED_ON("debit", "credit")                \
        SETTLED_ON("credit", "debit") " ORDER BY 1, 2, 3))"

/* ?1 is the account. */
static const char keep_sql[] =
    "INSERT INTO evidence SELECT t.origin, t.id, t.account_id, t.granted, t.start, t.end,"
    " l.product_id, " SAID_INVOICE ", " MORE " FROM lot t JOIN move_line l ON l.id = t.id"
    " JOIN move m ON m.id = l.move_id WHERE t.account_id = ?1 AND t.origin = 1 UNION ALL"
    " SELECT t.origin, t.id, t.account_id, t.granted, t.start, t.end, NULL, " SAID_ADJUSTMENT
    ", NULL FROM lot t JOIN adjustment a ON a.id = t.id WHERE t.account_id = ?1 AND t.origin = 2"
    " ON CONFLICT DO UPDATE SET account_id = excluded.account_id, granted = excluded.granted,"
    " start = excluded.start, end = excluded.end, product_id = excluded.product_id,"
    " said = excluded.said, more = excluded.more"
    " WHERE (account_id, granted, start, end, product_id, said, more)"
    " IS NOT (excluded.account_id, excluded.granted, excluded.start, excluded.end,"
    "  excluded.product_id, excluded.said, excluded.more)";

#define LOSSES(evidence)                                                                           \
    "SELECT e.origin, e.id, e.account_id, e.product_id, e.granted, e.start, e.end, e.said, "       \
    "e.more,"                                                                                      \
    " t.id IS NULL, t.granted, t.start, t.end, t.state"                                            \
    " FROM " evidence " LEFT JOIN lot t ON t.origin = e.origin AND t.id = e.id"                    \
    " WHERE t.id IS NULL OR t.granted < e.granted OR t.end < e.end ORDER BY e.account_id, e.id"

/* Of all accounts, or of those in the JSON array ?1. */
static const char losses_sql[] = LOSSES("evidence e"),
                  losses_among_sql[] =
                      LOSSES("json_each(?1) a CROSS JOIN evidence e ON e.account_id = a.value");

static const char *const now_sql[] = {
    [LOT_INVOICE] = "SELECT " SAID_INVOICE ", " MORE " FROM move_line l"
                    " JOIN move m ON m.id = l.move_id WHERE l.id = ?1",
    [LOT_ADJUSTMENT] = "SELECT " SAID_ADJUSTMENT ", NULL FROM adjustment a WHERE a.id = ?1",
};

static const struct stored_range loss_ranges[] = {
    {0, "evidence.origin", LOT_INVOICE, LOT_ADJUSTMENT},
    {4, "evidence.granted", -STORED_MINUTES_MAX, STORED_MINUTES_MAX},
    {5, "evidence.start", STORED_DAY_MIN, STORED_DAY_MAX},
    {6, "evidence.end", STORED_DAY_MIN, STORED_DAY_MAX},
    {11, "lot.start", STORED_DAY_MIN, STORED_DAY_MAX},
    {12, "lot.end", STORED_DAY_MIN, STORED_DAY_MAX},
};

static int read_evidence(sqlite3_stmt *row, int column, struct revoked_evidence *ret,
                         struct error *error)
{
    const char *said = NULL, *more = NULL;
    int rc = store_text(row, column, &said, error);

    if (rc == 0)
        rc = store_text(row, column + 1, &more, error);
    *ret = (struct revoked_evidence){said, more};
    return rc;
}

static int read_loss(sqlite3_stmt *row, struct evidence_loss *ret, struct error *error)
{
    *ret = (struct evidence_loss){
        .lot = {(enum ledger_origin)sqlite3_column_int(row, 0), sqlite3_column_int64(row, 1)},
        .account = sqlite3_column_int64(row, 2),
        .product = sqlite3_column_int64(row, 3),
        .before = {.granted = sqlite3_column_int64(row, 4),
                   .start = sqlite3_column_int(row, 5),
                   .end = sqlite3_column_int(row, 6)},
        .gone = sqlite3_column_int(row, 9),
        .after = {.granted = sqlite3_column_int64(row, 10),
                  .start = sqlite3_column_int(row, 11),
                  .end = sqlite3_column_int(row, 12),
                  .reversed = sqlite3_column_int(row, 13) == (int)LOT_REVERSED},
    };
    return read_evidence(row, 7, &ret->then, error);
}

/* Passes a loss to `found`, with what Odoo says of the lot today in loss->now. */
static int report_loss(struct store *store, struct evidence_loss *loss,
                       int (*found)(void *context, const struct evidence_loss *loss,
                                    struct error *error),
                       void *context, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, now_sql[loss->lot.origin], &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, loss->lot.id);
    rc = store_step(store, statement, error);
    if (rc == 1)
        rc = read_evidence(statement, 0, &loss->now, error);
    if (rc >= 0)
        rc = found(context, loss, error);
    sqlite3_reset(statement);
    return rc;
}

/* Binds the accounts as ?1; *ret_text, which the caller frees, must live as long as the binding. */
static int bind_accounts(sqlite3_stmt *statement, const struct ids *among, char **ret_text,
                         struct error *error)
{
    *ret_text = store_ids_text(among->items, among->count);
    if (!*ret_text)
        return error_memory(error);
    sqlite3_bind_text(statement, 1, *ret_text, -1, SQLITE_STATIC);
    return 0;
}

int evidence_losses(struct store *store, const struct ids *among,
                    int (*found)(void *context, const struct evidence_loss *loss,
                                 struct error *error),
                    void *context, struct error *error)
{
    sqlite3_stmt *statement;
    char *text = NULL;
    int rc = store_prepare(store, among ? losses_among_sql : losses_sql, &statement, error);

    if (rc == 0 && among)
        rc = bind_accounts(statement, among, &text, error);
    if (rc < 0)
        return rc;
    while ((rc = store_step(store, statement, error)) == 1) {
        struct evidence_loss loss;

        rc = store_check_row(store, statement, loss_ranges,
                             sizeof loss_ranges / sizeof *loss_ranges, error);
        if (rc < 0 || (rc = read_loss(statement, &loss, error)) < 0)
            break;
        if ((rc = report_loss(store, &loss, found, context, error)) < 0) {
            sqlite3_reset(statement);
            break;
        }
    }
    sqlite3_clear_bindings(statement);
    free(text);
    return rc;
}

int evidence_keep(struct store *store, int64_t account, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, keep_sql, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, account);
    return store_run(store, statement, error);
}

#define FORGET(evidence)                                                                           \
    "DELETE FROM evidence AS e WHERE " evidence "NOT EXISTS (SELECT 1 FROM lot t"                  \
    " WHERE t.origin = e.origin AND t.id = e.id)"

int evidence_forget(struct store *store, const struct ids *among, struct error *error)
{
    sqlite3_stmt *statement;
    char *text = NULL;
    int rc;

    if (!among)
        return store_run_kept(store, FORGET(""), error);
    rc = store_prepare(store, FORGET("account_id IN (SELECT value FROM json_each(?1)) AND "),
                       &statement, error);
    if (rc == 0)
        rc = bind_accounts(statement, among, &text, error);
    if (rc < 0)
        return rc;
    rc = store_run(store, statement, error);
    sqlite3_clear_bindings(statement);
    free(text);
    return rc;
}

int evidence_products(struct store *store, struct ids *ret, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store,
                           /* One search in the index for each product. */
                           "WITH RECURSIVE one (id) AS (SELECT min(product_id) FROM evidence"
                           "  WHERE product_id IS NOT NULL UNION ALL SELECT (SELECT min(product_id)"
                           "   FROM evidence WHERE product_id > one.id) FROM one"
                           "  WHERE one.id IS NOT NULL) SELECT id FROM one ORDER BY 1",
                           &statement, error);

    return rc < 0 ? rc : store_ids(store, statement, ret, error);
}

int evidence_words(struct store *store, const char *version, char **ret, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(
        store,
        "SELECT json_object('version', ?1,"
        " 'products', (SELECT json_group_object(id, json_array(reference, unit_id)) FROM product),"
        " 'journals', (SELECT json_group_object(id, json_array(name, type, code)) FROM journal),"
        " 'units', (SELECT json_group_object(id, json_array(name, factor)) FROM unit))",
        &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, version, -1, SQLITE_STATIC);
    rc = store_step(store, statement, error);
    if (rc < 0)
        return rc;
    *ret = column_copy(statement, 0);
    sqlite3_reset(statement);
    return *ret ? 0 : error_memory(error);
}
