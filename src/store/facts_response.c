/* facts_response.c - the first response of a ticket: with credit.count_from: response, its lines
 * count from that day on. */
#include "facts_response.h"

#include "qualiodoo/store/facts.h"
#include "qualiodoo/store/replies.h"
#include "qualiodoo/util/civil.h"
#include "statements.h"

static const char ticket_sql[] =
    "SELECT t.create_date, t.assigned_date, t.closed_date, t.partner_id, p.account_id,"
    " (stage.closed AND t.closed_date IS NULL) IS 1"
    "  OR EXISTS (SELECT 1 FROM born_closed b WHERE b.ticket_id = t.id)"
    " FROM ticket t LEFT JOIN partner p ON p.id = t.partner_id"
    " LEFT JOIN stage ON stage.id = t.stage_id WHERE t.id = ?1";

static instant column_instant(sqlite3_stmt *row, int column)
{
    instant when = 0;

    if (column_text(row, column))
        instant_parse_odoo(column_text(row, column), &when);
    return when;
}

/* Sets the response of `ticket`. Recorded work is left out: it is what a response must precede in
 * order to be charged. */
static void set_response(const struct facts_policy *policy, const struct response_facts *seen,
                         struct charge_ticket *ticket)
{
    unsigned counted = policy->responses & ~(unsigned)RESPONSE_BY_WORK;
    instant when;

    ticket->has_response = response_first(seen, counted, &when) != RESPONSE_NONE;
    if (ticket->has_response)
        ticket->response = tz_civil_day(policy->zone, when);
}

int facts_response(struct store *store, const struct facts_policy *policy,
                   struct charge_ticket *ticket, struct error *error)
{
    struct response_facts seen;
    struct response_ticket party;
    struct reply reply;
    sqlite3_stmt *row;
    int rc = store_prepare(store, ticket_sql, &row, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(row, 1, ticket->id);
    rc = store_step(store, row, error);
    if (rc <= 0)
        return rc;
    seen = (struct response_facts){.created = column_instant(row, 0),
                                   .assigned = column_instant(row, 1),
                                   .closed = column_instant(row, 2)};
    party = (struct response_ticket){.created = seen.created,
                                     .contact = sqlite3_column_int64(row, 3),
                                     .account = sqlite3_column_int64(row, 4)};
    ticket->born_closed = sqlite3_column_int(row, 5);
    sqlite3_reset(row);
    if (ticket->born_closed)
        return 0;
    rc = replies_first(store, ticket->id, &party, &reply, error);
    if (rc < 0)
        return rc;
    seen.replied = reply.date;
    set_response(policy, &seen, ticket);
    return 0;
}
