/* sla.c - sets the clock of a ticket (start, warning, deadline) by its calendar, then judges the
 * response by it. */
#include "qualiodoo/core/sla.h"

const char *sla_urgency_name(enum sla_urgency urgency)
{
    static const char *const names[SLA_URGENCIES] = {
        [SLA_LOW] = "low", [SLA_MEDIUM] = "medium", [SLA_URGENT] = "urgent"};

    return names[urgency];
}

const char *sla_state_name(enum sla_state state)
{
    static const char *const names[] = {[SLA_PENDING] = "pending",
                                        [SLA_WARNED] = "warned",
                                        [SLA_MET] = "met",
                                        [SLA_BREACHED] = "breached"};

    return names[state];
}

/* Start, deadline and warning, which follow from the creation and the urgency. False: the calendar
 * does not reach that far. */
static bool set_clock(const struct sla_question *question, struct sla_verdict *verdict)
{
    const struct calendar *calendar = question->calendar;
    const struct sla_target *target = &verdict->target;
    int64_t whole;

    if (!calendar_opening(calendar, question->facts->response.created, &verdict->started))
        return false;
    if (target->days
            ? !calendar_add_days(calendar, verdict->started, target->days, &verdict->deadline)
            : !calendar_add_seconds(calendar, verdict->started, target->seconds,
                                    &verdict->deadline))
        return false;
    /* Rounded up: a warning never comes before that share is used. */
    whole = calendar_between(calendar, verdict->started, verdict->deadline);
    return calendar_add_seconds(calendar, verdict->started,
                                (whole * question->policy->warn_at_percent + 99) / 100,
                                &verdict->warn_at);
}

/* The facts without the events after `now`. */
static struct response_facts known_facts(const struct response_facts *facts, instant now)
{
    struct response_facts known = *facts;

    known.assigned = facts->assigned > now ? 0 : facts->assigned;
    known.replied = facts->replied > now ? 0 : facts->replied;
    known.worked = facts->worked > now ? 0 : facts->worked;
    known.closed = facts->closed > now ? 0 : facts->closed;
    return known;
}

/* Whether an assignment or a closing earlier than the late response of `verdict` may have been
 * overwritten. Not when the ticket was seen unanswered after the deadline: the response was
 * late. */
static bool may_hide_an_earlier_one(const struct response_facts *facts, unsigned counted,
                                    const struct sla_verdict *verdict)
{
    bool seen_late =
        facts->unanswered >= verdict->deadline && facts->unanswered <= verdict->responded;

    return facts->history_unknown && verdict->event != RESPONSE_NONE &&
           verdict->responded > verdict->deadline && !seen_late &&
           (verdict->event == RESPONSE_CLOSED ||
            ((counted & RESPONSE_BY_ASSIGNMENT) && facts->assigned));
}

static enum sla_state state_of(const struct sla_verdict *verdict, instant now)
{
    if (verdict->event != RESPONSE_NONE)
        return verdict->responded <= verdict->deadline ? SLA_MET : SLA_BREACHED;
    if (now > verdict->deadline)
        return SLA_BREACHED;
    return now >= verdict->warn_at ? SLA_WARNED : SLA_PENDING;
}

/* ---- What a response settled ---- */

/* Whether the response of the settled verdict still exists and no earlier one was found. What
 * counts as a response is what counted then: a later change of sla.response must not judge it
 * anew. */
static bool response_stands(const struct sla_facts *facts, instant now)
{
    const struct sla_settled *settled = facts->settled;
    const struct sla_verdict *verdict = settled ? &settled->verdict : NULL;
    struct response_facts known = known_facts(&facts->response, now);
    instant first;

    if (!verdict || verdict->event == RESPONSE_NONE || verdict->responded > now)
        return false;
    if (response_first(&known, settled->counted, &first) != RESPONSE_NONE &&
        first < verdict->responded)
        return false;
    return settled->still_there ||
           response_when(&facts->response, verdict->event) == verdict->responded;
}

bool sla_stands(const struct sla_facts *facts, instant now)
{
    return response_stands(facts, now) && facts->settled->has_seconds;
}

/* ---- Judging ---- */

/* Urgency, target and deadline: the settled ones, else those of the policy. False: see
 * set_clock(). */
static bool set_promise(const struct sla_question *question, struct sla_verdict *verdict)
{
    const struct sla_facts *facts = question->facts;
    const struct sla_policy *policy = question->policy;
    int priority = facts->priority >= 0 && facts->priority <= 3 ? facts->priority : 0;

    if (facts->settled) {
        const struct sla_verdict *kept = &facts->settled->verdict;

        *verdict = (struct sla_verdict){.urgency = kept->urgency,
                                        .target = kept->target,
                                        .started = kept->started,
                                        .warn_at = kept->warn_at,
                                        .deadline = kept->deadline};
        return true;
    }
    *verdict = (struct sla_verdict){.urgency = policy->urgency[priority]};
    verdict->target = policy->targets[verdict->urgency];
    return set_clock(question, verdict);
}

/* Returns whether the response, when it is late, may hide an earlier one. */
static bool set_response(const struct sla_question *question, struct sla_verdict *verdict)
{
    const struct sla_facts *facts = question->facts;
    struct response_facts known = known_facts(&facts->response, question->now);
    const struct sla_settled *settled = facts->settled;
    bool kept = settled && settled->verdict.event != RESPONSE_NONE;
    unsigned counted = kept ? settled->counted : question->policy->responses;

    if (response_stands(facts, question->now)) {
        verdict->event = settled->verdict.event;
        verdict->responded = settled->verdict.responded;
        return false;
    }
    verdict->event = response_first(&known, counted, &verdict->responded);
    return may_hide_an_earlier_one(&known, counted, verdict);
}

int sla_judge(const struct sla_question *question, struct sla_verdict *ret, struct error *error)
{
    const struct calendar *calendar = question->calendar;
    instant now = question->now, end;
    struct sla_verdict verdict;

    if (sla_stands(question->facts, now)) {
        *ret = question->facts->settled->verdict;
        return 0;
    }
    if (!set_promise(question, &verdict))
        return error_set(error, ERR_CONFIG,
                         "the working calendar has not enough working time for its deadline");
    verdict.unsure = set_response(question, &verdict);
    verdict.state = verdict.unsure ? SLA_MET : state_of(&verdict, now);
    end = verdict.event != RESPONSE_NONE ? verdict.responded : now;
    verdict.used_seconds = calendar_between(calendar, verdict.started, end);
    if (verdict.state == SLA_BREACHED)
        verdict.late_seconds = calendar_between(calendar, verdict.deadline, end);
    verdict.has_next_change = verdict.state == SLA_PENDING || verdict.state == SLA_WARNED;
    if (verdict.has_next_change)
        verdict.next_change = verdict.state == SLA_PENDING ? verdict.warn_at : verdict.deadline + 1;
    *ret = verdict;
    return 0;
}
