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

/* The lines of work of the account, with what their tickets say. CROSS JOIN keeps the order of the
 * tables, so that the lines of a ticket follow each other: they need not be sorted. ?3 is a JSON
 * array of excluded tag names. */
static const char work_sql[] = FACTS_TIME_UNITS
    " SELECT" FACTS_WORK_COLUMNS ", t.in_domain, ?3 <> '[]' AND t.tag_ids <> '[]'"
    " AND EXISTS (SELECT 1 FROM json_each(t.tag_ids) e JOIN tag ON tag.id = e.value"
    "  WHERE tag.name IN (SELECT value FROM json_each(?3)))"
    " FROM partner p CROSS JOIN ticket t ON t.partner_id = p.id"
    " CROSS JOIN timesheet l ON l.ticket_id = t.id" FACTS_WORK_UNITS " WHERE p.account_id = ?1";

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

/* The ticket of a line: the last one, or a new one; NULL when memory is short. */
static struct charge_ticket *ticket_of(struct facts *facts, sqlite3_stmt *row)
{
    int64_t id = sqlite3_column_int64(row, 0);
    size_t count = facts->account.n_tickets;

    if (count && facts->tickets[count - 1].id == id)
        return &facts->tickets[count - 1];
    if (ARRAY_RESERVE(facts->tickets, facts->tickets_size, count + 1) < 0)
        return NULL;
    facts->account.n_tickets++;
    facts->tickets[count] =
        (struct charge_ticket){.id = id,
                               .excluded = !sqlite3_column_int(row, FACTS_WORK_WIDTH) ||
                                           sqlite3_column_int(row, FACTS_WORK_WIDTH + 1)};
    return &facts->tickets[count];
}

static int add_work(struct facts *facts, sqlite3_stmt *row)
{
    struct charge_ticket *ticket = ticket_of(facts, row);
    struct charge_line line;

    if (!ticket)
        return ERR_NO_MEMORY;
    if (!facts_read_work(facts->policy, row, &line))
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

static int compare_tickets(const void *left, const void *right)
{
    int64_t a = ((const struct charge_ticket *)left)->id;
    int64_t b = ((const struct charge_ticket *)right)->id;

    return (a > b) - (a < b);
}

/* Sets the pointers of moves and tickets, once the arrays no longer move; sorts the tickets. */
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
    if (facts->account.n_tickets > 1)
        qsort(facts->tickets, facts->account.n_tickets, sizeof *facts->tickets, compare_tickets);
    facts->account.tickets = facts->tickets;
    facts->account.adjustments = facts->adjustments;
}

int facts_load(struct facts *facts, int64_t account_id, const struct account_facts **ret,
               struct error *error)
{
    const struct facts_policy *policy = facts->policy;
    const struct facts_query queries[] = {
        {.sql = work_sql,
         .row = add_work,
         .integer2 = policy->hour_unit,
         .text3 = policy->excluded_tags},
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
