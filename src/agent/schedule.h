/* schedule.h - when the next cycle is due; internal to the agent. Pure but for its dice. */
#ifndef QUALIODOO_AGENT_SCHEDULE_H
#define QUALIODOO_AGENT_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/config/config.h"
#include "qualiodoo/util/units.h"

/* What a cycle looks at; each one also does what those before it do. */
enum schedule_cycle {
    SCHEDULE_NONE,  /* nothing is due yet */
    SCHEDULE_LEASE, /* the lease alone (qualiodoo/lease.h); a cycle of the others serves as well */
    SCHEDULE_PAYMENTS, /* one question: did an invoice change? */
    SCHEDULE_ALL,
};

#define SCHEDULE_LOOKS 5 /* after a hook */

/* Times named `_ms` are of a clock that never jumps. */
struct schedule {
    int64_t payments_ms, all_ms; /* due at */
    int64_t lease_ms;            /* the same; INT64_MAX: no lease is in use */
    int failures;                /* in a row */
    bool has_event;              /* a response target changes by itself at `event` */
    instant event;
    int64_t next_look_ms; /* a hook's look is not due before: one cycle a second for all hooks */
    civil_day day;        /* of the last whole cycle that succeeded: another day lets credit end */
    struct schedule_look {
        int64_t at_ms;
        enum schedule_cycle cycle; /* SCHEDULE_NONE: not planned */
    } looks[SCHEDULE_LOOKS];
};

/* Everything is due at once. */
void schedule_begin(struct schedule *schedule);

/* What is due now. `today` is the civil date of `now` in the configured zone. */
enum schedule_cycle schedule_due(const struct schedule *schedule, int64_t now_ms, instant now,
                                 civil_day today);

/* Odoo says that something changed, or will once it commits: looks at `cycle` now, and again within
 * some seconds; the last time at everything, since that reads behind the cursors. Hooks that come
 * one after the other share these looks: each is as long after the last of them, and none begins
 * less than a second after the cycle before it. */
void schedule_hook(struct schedule *schedule, enum schedule_cycle cycle, int64_t now_ms);

/* A cycle begins: the looks that were due are part of it, those of later hooks are not. */
void schedule_started(struct schedule *schedule, enum schedule_cycle cycle, int64_t now_ms);

/* A cycle ended: plans the next ones. `failed`: it must be tried again soon, later each time. */
struct schedule_outcome {
    enum schedule_cycle cycle;
    bool failed;
    bool has_event;
    instant event;
    civil_day today;
};
void schedule_ended(struct schedule *schedule, const struct config *config,
                    const struct schedule_outcome *outcome, int64_t now_ms);

/* The lease must be looked after `in_ms` from now; negative: not at all. */
void schedule_lease(struct schedule *schedule, int64_t in_ms, int64_t now_ms);

/* How long the loop may sleep; at most a minute, so that a clock that jumps is seen. >= 0. */
int64_t schedule_sleep_ms(const struct schedule *schedule, int64_t now_ms, instant now);

#endif
