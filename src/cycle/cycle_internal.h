/* cycle_internal.h - one cycle, shared by cycle.c and cycle_compute.c only. */
#ifndef QUALIODOO_CYCLE_CYCLE_INTERNAL_H
#define QUALIODOO_CYCLE_CYCLE_INTERNAL_H

#include "qualiodoo/cycle/cycle.h"
#include "qualiodoo/pull/open.h"
#include "qualiodoo/pull/skew.h"
#include "qualiodoo/writeback/writeback.h"

/* One cycle, and what its steps share. */
struct cycle {
    const struct cycle_options *options;
    struct cycle_report *report;
    struct pull pull;
    struct writeback writeback;
    struct skew skew;     /* between the clocks of this machine and Odoo */
    struct error problem; /* makes the cycle fail at its end: an unusable calendar, or revoked
                             credit in the service; code 0: none */
};

/* Computes what the pulled changes touch: targets (with those of `also`, ids, sorted; may be NULL),
 * then accounts; and plans the writes that follow. Part of the caller's transaction. What makes the
 * cycle fail only at its end goes to cycle->problem. Errors: those of judge_targets(),
 * accounts_update() and of the planning. */
int cycle_compute(struct cycle *cycle, const struct ids *also, struct error *error);

#endif
