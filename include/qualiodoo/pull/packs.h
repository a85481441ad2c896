/* packs.h - the products that credit.packs names, each by an internal reference or an id. */
#ifndef QUALIODOO_PULL_PACKS_H
#define QUALIODOO_PULL_PACKS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/config/config.h"
#include "qualiodoo/store/store.h"

/* All internal references, or all ids, as a JSON array (new reference; NULL: out of memory). */
json_t *packs_references(const struct config *config);
json_t *packs_ids(const struct config *config);

/* Whether credit.packs names the product `id`, or its `reference` (NULL: it has none). */
bool packs_contain(const struct config *config, int64_t id, const char *reference);

/* Calls `missing` for each product that credit.packs names and the mirror lacks, with a sentence of
 * less than PACK_TEXT_SIZE bytes (borrowed for the call). `missing` returns 0, or a negative code,
 * which stops with ERR_NO_MEMORY. */
#define PACK_TEXT_SIZE 300
int packs_missing(struct store *store, const struct config *config,
                  int (*missing)(void *context, const char *text), void *context,
                  struct error *error);

/* Logs the products that packs_missing() finds, as errors. Errors: those of the store. */
int packs_log_missing(struct store *store, const struct config *config, struct error *error);

#endif
