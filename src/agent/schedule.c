/* schedule.c - three intervals (payments, tickets, lease), the looks after a hook, and the earliest
 * of them. */
#include "schedule.h"

#include <stdlib.h>

#include "qualiodoo/util/backoff.h"

enum {
    SLEEP_MAX_MS = 60000,
    RETRY_FIRST_MS = 5000, /* after a failure; doubles each time, up to the poll interval */
    LEASE_MIN_MS = 5000,   /* shortest interval, also while Odoo does not answer */
    LOOK_GAP_MS = 1000,    /* from the start of a cycle to the next look, however many hooks come */
    JITTER_PERCENT = 10,   /* so that agents do not poll in lockstep */
};

/* Odoo 17 and 18 call the hook before they commit: a look at once may see nothing, and the next one
 * waits for a second. A transaction may take seconds too: gaps of at most 1.5 s show a commit
 * within 2 s. */
static const int64_t look_delays_ms[SCHEDULE_LOOKS] = {400, LOOK_GAP_MS, 2300, 3500, 5000};

void schedule_begin(struct schedule *schedule)
{
    *schedule = (struct schedule){.day = INT32_MIN, .lease_ms = INT64_MAX};
}

static bool event_passed(const struct schedule *schedule, instant now)
{
    return schedule->has_event && now >= schedule->event;
}

/* The most comprehensive look that is due. */
static enum schedule_cycle look_due(const struct schedule *schedule, int64_t now_ms)
{
    enum schedule_cycle due = SCHEDULE_NONE;

    if (now_ms < schedule->next_look_ms)
        return SCHEDULE_NONE;
    for (size_t i = 0; i < SCHEDULE_LOOKS; i++)
        if (schedule->looks[i].cycle > due && now_ms >= schedule->looks[i].at_ms)
            due = schedule->looks[i].cycle;
    return due;
}

void schedule_hook(struct schedule *schedule, enum schedule_cycle cycle, int64_t now_ms)
{
    for (size_t i = 0; i < SCHEDULE_LOOKS; i++) {
        struct schedule_look *look = &schedule->looks[i];

        /* A first look that is still to come stays: hooks in a row do not put it off. */
        if (i > 0 || look->cycle == SCHEDULE_NONE)
            look->at_ms = now_ms + look_delays_ms[i];
        if (look->cycle < cycle)
            look->cycle = cycle;
    }
    schedule->looks[SCHEDULE_LOOKS - 1].cycle = SCHEDULE_ALL;
}

void schedule_started(struct schedule *schedule, enum schedule_cycle cycle, int64_t now_ms)
{
    if (cycle >= SCHEDULE_PAYMENTS)
        schedule->next_look_ms = now_ms + LOOK_GAP_MS;
    for (size_t i = 0; i < SCHEDULE_LOOKS; i++)
        if (schedule->looks[i].cycle <= cycle && now_ms >= schedule->looks[i].at_ms)
            schedule->looks[i].cycle = SCHEDULE_NONE;
}

enum schedule_cycle schedule_due(const struct schedule *schedule, int64_t now_ms, instant now,
                                 civil_day today)
{
    bool sooner =
        schedule->failures == 0 &&
        (event_passed(schedule, now) || (schedule->day != INT32_MIN && today != schedule->day));
    enum schedule_cycle look;

    if (now_ms >= schedule->all_ms || sooner)
        return SCHEDULE_ALL;
    if (schedule->failures)
        return now_ms >= schedule->lease_ms ? SCHEDULE_LEASE : SCHEDULE_NONE;
    look = look_due(schedule, now_ms);
    if (look == SCHEDULE_NONE && now_ms >= schedule->payments_ms)
        look = SCHEDULE_PAYMENTS;
    return look == SCHEDULE_NONE && now_ms >= schedule->lease_ms ? SCHEDULE_LEASE : look;
}

/* The interval with a random jitter of JITTER_PERCENT, so that agents that were started together do
 * not poll in lockstep. */
static int64_t jitter(int64_t interval_ms)
{
    int64_t span = interval_ms * JITTER_PERCENT / 100;

    return interval_ms + arc4random_uniform((uint32_t)(2 * span + 1)) - span;
}

void schedule_ended(struct schedule *schedule, const struct config *config,
                    const struct schedule_outcome *outcome, int64_t now_ms)
{
    schedule->payments_ms = now_ms + jitter(config->poll.payments_ms);
    if (outcome->failed) {
        schedule->all_ms = now_ms + jitter(backoff_wait(RETRY_FIRST_MS, config->poll.tickets_ms,
                                                        schedule->failures));
        schedule->failures++;
        return;
    }
    schedule->failures = 0;
    if (outcome->cycle == SCHEDULE_PAYMENTS)
        return;
    schedule->all_ms = now_ms + jitter(config->poll.tickets_ms);
    schedule->has_event = outcome->has_event;
    schedule->event = outcome->event;
    schedule->day = outcome->today;
}

void schedule_lease(struct schedule *schedule, int64_t in_ms, int64_t now_ms)
{
    schedule->lease_ms =
        in_ms < 0 ? INT64_MAX : now_ms + (in_ms < LEASE_MIN_MS ? LEASE_MIN_MS : in_ms);
}

/* When the next look is due; INT64_MAX: none is planned. */
static int64_t look_at_ms(const struct schedule *schedule)
{
    int64_t at_ms = INT64_MAX;

    for (size_t i = 0; i < SCHEDULE_LOOKS; i++)
        if (schedule->looks[i].cycle != SCHEDULE_NONE && schedule->looks[i].at_ms < at_ms)
            at_ms = schedule->looks[i].at_ms;
    return at_ms < schedule->next_look_ms ? schedule->next_look_ms : at_ms;
}

int64_t schedule_sleep_ms(const struct schedule *schedule, int64_t now_ms, instant now)
{
    int64_t sleep = schedule->all_ms - now_ms, look_ms = look_at_ms(schedule);

    if (schedule->failures == 0 && schedule->payments_ms - now_ms < sleep)
        sleep = schedule->payments_ms - now_ms;
    if (schedule->failures == 0 && schedule->has_event && (schedule->event - now) * 1000 < sleep)
        sleep = (schedule->event - now) * 1000;
    if (schedule->lease_ms - now_ms < sleep)
        sleep = schedule->lease_ms - now_ms;
    if (schedule->failures == 0 && look_ms < INT64_MAX && look_ms - now_ms < sleep)
        sleep = look_ms - now_ms;
    if (sleep > SLEEP_MAX_MS)
        sleep = SLEEP_MAX_MS;
    return sleep > 0 ? sleep : 0;
}
