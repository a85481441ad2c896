/* listing.h - every id that a domain finds. */
#ifndef QUALIODOO_ODOO_LISTING_H
#define QUALIODOO_ODOO_LISTING_H

#include <jansson.h>

#include "qualiodoo/util/array.h"
#include "qualiodoo/util/error.h"

struct odoo;

/* The ids of all records of `model` that match `domain` (an array, borrowed; NULL: of every
 * record), in order, archived ones included. The caller frees ret->items. ERR_PROTOCOL when there
 * are more than Odoo counts, or than fit into an eighth of memory_limit(). */
int odoo_search_all(struct odoo *odoo, const char *model, const json_t *domain, struct ids *ret,
                    struct error *error);

#endif
