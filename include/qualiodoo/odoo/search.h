/* search.h - one page of the ids that a domain finds. */
#ifndef QUALIODOO_ODOO_SEARCH_H
#define QUALIODOO_ODOO_SEARCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/util/array.h"
#include "qualiodoo/util/error.h"

struct odoo;

/* A page of a search, by keyset: the ids above `after` in order, less the first `offset`, at most
 * `limit` (0: all), archived records included unless `active_only`. */
struct odoo_search {
    const char *model;
    const json_t *domain; /* an array, borrowed; NULL: every record */
    int64_t after;
    int offset, limit;
    bool active_only; /* on a model that archives nothing all the same */
};

/* Appends the ids of the page to a list, which is unchanged after a failure. ERR_PROTOCOL when they
 * do not rise. */
int odoo_search(struct odoo *odoo, const struct odoo_search *search, struct ids *ids,
                struct error *error);

/* The number of ids above `after`, whatever the offset and the limit. */
int odoo_search_count(struct odoo *odoo, const struct odoo_search *search, int64_t *ret_count,
                      struct error *error);

#endif
