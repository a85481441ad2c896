/* facts_moves.c - loads invoices and credit notes, their lines and what settles them. */
#include "facts_moves.h"

#include <stdlib.h>
#include <string.h>

#include "facts_internal.h"
#include "facts_query.h"
#include "qualiodoo/core/duration.h"
#include "qualiodoo/util/civil.h"
#include "statements.h"

/* `own` are the moves of account ?1 that carry packs; `near` adds the moves that decide about their
 * payment: what a move reverses, the credit notes that settle it, the invoices of the down payment
 * that it deducts; recursively. CROSS JOIN keeps the order of the tables: SQLite does not know that
 * `near` has few rows, and would scan the lines of all customers. */
#define NEAR                                                                                       \
    "WITH RECURSIVE own(id) AS (SELECT m.id FROM move m WHERE m.account_id = ?1"                   \
    "  AND EXISTS (SELECT 1 FROM move_line l WHERE l.move_id = m.id)),"                            \
    " near(id) AS (SELECT id FROM own"                                                             \
    "  UNION SELECT m.reversed_entry_id FROM near n JOIN move m ON m.id = n.id"                    \
    "   WHERE m.reversed_entry_id IS NOT NULL"                                                     \
    "  UNION SELECT o.move_id FROM near n JOIN settlement_line s ON s.move_id = n.id"              \
    "   JOIN partial p ON p.debit_line_id = s.id JOIN settlement_line o ON o.id = "                \
    "p.credit_line_id"                                                                             \
    "   WHERE o.move_type = 'out_refund'"                                                          \
    "  UNION SELECT b.id FROM near n JOIN move f ON f.id = n.id"                                   \
    "   JOIN move b ON b.invoice_origin = f.invoice_origin"                                        \
    "   WHERE EXISTS (SELECT 1 FROM down_payment d WHERE d.move_id = f.id AND d.untaxed < 0)"      \
    "   AND EXISTS (SELECT 1 FROM down_payment d WHERE d.move_id = b.id AND d.untaxed > 0)) "

static const char move_sql[] = NEAR
    "SELECT m.id, m.name, m.type, m.state, m.payment_state, m.residual, m.total, m.invoice_date,"
    " m.currency_id, m.reversed_entry_id, m.invoice_origin,"
    " coalesce(m.account_id, m.customer_id),"
    " EXISTS (SELECT 1 FROM down_payment d WHERE d.move_id = m.id AND d.untaxed > 0),"
    " EXISTS (SELECT 1 FROM down_payment d WHERE d.move_id = m.id AND d.untaxed < 0),"
    " m.id IN (SELECT id FROM own) FROM near n CROSS JOIN move m ON m.id = n.id ORDER BY m.id";

static const char line_sql[] =
    "SELECT l.move_id, l.id, l.product_id, l.quantity, lu.factor, pu.factor, pu.absolute,"
    " l.untaxed, l.balance, p.reference, m.type FROM move m JOIN move_line l ON l.move_id = m.id"
    " JOIN product p ON p.id = l.product_id LEFT JOIN unit lu ON lu.id = l.unit_id"
    " LEFT JOIN unit pu ON pu.id = p.unit_id WHERE m.account_id = ?1 ORDER BY l.move_id, l.id";

/* What settles a move on one side of the partials: the debit side for an invoice, the credit side
 * for a credit note. Only receivable and payable lines count: lines of VAT on payments or of stock
 * are reconciled too. */
#define SETTLED_ON(side, other_side)                                                               \
    "SELECT own.move_id, p.id, other.id, other.date, other.move_type, j.type, j.code,"             \
    " other.move_id, o.reversed_entry_id, coalesce(o.state, other.parent_state), pay.state,"       \
    " abs(coalesce(p." side "_amount, 0)),"                                                        \
    " EXISTS (SELECT 1 FROM partial x WHERE x.exchange_move_id = other.move_id) FROM near n"       \
    " CROSS JOIN settlement_line own ON own.move_id = n.id CROSS JOIN partial p"                   \
    "  ON p." side "_line_id = own.id CROSS JOIN settlement_line other"                            \
    "  ON other.id = p." other_side "_line_id LEFT JOIN journal j ON j.id = other.journal_id"      \
    " LEFT JOIN move o ON o.id = other.move_id LEFT JOIN payment pay ON pay.id = other.payment_id" \
    " WHERE coalesce(own.account_type, 'asset_receivable') IN"                                     \
    "  ('asset_receivable', 'liability_payable')"

static const char settlement_sql[] = NEAR SETTLED_ON("debit", "credit") " UNION ALL " SETTLED_ON(
    "credit", "debit") " ORDER BY 1, 2, 3";

static bool text_is(const char *text, const char *wanted)
{
    return text && strcmp(text, wanted) == 0;
}

static enum credit_move_state move_state(const char *text)
{
    if (text_is(text, "posted"))
        return MOVE_POSTED;
    return text_is(text, "cancel") ? MOVE_CANCELLED : MOVE_DRAFT;
}

static enum credit_move_type move_type(const char *text)
{
    if (text_is(text, "out_refund"))
        return MOVE_CREDIT_NOTE;
    return text_is(text, "out_invoice") || text_is(text, "out_receipt") ? MOVE_INVOICE : MOVE_ENTRY;
}

static enum credit_payment_state payment_state(const char *text)
{
    if (text_is(text, "paid"))
        return MOVE_PAID;
    if (text_is(text, "in_payment"))
        return MOVE_IN_PAYMENT;
    if (text_is(text, "partial"))
        return MOVE_PARTIAL;
    if (text_is(text, "reversed"))
        return MOVE_REVERSED;
    return text_is(text, "not_paid") ? MOVE_NOT_PAID : MOVE_OTHER_STATE;
}

/* A copy that lives as long as the facts; NULL when memory is short. */
static const char *keep_text(struct facts *facts, sqlite3_stmt *row, int column)
{
    char *copy;

    if (ARRAY_RESERVE(facts->names, facts->names_size, facts->n_names + 1) < 0)
        return NULL;
    copy = column_copy(row, column);
    if (copy)
        facts->names[facts->n_names++] = copy;
    return copy;
}

/* Room for one more move, of the account or related; NULL when memory is short. */
static struct credit_move *next_move(struct facts *facts, bool own)
{
    struct account_facts *account = &facts->account;

    if (own)
        return ARRAY_RESERVE(facts->moves, facts->moves_size, account->n_moves + 1) < 0
                   ? NULL
                   : &facts->moves[account->n_moves++];
    return ARRAY_RESERVE(facts->related, facts->related_size, account->n_related + 1) < 0
               ? NULL
               : &facts->related[account->n_related++];
}

static int add_move(struct facts *facts, sqlite3_stmt *row)
{
    const char *name = keep_text(facts, row, 1), *origin = keep_text(facts, row, 10);
    struct credit_move *move = next_move(facts, sqlite3_column_int(row, 14));

    if (!name || !origin || !move)
        return ERR_NO_MEMORY;
    *move = (struct credit_move){
        .id = sqlite3_column_int64(row, 0),
        .name = name,
        .type = move_type(column_text(row, 2)),
        .state = move_state(column_text(row, 3)),
        .payment_state = payment_state(column_text(row, 4)),
        .residual_zero = sqlite3_column_int64(row, 5) == 0,
        .total = sqlite3_column_int64(row, 6),
        .currency = sqlite3_column_int64(row, 8),
        .reversed_entry = sqlite3_column_int64(row, 9),
        .origin = *origin ? origin : NULL,
        .customer = sqlite3_column_int64(row, 11),
        .bills_down_payment = sqlite3_column_int(row, 12),
        .deducts_down_payment = sqlite3_column_int(row, 13),
    };
    move->has_date = column_text(row, 7) && civil_parse(column_text(row, 7), &move->date);
    return 0;
}

static int compare_move(const void *id, const void *move)
{
    int64_t a = *(const int64_t *)id, b = ((const struct credit_move *)move)->id;

    return (a > b) - (a < b);
}

static struct credit_move *find_among(struct credit_move *moves, size_t count, int64_t id)
{
    return count ? bsearch(&id, moves, count, sizeof *moves, compare_move) : NULL;
}

static struct credit_move *find_move(struct facts *facts, int64_t id)
{
    return find_among(facts->moves, facts->account.n_moves, id);
}

/* The minutes of a pack, 0 for another product. A pack by id wins over one by reference. */
static minutes pack_minutes(const struct facts_policy *policy, int64_t id, const char *reference)
{
    for (size_t i = 0; i < policy->n_packs; i++)
        if (policy->packs[i].id && policy->packs[i].id == id)
            return policy->packs[i].pack_minutes;
    for (size_t i = 0; reference && i < policy->n_packs; i++)
        if (policy->packs[i].product && strcmp(policy->packs[i].product, reference) == 0)
            return policy->packs[i].pack_minutes;
    return 0;
}

static int add_line(struct facts *facts, sqlite3_stmt *row)
{
    struct credit_move *move = find_move(facts, sqlite3_column_int64(row, 0));
    minutes pack = pack_minutes(facts->policy, sqlite3_column_int64(row, 2), column_text(row, 9));
    micro untaxed = sqlite3_column_int64(row, 7), balance = sqlite3_column_int64(row, 8);

    if (!move || pack == 0)
        return 0;
    if (ARRAY_RESERVE(facts->lines, facts->lines_size, facts->n_lines + 1) < 0)
        return ERR_NO_MEMORY;
    /* Odoo books the income of an invoice as credit, so that its balance is negative. */
    if (move->type == MOVE_INVOICE)
        balance = -balance;
    facts->lines[facts->n_lines++] = (struct credit_line){
        .id = sqlite3_column_int64(row, 1),
        .product = sqlite3_column_int64(row, 2),
        .quantity = quantity_in_unit(sqlite3_column_int64(row, 3), sqlite3_column_int64(row, 4),
                                     sqlite3_column_int64(row, 5), sqlite3_column_int(row, 6)),
        .untaxed = untaxed,
        .untaxed_company = balance,
        .pack_minutes = pack,
    };
    move->n_lines++;
    return 0;
}

static enum credit_counterpart kind(const struct facts_policy *policy, sqlite3_stmt *row)
{
    const struct credit_policy journals = {.money_journals = policy->money_journals,
                                           .n_money_journals = policy->n_money_journals};
    const struct credit_counterpart_facts facts = {.move_type = column_text(row, 4),
                                                   .journal_type = column_text(row, 5),
                                                   .journal_code = column_text(row, 6),
                                                   .reverses = sqlite3_column_int64(row, 8),
                                                   .own = sqlite3_column_int64(row, 0)};

    return credit_counterpart_kind(&facts, &journals);
}

static int add_settlement(struct facts *facts, sqlite3_stmt *row)
{
    int64_t id = sqlite3_column_int64(row, 0);
    struct credit_move *move = find_move(facts, id);
    civil_day date;

    if (!move)
        move = find_among(facts->related, facts->account.n_related, id);
    if (!move || !column_text(row, 3) || !civil_parse(column_text(row, 3), &date))
        return 0;
    if (ARRAY_RESERVE(facts->settlements, facts->settlements_size, facts->n_settlements + 1) < 0)
        return ERR_NO_MEMORY;
    facts->settlements[facts->n_settlements++] = (struct credit_settlement){
        .partial = sqlite3_column_int64(row, 1),
        .line = sqlite3_column_int64(row, 2),
        .date = date,
        .kind = kind(facts->policy, row),
        .state = credit_counterpart_state(column_text(row, 9), column_text(row, 10)),
        .move = sqlite3_column_int64(row, 7),
        .reverses = sqlite3_column_int64(row, 8),
        .amount = sqlite3_column_int64(row, 11),
        .exchange = sqlite3_column_int(row, 12),
    };
    move->n_settlements++;
    return 0;
}

/* Whether a move of the account carries a pack. Most accounts of a desk have none, and the queries
 * above cost as much as the whole rest of such an account. */
static int has_packs(struct facts *facts, int64_t account, bool *ret, struct error *error)
{
    const struct store_query query = {
        "SELECT 1 FROM move m CROSS JOIN move_line l ON l.move_id = m.id"
        " WHERE m.account_id = ?1 LIMIT 1",
        account};
    int64_t one;

    return store_integer(facts->store, query, ret, &one, error);
}

int facts_moves_load(struct facts *facts, int64_t account, struct error *error)
{
    static const struct facts_query queries[] = {
        {.sql = move_sql, .row = add_move},
        {.sql = line_sql, .row = add_line},
        {.sql = settlement_sql, .row = add_settlement},
    };
    bool some = false;
    int rc = has_packs(facts, account, &some, error);

    for (size_t i = 0; some && i < sizeof queries / sizeof *queries && rc == 0; i++) {
        struct facts_query query = queries[i];

        query.account = account;
        rc = facts_query(facts, &query, error);
    }
    return rc;
}

/* Lines and settlements come ordered by the id of their move, so both arrays of moves are walked
 * together in order of id. */
void facts_moves_link(struct facts *facts)
{
    struct account_facts *account = &facts->account;
    size_t line = 0, settlement = 0, own = 0, related = 0;

    while (own < account->n_moves || related < account->n_related) {
        bool take_own =
            own < account->n_moves &&
            (related == account->n_related || facts->moves[own].id < facts->related[related].id);
        struct credit_move *move = take_own ? &facts->moves[own++] : &facts->related[related++];

        move->lines = move->n_lines ? facts->lines + line : NULL;
        move->settlements = move->n_settlements ? facts->settlements + settlement : NULL;
        line += move->n_lines;
        settlement += move->n_settlements;
    }
    account->moves = facts->moves;
    account->related = facts->related;
}
