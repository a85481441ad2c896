/* cycle_order.h - what a cycle is asked for: of which customers, and whether there is any news. */
#ifndef QUALIODOO_CYCLE_CYCLE_ORDER_H
#define QUALIODOO_CYCLE_CYCLE_ORDER_H

#include "qualiodoo/cycle/cycle.h"
#include "qualiodoo/pull/pull.h"

/* The customers that the options name: pull->customers, which are the items of `customers`. The
 * caller frees them when the pull has ended. */
int cycle_order_customers(struct pull *pull, const struct cycle_options *options,
                          struct ids *customers, struct error *error);

/* Whether an invoice was touched since this was last asked. What was committed late, behind many
 * newer ones, is not seen by that: the next whole cycle reads behind its cursor. */
int cycle_order_is_news(struct pull *pull, bool *ret, struct error *error);

#endif
