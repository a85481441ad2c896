/* interrupt.h - an order to stop, for work that is under way. */
#ifndef QUALIODOO_UTIL_INTERRUPT_H
#define QUALIODOO_UTIL_INTERRUPT_H

#include <stdbool.h>

#include "qualiodoo/util/error.h"

/* Asks the work in progress to stop at the next transaction's edge; safe in a signal handler and
 * from any thread. It cannot be taken back: the process ends with it. */
void interrupt_request(void);

/* Whether that was asked. `unused` fits the callback of odoo.h. */
bool interrupt_requested(void *unused);

/* ERR_INTERRUPTED, with the words for it, once it was asked; 0 until then. */
int interrupt_check(struct error *error);

#endif
