/* schedule.h - when the next cycle is due; internal to the agent. No I/O, no clock; only the jitter
 * of the intervals is random. */
#ifndef QUALIODOO_AGENT_SCHEDULE_H
#define QUALIODOO_AGENT_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/config/config.h"
#include "qualiodoo/util/units.h"

/* The kinds of cycles, in order: each also does what those before it do. */
enum schedule_cycle {
    SCHEDULE_NONE,     /* nothing is due yet */
    SCHEDULE_LEASE,    /* only the lease (qualiodoo/writeback/lease.h) */
    SCHEDULE_PAYMENTS, /* asks whether an invoice changed; if one did, the cycle reads everything */
    SCHEDULE_ALL,      /* reads everything that changed */
};

#define SCHEDULE_LOOKS 5 /* cycles after a hook */

/* Times named `_ms` are of a clock that never jumps. */
struct schedule {
    int64_t payments_ms, all_ms; /* when such a cycle is due */
    int64_t lease_ms;            /* when the lease is due; INT64_MAX: no lease is in use */
    int failures;                /* cycles that failed, in a row */
    bool has_event;              /* `event` is set */
    instant event;               /* when the next response target changes its state by itself */
    int64_t next_look_ms;        /* no look is due before this: one cycle a second for all hooks */
    civil_day day; /* of the last whole cycle that succeeded: on another day credit may expire */
    struct schedule_look {
        int64_t at_ms;
        enum schedule_cycle cycle; /* SCHEDULE_NONE: not planned */
    } looks[SCHEDULE_LOOKS];
};

/* Sets up a schedule in which SCHEDULE_ALL is due at once. */
void schedule_begin(struct schedule *schedule);

/* The cycle that is due now. `today` is the civil date of `now` in the configured zone. */
enum schedule_cycle schedule_due(const struct schedule *schedule, int64_t now_ms, instant now,
                                 civil_day today);

/* A hook came: something changed in Odoo, or will when Odoo commits. Plans SCHEDULE_LOOKS cycles of
 * the kind `cycle`, the first within half a second, the others within some seconds. The last one is
 * SCHEDULE_ALL, which also reads records that were committed behind the cursors. A later hook plans
 * the same cycles anew, from its own time on, but for a first one that is still to come; no look is
 * due within a second after the start of a cycle. */
void schedule_hook(struct schedule *schedule, enum schedule_cycle cycle, int64_t now_ms);

/* A cycle of the kind `cycle` starts: the looks that it covers are done, later ones stay. */
void schedule_started(struct schedule *schedule, enum schedule_cycle cycle, int64_t now_ms);

/* A cycle ended: plans the next ones, by the intervals of config->poll. */
struct schedule_outcome {
    enum schedule_cycle cycle; /* what was done: SCHEDULE_PAYMENTS when no invoice had changed */
    bool failed;               /* repeat the cycle soon, with a longer delay after each failure */
    bool has_event;            /* `event` is set */
    instant event;             /* as in struct schedule */
    civil_day today;
};
void schedule_ended(struct schedule *schedule, const struct config *config,
                    const struct schedule_outcome *outcome, int64_t now_ms);

/* The lease is due in `in_ms`; negative: no lease is in use. */
void schedule_lease(struct schedule *schedule, int64_t in_ms, int64_t now_ms);

/* How long the loop may sleep, in milliseconds: 0 to a minute, so that a jump of the wall clock is
 * noticed. */
int64_t schedule_sleep_ms(const struct schedule *schedule, int64_t now_ms, instant now);

#endif
