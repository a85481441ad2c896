/* doubt.c - is it sure that a ticket is late? Odoo rewrites the dates of assignment and closing: a
 * late one may hide an earlier one. */
#include "verdicts.h"

static bool may_be_rewritten(const struct sla_verdict *verdict, const struct response_facts *facts)
{
    return verdict->event != RESPONSE_NONE && (facts->assigned || facts->closed);
}

static bool may_be_hidden(const struct pull *pull, const struct sla_verdict *verdict,
                          const struct response_facts *facts)
{
    if (pull->flavour->hides_responses &&
        (verdict->state == SLA_BREACHED || verdict->state == SLA_WARNED))
        return true;
    return verdict->state == SLA_BREACHED && may_be_rewritten(verdict, facts);
}

/* Whether minutes depend on when a ticket was first assigned or closed. Recorded work answers the
 * ticket, and not for the credit: there it waits for an assignment that Odoo may hide. */
static bool is_charged_from_response(const struct pull *pull, const struct respond_target *target)
{
    const struct response_facts *facts = &target->ticket->facts.response;

    return pull->config->credit.count_from == COUNT_FROM_RESPONSE &&
           (facts->assigned || facts->closed ||
            (pull->flavour->hides_responses && target->verdict.event == RESPONSE_WORKED));
}

bool doubt_target(const struct pull *pull, const struct respond_target *target, bool recent)
{
    const struct response_facts *facts = &target->ticket->facts.response;

    return target->ticket->history == HISTORY_NOT_ASKED &&
           (target->verdict.unsure || is_charged_from_response(pull, target) ||
            (recent && may_be_hidden(pull, &target->verdict, facts)));
}

/* What is dated after now does not exist yet. */
static bool is_answered(const struct response_facts *facts, instant now)
{
    return (facts->assigned && facts->assigned <= now) || (facts->closed && facts->closed <= now);
}

int doubt_note_unanswered(const struct pull *pull, const struct respond_target *target, instant now,
                          struct error *error)
{
    const struct response_facts *facts = &target->ticket->facts.response;

    if (target->verdict.state != SLA_BREACHED || is_answered(facts, now) || pull->skew.found ||
        pull->flavour->hides_responses)
        return 0;
    return history_seen_unanswered(pull->store, target->ticket->id, now, error);
}
