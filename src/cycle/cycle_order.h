/* cycle_order.h - for which customers a cycle runs, and whether there is news for it. */
#ifndef QUALIODOO_CYCLE_CYCLE_ORDER_H
#define QUALIODOO_CYCLE_CYCLE_ORDER_H

#include "qualiodoo/cycle/cycle.h"
#include "qualiodoo/pull/open.h"

/* Finds the customers that the options name, and sets pull->customers to customers->items, sorted.
 * The caller frees customers->items after the pull, also after a failure. Errors: those of
 * customer_find_remote(). */
int cycle_order_customers(struct pull *pull, const struct cycle_options *options,
                          struct ids *customers, struct error *error);

/* *ret: an invoice or payment was written since the last call, or the mirror is not complete.
 * Misses one that was committed late, behind many newer ones: the next whole cycle finds it, as it
 * reads from before its cursor. */
int cycle_order_is_news(struct pull *pull, bool *ret, struct error *error);

#endif
