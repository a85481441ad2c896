/* listing.h - which records of a model are read. */
#ifndef QUALIODOO_PULL_LISTING_H
#define QUALIODOO_PULL_LISTING_H

#include "page.h"

/* Brings the mirror of a model up to date: all of it, what changed since, or what is missing. */
int listing_read(struct pull *pull, const struct model *model, struct error *error);

/* Compares what Odoo lists now with what the mirror holds: reads the listed ids again and confirms
 * the vanished ones one by one before they are deleted. Both lists sorted. */
int listing_compare(struct page *page, const struct ids *remote, const struct ids *local,
                    struct error *error);

/* Reads what other rows refer to and the mirror lacks. */
int listing_needed(struct pull *pull, const struct model *model, struct error *error);

/* Lists a whole model again and reads it, whatever its cursor says. */
int listing_again(struct pull *pull, const struct model *model, struct error *error);

/* Those of some records that this user may read. The caller frees ret->items. */
int listing_visible(struct pull *pull, const struct model *model, const struct ids *ids,
                    struct ids *ret, struct error *error);

/* Where adjustments are kept: MODEL_ADJUSTMENT or MODEL_ADJUSTMENT_NOTE. */
enum model_id listing_adjustment_model(const struct pull *pull);

#endif
