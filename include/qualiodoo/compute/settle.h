/* settle.h - the response settles the verdict (DOMAIN.md, section 8): what is kept of it. */
#ifndef QUALIODOO_COMPUTE_SETTLE_H
#define QUALIODOO_COMPUTE_SETTLE_H

#include "qualiodoo/compute/respond.h"

/* When a ticket was judged for the first time: `now` when it never was. */
instant settle_first_judged(const struct target_ticket *ticket, instant now);

/* Answered more than so many days before it was first judged: the rules of then are not known, and
 * nothing is said of it. */
bool settle_is_past_horizon(const struct target_verdict *target, int horizon_days, instant now);

/* Keeps a verdict that its response settles; or, of one that was kept, that the response is another
 * one or gone. `responses` is what counts as a response today. */
int settle_verdict(struct store *store, const struct target_verdict *target, unsigned responses,
                   instant now, struct error *error);

#endif
