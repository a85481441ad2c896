/* listing.h - every id that a domain finds. */
#ifndef QUALIODOO_ODOO_LISTING_H
#define QUALIODOO_ODOO_LISTING_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/util/error.h"

struct odoo;

/* All ids, page by page, as odoo_search(). ERR_PROTOCOL when there are more than Odoo counts, or
 * than fit into an eighth of memory_limit(). */
int odoo_search_all(struct odoo *odoo, const char *model, json_t *domain, int64_t **ret_ids,
                    size_t *ret_count, struct error *error);

#endif
