/* facts.c - loads the facts of an account from SQL rows into the core's structures.
 *
 * Lines and settlements are kept in flat arrays, ordered by their owner. The pointers of moves and
 * tickets to them are set at the end, since arrays move while they grow. */
#include "facts_internal.h"

#include <stdlib.h>

#include "facts_moves.h"
#include "facts_query.h"
#include "facts_response.h"
#include "facts_work.h"
#include "qualiodoo/core/duration.h"
#include "qualiodoo/util/civil.h"
#include "statements.h"

/* ?2 is a JSON array of excluded tag names. */
static const char ticket_sql[] =
    "SELECT t.id, t.in_domain, t.tag_ids <> '[]' AND EXISTS (SELECT 1 FROM json_each(t.tag_ids) e"
    " JOIN tag ON tag.id = e.value WHERE tag.name IN (SELECT value FROM json_each(?2)))"
    " FROM partner p JOIN ticket t ON t.partner_id = p.id WHERE p.account_id = ?1"
    " AND EXISTS (SELECT 1 FROM timesheet l WHERE l.ticket_id = t.id) ORDER BY t.id";

static const char work_sql[] = FACTS_TIME_UNITS
    " SELECT" FACTS_WORK_COLUMNS " FROM partner p JOIN ticket t ON t.partner_id = p.id"
    " JOIN timesheet l ON l.ticket_id = t.id" FACTS_WORK_UNITS
    " WHERE p.account_id = ?1 ORDER BY t.id";

static const char adjustment_sql[] =
    "SELECT a.id, a.minutes, a.date, a.end FROM partner p JOIN adjustment a ON a.partner_id = p.id"
    " WHERE p.account_id = ?1 AND a.valid AND a.minutes BETWEEN -2147483648 AND 2147483647"
    " ORDER BY a.id"; /* larger numbers cannot come from Odoo: doctor lists such rows */

struct facts *facts_new(struct store *store, const struct facts_policy *policy)
{
    struct facts *facts = calloc(1, sizeof *facts);

    if (facts)
        *facts = (struct facts){.store = store, .policy = policy};
    return facts;
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
    free(facts->related);
    free(facts->names);
    free(facts->lines);
    free(facts->settlements);
    free(facts->tickets);
    free(facts->works);
    free(facts->adjustments);
    free(facts);
}

static int add_ticket(struct facts *facts, sqlite3_stmt *row)
{
    if (ARRAY_RESERVE(facts->tickets, facts->tickets_size, facts->account.n_tickets + 1) < 0)
        return ERR_NO_MEMORY;
    facts->tickets[facts->account.n_tickets++] = (struct charge_ticket){
        .id = sqlite3_column_int64(row, 0),
        .excluded = !sqlite3_column_int(row, 1) || sqlite3_column_int(row, 2)};
    return 0;
}

static int compare_ticket(const void *id, const void *ticket)
{
    int64_t a = *(const int64_t *)id, b = ((const struct charge_ticket *)ticket)->id;

    return (a > b) - (a < b);
}

static int add_work(struct facts *facts, sqlite3_stmt *row)
{
    int64_t id = sqlite3_column_int64(row, 0);
    struct charge_ticket *ticket;
    struct charge_line line;

    ticket = facts->account.n_tickets ? bsearch(&id, facts->tickets, facts->account.n_tickets,
                                                sizeof *facts->tickets, compare_ticket)
                                      : NULL;
    if (!ticket || !facts_read_work(facts->policy, row, &line))
        return 0;
    if (ARRAY_RESERVE(facts->works, facts->works_size, facts->n_works + 1) < 0)
        return ERR_NO_MEMORY;
    facts->works[facts->n_works++] = line;
    ticket->n_lines++;
    return 0;
}

static int add_adjustment(struct facts *facts, sqlite3_stmt *row)
{
    struct ledger_adjustment adjustment = {.id = sqlite3_column_int64(row, 0),
                                           .amount = sqlite3_column_int64(row, 1)};
    const char *end = column_text(row, 3);

    if (!column_text(row, 2) || !civil_parse(column_text(row, 2), &adjustment.day))
        return 0;
    adjustment.has_end = end && civil_parse(end, &adjustment.end);
    if (ARRAY_RESERVE(facts->adjustments, facts->adjustments_size,
                      facts->account.n_adjustments + 1) < 0)
        return ERR_NO_MEMORY;
    facts->adjustments[facts->account.n_adjustments++] = adjustment;
    return 0;
}

/* Sets the pointers of moves and tickets, once the arrays no longer move. */
static void link_parts(struct facts *facts)
{
    size_t work = 0;

    facts_moves_link(facts);
    for (size_t i = 0; i < facts->account.n_tickets; i++) {
        struct charge_ticket *ticket = &facts->tickets[i];

        ticket->lines = facts->works + work;
        if (ticket->n_lines > 1)
            qsort(facts->works + work, ticket->n_lines, sizeof *facts->works, charge_line_compare);
        work += ticket->n_lines;
    }
    facts->account.tickets = facts->tickets;
    facts->account.adjustments = facts->adjustments;
}

int facts_load(struct facts *facts, int64_t account_id, const struct account_facts **ret,
               struct error *error)
{
    const struct facts_policy *policy = facts->policy;
    const struct facts_query queries[] = {
        {.sql = ticket_sql, .row = add_ticket, .text2 = policy->excluded_tags},
        {.sql = work_sql, .row = add_work, .integer2 = policy->hour_unit},
        {.sql = adjustment_sql, .row = add_adjustment},
    };
    int rc;

    reset(facts);
    rc = facts_moves_load(facts, account_id, error);
    for (size_t i = 0; i < sizeof queries / sizeof *queries && rc == 0; i++) {
        struct facts_query query = queries[i];

        query.account = account_id;
        rc = facts_query(facts, &query, error);
    }
    for (size_t i = 0; policy->with_response && i < facts->account.n_tickets && rc == 0; i++)
        rc = facts_response(facts->store, policy, &facts->tickets[i], error);
    if (rc < 0)
        return rc;
    link_parts(facts);
    *ret = &facts->account;
    return 0;
}
