/* domain.h - the domains that a pull sends to Odoo. */
#ifndef QUALIODOO_PULL_DOMAIN_H
#define QUALIODOO_PULL_DOMAIN_H

#include "qualiodoo/pull/open.h"

/* The domain in the JSON `text`, resolved for this pull, with the terms of `extra` (borrowed, may
 * be NULL) added. New reference; NULL: out of memory. */
json_t *domain_resolve(struct pull *pull, const char *text, json_t *extra);

/* A domain of what `one` or `other` matches (both borrowed). New reference; NULL: out of memory. */
json_t *domain_either(const json_t *one, const json_t *other);

/* With credit.account top, widens a domain that asks for the customers in "@ids" to all contacts
 * below them. *domain becomes NULL when out of memory. */
void domain_widen(const struct pull *pull, json_t **domain);

#endif
