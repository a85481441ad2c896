/* facts.c - SQL rows to the core's structures.
 *
 * Lines and settlements are kept in flat arrays and come ordered by their owner; the pointers of
 * moves and tickets are set when all is read, since arrays move while they grow. */
#include "qualiodoo/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts_work.h"
#include "qualiodoo/civil.h"
#include "qualiodoo/duration.h"
#include "qualiodoo/response.h"
#include "store_internal.h"

struct facts {
    struct account_facts account;
    struct credit_move *moves;
    size_t moves_size;
    char **names; /* of the moves, owned */
    size_t names_size, n_names;
    struct credit_line *lines;
    size_t lines_size, n_lines;
    struct credit_settlement *settlements;
    size_t settlements_size, n_settlements;
    struct charge_ticket *tickets;
    size_t tickets_size;
    struct charge_line *works;
    size_t works_size, n_works;
    struct ledger_adjustment *adjustments;
    size_t adjustments_size;
};

static const char move_sql[] =
    "SELECT m.id, m.name, m.type, m.state, m.payment_state, m.residual, m.total, m.invoice_date,"
    " m.currency_id, m.reversed_entry_id FROM move m WHERE m.account_id = ?1"
    " AND EXISTS (SELECT 1 FROM move_line l WHERE l.move_id = m.id) ORDER BY m.id";

static const char line_sql[] =
    "SELECT l.move_id, l.id, l.product_id, l.quantity, lu.factor, pu.factor, pu.absolute,"
    " l.untaxed, l.balance, p.reference, m.type FROM move m JOIN move_line l ON l.move_id = m.id"
    " JOIN product p ON p.id = l.product_id LEFT JOIN unit lu ON lu.id = l.unit_id"
    " LEFT JOIN unit pu ON pu.id = p.unit_id WHERE m.account_id = ?1 ORDER BY l.move_id, l.id";

/* Both directions: an invoice's line is the debit, a credit note's the credit. */
static const char settlement_sql[] =
    "SELECT own.move_id, p.id, other.id, other.date, other.move_type, j.type, o.reversed_entry_id"
    " FROM move m JOIN settlement_line own ON own.move_id = m.id"
    " JOIN partial p ON p.debit_line_id = own.id"
    " JOIN settlement_line other ON other.id = p.credit_line_id"
    " LEFT JOIN journal j ON j.id = other.journal_id LEFT JOIN move o ON o.id = other.move_id"
    " WHERE m.account_id = ?1 AND NOT EXISTS (SELECT 1 FROM partial x"
    "  WHERE x.exchange_move_id = other.move_id) UNION ALL"
    " SELECT own.move_id, p.id, other.id, other.date, other.move_type, j.type, o.reversed_entry_id"
    " FROM move m JOIN settlement_line own ON own.move_id = m.id"
    " JOIN partial p ON p.credit_line_id = own.id"
    " JOIN settlement_line other ON other.id = p.debit_line_id"
    " LEFT JOIN journal j ON j.id = other.journal_id LEFT JOIN move o ON o.id = other.move_id"
    " WHERE m.account_id = ?1 AND NOT EXISTS (SELECT 1 FROM partial x"
    "  WHERE x.exchange_move_id = other.move_id) ORDER BY 1, 2, 3";

/* ?2: JSON array of excluded tag names; ?3: whether replies are needed. */
static const char ticket_sql[] =
    "SELECT t.id, t.in_domain, t.tag_ids <> '[]' AND EXISTS (SELECT 1 FROM json_each(t.tag_ids) e"
    " JOIN tag ON tag.id = e.value WHERE tag.name IN (SELECT value FROM json_each(?2))),"
    " t.create_date, t.assigned_date, t.closed_date,"
    " CASE WHEN ?3 THEN (SELECT min(r.date) FROM reply r WHERE r.ticket_id = t.id"
    "  AND r.author_id IS NOT (SELECT partner_id FROM agent WHERE id = 1)) END" /* OdooBot */
    " FROM partner p JOIN ticket t ON t.partner_id = p.id WHERE p.account_id = ?1"
    " AND EXISTS (SELECT 1 FROM timesheet l WHERE l.ticket_id = t.id) ORDER BY t.id";

static const char work_sql[] = FACTS_TIME_UNITS
    " SELECT" FACTS_WORK_COLUMNS " FROM partner p JOIN ticket t ON t.partner_id = p.id"
    " JOIN timesheet l ON l.ticket_id = t.id" FACTS_WORK_UNITS
    " WHERE p.account_id = ?1 ORDER BY t.id";

static const char adjustment_sql[] =
    "SELECT a.id, a.minutes, a.date, a.end FROM partner p JOIN adjustment a ON a.partner_id = p.id"
    " WHERE p.account_id = ?1 AND a.valid ORDER BY a.id";

struct facts *facts_new(void)
{
    return calloc(1, sizeof(struct facts));
}

static void reset(struct facts *facts)
{
    for (size_t i = 0; i < facts->n_names; i++)
        free(facts->names[i]);
    facts->n_names = facts->n_lines = facts->n_settlements = facts->n_works = 0;
    facts->account = (struct account_facts){0};
}

void facts_free(struct facts *facts)
{
    if (!facts)
        return;
    reset(facts);
    free(facts->moves);
    free(facts->names);
    free(facts->lines);
    free(facts->settlements);
    free(facts->tickets);
    free(facts->works);
    free(facts->adjustments);
    free(facts);
}

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

static enum credit_payment_state payment_state(const char *text)
{
    if (text_is(text, "paid"))
        return MOVE_PAID;
    if (text_is(text, "in_payment"))
        return MOVE_IN_PAYMENT;
    return text_is(text, "not_paid") ? MOVE_NOT_PAID : MOVE_OTHER_STATE;
}

/* The rows of one query, each given to `row`. */
struct query {
    const char *sql;
    int64_t account;
    int (*row)(struct facts *facts, const struct facts_policy *policy, sqlite3_stmt *statement);
    const char *text2; /* parameter 2 as text, or NULL */
    int64_t integer2;
    bool flag3;
};

static int run_query(struct facts *facts, struct store *store, const struct facts_policy *policy,
                     const struct query *query, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, query->sql, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, query->account);
    if (query->text2)
        sqlite3_bind_text(statement, 2, query->text2, -1, SQLITE_STATIC);
    else if (sqlite3_bind_parameter_count(statement) >= 2)
        sqlite3_bind_int64(statement, 2, query->integer2);
    if (sqlite3_bind_parameter_count(statement) >= 3)
        sqlite3_bind_int(statement, 3, query->flag3);
    while ((rc = store_step(store, statement, error)) == 1)
        if (query->row(facts, policy, statement) < 0) {
            sqlite3_reset(statement);
            return error_memory(error);
        }
    return rc;
}

static int add_move(struct facts *facts, const struct facts_policy *policy, sqlite3_stmt *row)
{
    struct credit_move *move;
    char *name;

    (void)policy;
    if (ARRAY_RESERVE(facts->moves, facts->moves_size, facts->account.n_moves + 1) < 0 ||
        ARRAY_RESERVE(facts->names, facts->names_size, facts->n_names + 1) < 0)
        return ERR_NO_MEMORY;
    name = column_copy(row, 1);
    if (!name)
        return ERR_NO_MEMORY;
    facts->names[facts->n_names++] = name;
    move = &facts->moves[facts->account.n_moves++];
    *move = (struct credit_move){
        .id = sqlite3_column_int64(row, 0),
        .name = name,
        .type = text_is(column_text(row, 2), "out_refund") ? MOVE_CREDIT_NOTE : MOVE_INVOICE,
        .state = move_state(column_text(row, 3)),
        .payment_state = payment_state(column_text(row, 4)),
        .residual_zero = sqlite3_column_int64(row, 5) == 0,
        .total_zero = sqlite3_column_int64(row, 6) == 0,
        .currency = sqlite3_column_int64(row, 8),
        .reversed_entry = sqlite3_column_int64(row, 9),
    };
    move->has_date = column_text(row, 7) && civil_parse(column_text(row, 7), &move->date);
    return 0;
}

static int compare_move(const void *id, const void *move)
{
    int64_t a = *(const int64_t *)id, b = ((const struct credit_move *)move)->id;

    return (a > b) - (a < b);
}

static struct credit_move *find_move(struct facts *facts, int64_t id)
{
    if (!facts->account.n_moves)
        return NULL;
    return bsearch(&id, facts->moves, facts->account.n_moves, sizeof *facts->moves, compare_move);
}

/* The id is more exact than the reference: it comes first. */
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

static int add_line(struct facts *facts, const struct facts_policy *policy, sqlite3_stmt *row)
{
    struct credit_move *move = find_move(facts, sqlite3_column_int64(row, 0));
    minutes pack = pack_minutes(policy, sqlite3_column_int64(row, 2), column_text(row, 9));
    micro untaxed = sqlite3_column_int64(row, 7), balance = sqlite3_column_int64(row, 8);

    if (!move || pack == 0)
        return 0;
    if (ARRAY_RESERVE(facts->lines, facts->lines_size, facts->n_lines + 1) < 0)
        return ERR_NO_MEMORY;
    /* Odoo books an invoice's income as credit: its balance has the other sign. */
    if (move->type == MOVE_INVOICE)
        balance = -balance;
    facts->lines[facts->n_lines++] = (struct credit_line){
        .id = sqlite3_column_int64(row, 1),
        .product = sqlite3_column_int64(row, 2),
        .quantity = facts_convert(sqlite3_column_int64(row, 3), sqlite3_column_int64(row, 4),
                                  sqlite3_column_int64(row, 5), sqlite3_column_int(row, 6)),
        .untaxed = untaxed,
        .untaxed_company = balance,
        .pack_minutes = pack,
    };
    move->n_lines++;
    return 0;
}

static enum credit_counterpart counterpart(const char *move_type, const char *journal_type,
                                           int64_t reversed_entry, int64_t own_move)
{
    if (text_is(journal_type, "bank") || text_is(journal_type, "cash") ||
        text_is(journal_type, "credit"))
        return COUNTERPART_MONEY;
    if (text_is(move_type, "out_refund"))
        return reversed_entry == own_move ? COUNTERPART_OWN_REFUND : COUNTERPART_REFUND;
    return COUNTERPART_MISCELLANEOUS;
}

static int add_settlement(struct facts *facts, const struct facts_policy *policy, sqlite3_stmt *row)
{
    struct credit_move *move = find_move(facts, sqlite3_column_int64(row, 0));
    civil_day date;

    (void)policy;
    if (!move || !column_text(row, 3) || !civil_parse(column_text(row, 3), &date))
        return 0;
    if (ARRAY_RESERVE(facts->settlements, facts->settlements_size, facts->n_settlements + 1) < 0)
        return ERR_NO_MEMORY;
    facts->settlements[facts->n_settlements++] = (struct credit_settlement){
        .partial = sqlite3_column_int64(row, 1),
        .line = sqlite3_column_int64(row, 2),
        .date = date,
        .kind = counterpart(column_text(row, 4), column_text(row, 5), sqlite3_column_int64(row, 6),
                            move->id),
    };
    move->n_settlements++;
    return 0;
}

static instant column_instant(sqlite3_stmt *row, int column)
{
    instant when = 0;

    if (column_text(row, column))
        instant_parse_odoo(column_text(row, column), &when);
    return when;
}

static int add_ticket(struct facts *facts, const struct facts_policy *policy, sqlite3_stmt *row)
{
    struct response_facts seen = {.created = column_instant(row, 3),
                                  .assigned = column_instant(row, 4),
                                  .closed = column_instant(row, 5),
                                  .replied = column_instant(row, 6)};
    struct charge_ticket *ticket;
    instant response;

    if (ARRAY_RESERVE(facts->tickets, facts->tickets_size, facts->account.n_tickets + 1) < 0)
        return ERR_NO_MEMORY;
    ticket = &facts->tickets[facts->account.n_tickets++];
    *ticket = (struct charge_ticket){.id = sqlite3_column_int64(row, 0),
                                     .excluded =
                                         !sqlite3_column_int(row, 1) || sqlite3_column_int(row, 2)};
    if (policy->with_response &&
        response_first(&seen, policy->response_assigned, policy->response_reply, &response)) {
        ticket->has_response = true;
        ticket->response = tz_civil_day(policy->zone, response);
    }
    return 0;
}

static int compare_ticket(const void *id, const void *ticket)
{
    int64_t a = *(const int64_t *)id, b = ((const struct charge_ticket *)ticket)->id;

    return (a > b) - (a < b);
}

static int add_work(struct facts *facts, const struct facts_policy *policy, sqlite3_stmt *row)
{
    int64_t id = sqlite3_column_int64(row, 0);
    struct charge_ticket *ticket;
    struct charge_line line;

    ticket = facts->account.n_tickets ? bsearch(&id, facts->tickets, facts->account.n_tickets,
                                                sizeof *facts->tickets, compare_ticket)
                                      : NULL;
    if (!ticket || !facts_read_work(policy, row, &line))
        return 0;
    if (ARRAY_RESERVE(facts->works, facts->works_size, facts->n_works + 1) < 0)
        return ERR_NO_MEMORY;
    facts->works[facts->n_works++] = line;
    ticket->n_lines++;
    return 0;
}

static int add_adjustment(struct facts *facts, const struct facts_policy *policy, sqlite3_stmt *row)
{
    struct ledger_adjustment adjustment = {.id = sqlite3_column_int64(row, 0),
                                           .amount = sqlite3_column_int64(row, 1)};
    const char *end = column_text(row, 3);

    (void)policy;
    if (!column_text(row, 2) || !civil_parse(column_text(row, 2), &adjustment.day))
        return 0;
    adjustment.has_end = end && civil_parse(end, &adjustment.end);
    if (ARRAY_RESERVE(facts->adjustments, facts->adjustments_size,
                      facts->account.n_adjustments + 1) < 0)
        return ERR_NO_MEMORY;
    facts->adjustments[facts->account.n_adjustments++] = adjustment;
    return 0;
}

/* Now that the arrays stay where they are, moves and tickets get their parts. */
static void link_parts(struct facts *facts)
{
    size_t line = 0, settlement = 0, work = 0;

    for (size_t i = 0; i < facts->account.n_moves; i++) {
        facts->moves[i].lines = facts->lines + line;
        facts->moves[i].settlements = facts->settlements + settlement;
        line += facts->moves[i].n_lines;
        settlement += facts->moves[i].n_settlements;
    }
    for (size_t i = 0; i < facts->account.n_tickets; i++) {
        struct charge_ticket *ticket = &facts->tickets[i];

        ticket->lines = facts->works + work;
        if (ticket->n_lines > 1)
            qsort(facts->works + work, ticket->n_lines, sizeof *facts->works, charge_line_compare);
        work += ticket->n_lines;
    }
    facts->account.moves = facts->moves;
    facts->account.tickets = facts->tickets;
    facts->account.adjustments = facts->adjustments;
}

int facts_load(struct facts *facts, struct store *store, const struct facts_policy *policy,
               int64_t account_id, const struct account_facts **ret, struct error *error)
{
    const struct query queries[] = {
        {.sql = move_sql, .row = add_move},
        {.sql = line_sql, .row = add_line},
        {.sql = settlement_sql, .row = add_settlement},
        {.sql = ticket_sql,
         .row = add_ticket,
         .text2 = policy->excluded_tags,
         .flag3 = policy->with_response},
        {.sql = work_sql, .row = add_work, .integer2 = policy->hour_unit},
        {.sql = adjustment_sql, .row = add_adjustment},
    };
    int rc = 0;

    reset(facts);
    for (size_t i = 0; i < sizeof queries / sizeof *queries && rc == 0; i++) {
        struct query query = queries[i];

        query.account = account_id;
        rc = run_query(facts, store, policy, &query, error);
    }
    if (rc < 0)
        return rc;
    link_parts(facts);
    *ret = &facts->account;
    return 0;
}

/* The accounts behind each kind of owner in `change`. A line is one side of a reconciliation: it
 * touches its own move and the move of the other side. */
static const char changed_sql[] =
    "SELECT ref AS account FROM change WHERE owner = 'account'"
    " UNION SELECT coalesce(p.account_id, c.ref) FROM change c LEFT JOIN partner p ON p.id = c.ref"
    "  WHERE c.owner = 'partner'"
    " UNION SELECT p.account_id FROM change c JOIN ticket t ON t.id = c.ref"
    "  JOIN partner p ON p.id = t.partner_id WHERE c.owner = 'ticket'"
    " UNION SELECT m.account_id FROM change c JOIN move m ON m.id = c.ref WHERE c.owner = 'move'"
    " UNION SELECT m.account_id FROM change c JOIN settlement_line s ON s.id = c.ref"
    "  JOIN move m ON m.id = s.move_id WHERE c.owner = 'line'"
    " UNION SELECT m.account_id FROM change c JOIN partial p ON p.debit_line_id = c.ref"
    "  JOIN settlement_line s ON s.id = p.credit_line_id JOIN move m ON m.id = s.move_id"
    "  WHERE c.owner = 'line'"
    " UNION SELECT m.account_id FROM change c JOIN partial p ON p.credit_line_id = c.ref"
    "  JOIN settlement_line s ON s.id = p.debit_line_id JOIN move m ON m.id = s.move_id"
    "  WHERE c.owner = 'line'"
    " UNION SELECT id FROM account WHERE next_change <= ?1 OR computed_day > ?1 ORDER BY 1";

static const char accounts_sql[] =
    "SELECT account FROM (SELECT m.account_id AS account FROM move_line l"
    " JOIN move m ON m.id = l.move_id WHERE m.state = 'posted'"
    " UNION SELECT p.account_id FROM partner p WHERE EXISTS (SELECT 1 FROM ticket t"
    "  JOIN timesheet l ON l.ticket_id = t.id WHERE t.partner_id = p.id)"
    " UNION SELECT p.account_id FROM adjustment a JOIN partner p ON p.id = a.partner_id)"
    " WHERE account IS NOT NULL ORDER BY 1";

int facts_accounts(struct store *store, struct ids *ret, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, accounts_sql, &statement, error);

    return rc < 0 ? rc : store_ids(store, statement, ret, error);
}

int facts_changed_accounts(struct store *store, civil_day today, struct ids *ret, bool *ret_all,
                           struct error *error)
{
    sqlite3_stmt *statement;
    int rc =
        store_prepare(store, "SELECT 1 FROM change WHERE owner = 'all' LIMIT 1", &statement, error);

    if (rc < 0 || (rc = store_step(store, statement, error)) < 0)
        return rc;
    sqlite3_reset(statement);
    *ret_all = rc == 1;
    if (*ret_all)
        return facts_accounts(store, ret, error);
    rc = store_prepare(store, changed_sql, &statement, error);
    if (rc < 0)
        return rc;
    sqlite3_bind_int(statement, 1, today);
    return store_ids(store, statement, ret, error);
}
