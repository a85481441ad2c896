/* interrupt.h - a request to stop the work in progress. */
#ifndef QUALIODOO_UTIL_INTERRUPT_H
#define QUALIODOO_UTIL_INTERRUPT_H

#include <stdbool.h>

#include "qualiodoo/util/error.h"

/* Asks the work in progress to stop at the next transaction boundary. Safe in a signal handler and
 * from any thread. It cannot be undone: the process is about to end. */
void interrupt_request(void);

/* Whether interrupt_request() was called. `unused` makes it fit odoo_options.cancelled. */
bool interrupt_requested(void *unused);

/* Returns 0, or fills `error` and returns ERR_INTERRUPTED once interrupt_request() was called. */
int interrupt_check(struct error *error);

#endif
