/* prefetch.h - requests sent ahead, one after the other, on a thread. */
#ifndef QUALIODOO_ODOO_PREFETCH_H
#define QUALIODOO_ODOO_PREFETCH_H

#include "odoo_internal.h"

struct prefetch;

int prefetch_open(struct odoo *odoo, struct prefetch **ret_prefetch, struct error *error);

/* Ends a call under way, joins the thread. NULL is allowed. */
void prefetch_free(struct prefetch *prefetch);

/* How many requests may be ahead: while one answer is handled the next can be complete, and the
 * server must not wait for it to be taken. */
#define PREFETCH_DEPTH 2

/* Adds a request; its content is taken over. At most PREFETCH_DEPTH are not taken at any time. */
void prefetch_start(struct prefetch *prefetch, struct odoo_request *request);

/* Waits for the answer of the oldest request that was not taken (the caller's `cancelled` is asked
 * meanwhile), and gives it with the request it answers, for odoo_decode(); both are the caller's.
 * On failure only the error. */
int prefetch_take(struct prefetch *prefetch, struct odoo_request *ret_request,
                  struct http_answer *ret_answer, struct error *error);

#endif
