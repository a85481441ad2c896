/* prefetch.h - sends requests ahead, one after the other, on a separate thread. */
#ifndef QUALIODOO_ODOO_PREFETCH_H
#define QUALIODOO_ODOO_PREFETCH_H

#include "client.h"

struct prefetch;

/* Starts the thread. The caller frees *ret_prefetch with prefetch_free(). ERR_NO_MEMORY. */
int prefetch_open(struct odoo *odoo, struct prefetch **ret_prefetch, struct error *error);

/* Stops a call in progress and joins the thread. NULL is allowed. */
void prefetch_free(struct prefetch *prefetch);

/* How many requests may be ahead: two, so that one answer can be complete while another is handled,
 * and the server never waits for the caller. */
#define PREFETCH_DEPTH 2

/* Adds a request, whose content is moved; the value of its answer goes to `result`, on the thread.
 * result->trace is not used, because prefetch_take() tells of the call. At most PREFETCH_DEPTH may
 * be untaken (asserted). */
void prefetch_start(struct prefetch *prefetch, struct odoo_request *request,
                    const struct odoo_result *result);

/* Waits for the answer of the oldest untaken request: 0 when its `result` has the value, else the
 * error of the call. The `cancelled` of the options is asked meanwhile: ERR_INTERRUPTED. */
int prefetch_take(struct prefetch *prefetch, struct error *error);

#endif
