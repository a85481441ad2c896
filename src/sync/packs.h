/* packs.h - the products that credit.packs names; internal to sync. */
#ifndef QUALIODOO_SYNC_PACKS_H
#define QUALIODOO_SYNC_PACKS_H

#include <jansson.h>

#include "qualiodoo/config.h"
#include "qualiodoo/store.h"

/* Every internal reference, and every id, as JSON arrays (new references; NULL: no memory). */
json_t *packs_references(const struct config *config);
json_t *packs_ids(const struct config *config);

/* Whether a product with this id and reference (may be NULL) is a pack. */
bool packs_contain(const struct config *config, int64_t id, const char *reference);

/* Logs each product that is named and that Odoo does not have. */
int packs_log_missing(struct store *store, const struct config *config, struct error *error);

#endif
