/* breaches.h - from judged tickets to the notes, tags and activities that Odoo is to hold. */
#ifndef QUALIODOO_WRITEBACK_BREACHES_H
#define QUALIODOO_WRITEBACK_BREACHES_H

#include "qualiodoo/store/targets.h"
#include "qualiodoo/writeback/writeback.h"

struct breaches;

/* Borrows `writeback`. Free it with breaches_free(); NULL is allowed there. */
int breaches_open(const struct writeback *writeback, struct breaches **ret, struct error *error);
void breaches_free(struct breaches *breaches);

/* Queues, voids or corrects what is to be said of a ticket. *ret_cleared: a flag that was written
 * is taken back. */
int breaches_plan(struct breaches *breaches, const struct target_judged *judged, bool *ret_cleared,
                  struct error *error);

/* A ticket that owes no response any more: what waits to be said of it is void. */
int breaches_withdraw(struct breaches *breaches, int64_t ticket, struct error *error);

#endif
