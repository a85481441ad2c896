/* settle.c - decides whether the verdict of an answered ticket is final, and hands it to
 * store/settled.c. */
#include "qualiodoo/compute/settle.h"

instant settle_first_judged(const struct target_ticket *ticket, instant now)
{
    return ticket->judged ? ticket->first_judged : now;
}

bool settle_is_past_horizon(const struct target_verdict *target, int horizon_days, instant now)
{
    const struct sla_verdict *verdict = &target->verdict;

    return verdict->event != RESPONSE_NONE &&
           settle_first_judged(target->ticket, now) - verdict->responded >
               (int64_t)horizon_days * SECONDS_PER_DAY;
}

/* The id of the message or timesheet line that is the response; 0: it is a date of the ticket. */
static int64_t response_record(const struct target_verdict *target)
{
    const struct target_ticket *ticket = target->ticket;
    const struct settled_row *before = ticket->settled;
    const struct sla_verdict *verdict = &target->verdict;

    if (before && before->settled.verdict.event == verdict->event &&
        before->settled.verdict.responded == verdict->responded)
        return before->record;
    if (verdict->event == RESPONSE_REPLIED)
        return ticket->reply;
    return verdict->event == RESPONSE_WORKED ? ticket->work : 0;
}

int settle_verdict(struct store *store, const struct target_verdict *target, unsigned responses,
                   instant now, struct error *error)
{
    const struct settled_row *before = target->ticket->settled;
    bool was_answered = before && before->settled.verdict.event != RESPONSE_NONE;
    struct settled_row row = {
        .ticket = target->ticket->id,
        .calendar = target->calendar_id,
        .calendar_name = (char *)target->calendar_name, /* borrowed: not freed */
        .settled = {.verdict = target->verdict,
                    .counted = was_answered ? before->settled.counted : responses},
        .record = response_record(target),
        .first_judged = settle_first_judged(target->ticket, now),
        .at = before ? before->at : now,
    };

    if (sla_stands(&target->ticket->facts, now))
        return 0;
    if (target->verdict.event == RESPONSE_NONE &&
        (!was_answered || before->settled.verdict.responded > now))
        return 0; /* no response to store, or the clock was set back before the stored one */
    return settled_save(store, &row, error);
}
