/* doubt.c - a late answer is certain only when no earlier one can have been overwritten. */
#include "doubt.h"

static bool may_be_rewritten(const struct sla_verdict *verdict, const struct response_facts *seen)
{
    return verdict->event != RESPONSE_NONE && (seen->assigned || seen->closed);
}

static bool may_be_hidden(const struct doubt_facts *facts, const struct sla_verdict *verdict,
                          const struct response_facts *seen)
{
    if (facts->hides_responses && (verdict->state == SLA_BREACHED || verdict->state == SLA_WARNED))
        return true;
    return verdict->state == SLA_BREACHED && may_be_rewritten(verdict, seen);
}

/* Whether charged minutes depend on when the ticket was first assigned or closed. Recorded work
 * answers a ticket, but charging begins only with its assignment, which Odoo may hide. */
static bool is_charged_from_response(const struct doubt_facts *facts,
                                     const struct target_verdict *target)
{
    const struct response_facts *seen = &target->ticket->facts.response;

    return facts->count_from_response &&
           (seen->assigned || seen->closed ||
            (facts->hides_responses && target->verdict.event == RESPONSE_WORKED));
}

bool doubt_target(const struct doubt_facts *facts, const struct target_verdict *target, bool flags)
{
    const struct response_facts *seen = &target->ticket->facts.response;

    return target->ticket->history == HISTORY_NOT_ASKED &&
           (target->verdict.unsure || is_charged_from_response(facts, target) ||
            (flags && may_be_hidden(facts, &target->verdict, seen)));
}

/* Dates after `now` do not count yet. */
static bool is_answered(const struct response_facts *seen, instant now)
{
    return (seen->assigned && seen->assigned <= now) || (seen->closed && seen->closed <= now);
}

bool doubt_proves_unanswered(const struct doubt_facts *facts, const struct target_verdict *target,
                             instant now)
{
    return target->verdict.state == SLA_BREACHED &&
           !is_answered(&target->ticket->facts.response, now) && !facts->wrong_clock &&
           !facts->hides_responses;
}
