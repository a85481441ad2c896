/* prefetch.h - one request sent ahead, on a thread. */
#ifndef QUALIODOO_ODOO_PREFETCH_H
#define QUALIODOO_ODOO_PREFETCH_H

#include "odoo_internal.h"

struct prefetch;

int prefetch_open(struct odoo *odoo, struct prefetch **ret_prefetch, struct error *error);

/* Ends a call under way, joins the thread. NULL is allowed. */
void prefetch_free(struct prefetch *prefetch);

/* Starts a request; its content is taken over. The answer of the last one must have been taken. */
void prefetch_start(struct prefetch *prefetch, struct odoo_request *request);

/* Waits for the answer of the request started last (the caller's `cancelled` is asked meanwhile),
 * and gives it with the request it answers, for odoo_decode(); both are the caller's. On failure
 * only the error. */
int prefetch_take(struct prefetch *prefetch, struct odoo_request *ret_request, char **ret_body,
                  size_t *ret_length, struct error *error);

#endif
