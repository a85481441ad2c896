#include "qualiodoo/sla.h"

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

/* Start, deadline and warning: what follows from the creation and the urgency alone. */
static bool set_clock(const struct sla_facts *facts, const struct sla_policy *policy,
                      const struct calendar *calendar, struct sla_verdict *verdict)
{
    const struct sla_target *target = &policy->targets[verdict->urgency];
    int64_t whole;

    if (!calendar_opening(calendar, facts->response.created, &verdict->started))
        return false;
    if (target->days
            ? !calendar_add_days(calendar, verdict->started, target->days, &verdict->deadline)
            : !calendar_add_seconds(calendar, verdict->started, target->seconds,
                                    &verdict->deadline))
        return false;
    /* The first second at which that share is used: rounded up, never a moment too early. */
    whole = calendar_between(calendar, verdict->started, verdict->deadline);
    return calendar_add_seconds(calendar, verdict->started,
                                (whole * policy->warn_at_percent + 99) / 100, &verdict->warn_at);
}

/* What is dated after now does not exist yet. */
static struct response_facts known_facts(const struct response_facts *facts, instant now)
{
    struct response_facts known = *facts;

    known.assigned = facts->assigned > now ? 0 : facts->assigned;
    known.replied = facts->replied > now ? 0 : facts->replied;
    known.closed = facts->closed > now ? 0 : facts->closed;
    return known;
}

/* Whether the late answer `verdict` may hide an earlier one: a later assignment or closing replaced
 * its date. What was seen unanswered after the deadline was answered late all the same. */
static bool may_hide_an_earlier_one(const struct response_facts *facts,
                                    const struct sla_policy *policy,
                                    const struct sla_verdict *verdict)
{
    bool seen_late =
        facts->unanswered >= verdict->deadline && facts->unanswered <= verdict->responded;

    return facts->history_unknown && verdict->event != RESPONSE_NONE &&
           verdict->responded > verdict->deadline && !seen_late &&
           (verdict->event == RESPONSE_CLOSED || (policy->response_assigned && facts->assigned));
}

static enum sla_state state_of(const struct sla_verdict *verdict, instant now)
{
    if (verdict->event != RESPONSE_NONE)
        return verdict->responded <= verdict->deadline ? SLA_MET : SLA_BREACHED;
    if (now > verdict->deadline)
        return SLA_BREACHED;
    return now >= verdict->warn_at ? SLA_WARNED : SLA_PENDING;
}

int sla_judge(const struct sla_facts *facts, const struct sla_policy *policy,
              const struct calendar *calendar, instant now, struct sla_verdict *ret,
              struct error *error)
{
    struct response_facts known = known_facts(&facts->response, now);
    int priority = facts->priority >= 0 && facts->priority <= 3 ? facts->priority : 0;
    struct sla_verdict verdict = {.urgency = policy->urgency[priority]};
    instant end;

    if (!set_clock(facts, policy, calendar, &verdict))
        return error_set(error, ERR_CONFIG,
                         "the working calendar has not enough working time for its deadline");
    verdict.event = response_first(&known, policy->response_assigned, policy->response_reply,
                                   &verdict.responded);
    verdict.unsure = may_hide_an_earlier_one(&known, policy, &verdict);
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
