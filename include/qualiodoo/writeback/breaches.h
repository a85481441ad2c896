/* breaches.h - queues the notes, tags and activities about breached and nearly breached tickets. */
#ifndef QUALIODOO_WRITEBACK_BREACHES_H
#define QUALIODOO_WRITEBACK_BREACHES_H

#include "qualiodoo/store/targets.h"
#include "qualiodoo/writeback/writeback.h"

struct breaches;

/* Reads the time zone, the tag and the tickets that have rows in the outbox. Borrows `writeback`
 * until breaches_free(), which accepts NULL. Errors: ERR_STATE, ERR_NO_MEMORY. */
int breaches_open(const struct writeback *writeback, struct breaches **ret, struct error *error);
void breaches_free(struct breaches *breaches);

/* Queues, voids or corrects the writes about one ticket, by the table at the head of breaches.c.
 * No call is made to Odoo.
 *
 * judged:      the ticket and its verdict; borrowed for the call.
 * ret_cleared: set when the correction of a flag that Odoo holds was queued.
 *
 * Errors: ERR_STATE, ERR_NO_MEMORY. The caller holds the transaction and rolls it back. */
int breaches_plan(struct breaches *breaches, const struct target_judged *judged, bool *ret_cleared,
                  struct error *error);

/* Voids the queued flag and warning of a ticket that no longer has a response target. What Odoo
 * already holds stays. Errors as breaches_plan()'s. */
int breaches_withdraw(struct breaches *breaches, int64_t ticket, struct error *error);

#endif
