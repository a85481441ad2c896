/* listing.h - decides which records of a model are read. Errors of all functions: those of the
 * calls and of the store, and ERR_SAFETY of page_check_gone(). */
#ifndef QUALIODOO_PULL_LISTING_H
#define QUALIODOO_PULL_LISTING_H

#include "page.h"

/* Brings the mirror of a model up to date. Does nothing when this Odoo lacks the model. */
int listing_read(struct pull *pull, const struct model *model, struct error *error);

/* Brings the mirror in line with a listing. Reads the ids of `remote` (listed by Odoo now) again;
 * deletes those of `local` (mirrored) that are not in `remote`, after each was confirmed as gone.
 * Both are sorted. */
int listing_compare(struct page *page, const struct ids *remote, const struct ids *local,
                    struct error *error);

/* Of a MODEL_REFERENCED model: reads what mirrored rows refer to and the mirror lacks. */
int listing_needed(struct pull *pull, const struct model *model, struct error *error);

/* Lists and reads a whole model again, whatever its cursor says. */
int listing_again(struct pull *pull, const struct model *model, struct error *error);

/* The records among `ids` that the agent's user may read. The caller frees ret->items. */
int listing_visible(struct pull *pull, const struct model *model, const struct ids *ids,
                    struct ids *ret, struct error *error);

/* MODEL_ADJUSTMENT or MODEL_ADJUSTMENT_NOTE, as credit.adjustments says. */
enum model_id listing_adjustment_model(const struct pull *pull);

#endif
