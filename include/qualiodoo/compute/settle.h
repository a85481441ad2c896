/* settle.h - makes the verdict of an answered ticket final (DOMAIN.md, section 8): later changes of
 * settings do not change it. */
#ifndef QUALIODOO_COMPUTE_SETTLE_H
#define QUALIODOO_COMPUTE_SETTLE_H

#include "qualiodoo/compute/respond.h"

/* When the ticket was first judged; `now` when it never was. */
instant settle_first_judged(const struct target_ticket *ticket, instant now);

/* Whether the ticket was answered more than `horizon_days` before it was first judged: the rules of
 * that time are not known, so that no breach is reported. */
bool settle_is_past_horizon(const struct target_verdict *target, int horizon_days, instant now);

/* Stores the verdict when a response settles it; when one is stored, updates it if its response
 * changed or is gone. `responses` is the set of what counts as a response now
 * (sla_policy.responses). Errors: those of the store. */
int settle_verdict(struct store *store, const struct target_verdict *target, unsigned responses,
                   instant now, struct error *error);

#endif
