/* search.h - one page of the ids that a domain finds. */
#ifndef QUALIODOO_ODOO_SEARCH_H
#define QUALIODOO_ODOO_SEARCH_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/util/error.h"

struct odoo;

/* A page of a search, by keyset: ids above `after` in order, less the first `offset`, at most
 * `limit` (0: all). `domain` may be NULL. */
struct odoo_search {
    const char *model;
    const json_t *domain;
    int64_t after;
    int offset, limit;
};

/* Appends the ids of the page to a list on the heap. ERR_PROTOCOL when they do not rise. */
int odoo_search_append(struct odoo *odoo, const struct odoo_search *search, int64_t **ids,
                       size_t *count, struct error *error);

/* The number of ids above `after`, whatever the offset and the limit. */
int odoo_search_count(struct odoo *odoo, const struct odoo_search *search, int64_t *ret_count,
                      struct error *error);

/* The ids of one page, by keyset: records of `model` that match `domain` (an array) with id >
 * `after`, in order of id, at most `limit` of them, archived ones included. *ret_ids is on the heap
 * (caller frees; NULL when none). */
int odoo_search(struct odoo *odoo, const char *model, json_t *domain, int64_t after, int limit,
                int64_t **ret_ids, size_t *ret_count, struct error *error);

#endif
