/* packs.h - the products that credit.packs names, by internal reference or by id. */
#ifndef QUALIODOO_PULL_PACKS_H
#define QUALIODOO_PULL_PACKS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/config/config.h"
#include "qualiodoo/store/store.h"

/* Every internal reference, and every id, as JSON arrays (new references; NULL: no memory). */
json_t *packs_references(const struct config *config);
json_t *packs_ids(const struct config *config);

/* Whether a product with this id and reference (may be NULL) is a pack. */
bool packs_contain(const struct config *config, int64_t id, const char *reference);

/* Tells `missing` (which returns 0, or ERR_NO_MEMORY) of each product that credit.packs names and
 * that the mirror does not have, in words. */
#define PACK_TEXT_SIZE 300
int packs_missing(struct store *store, const struct config *config,
                  int (*missing)(void *context, const char *text), void *context,
                  struct error *error);

/* Logs each product that is named and that Odoo does not have. */
int packs_log_missing(struct store *store, const struct config *config, struct error *error);

#endif
