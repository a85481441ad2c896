/* compare.h - a reconciliation that reads whole only what differs.
 *
 * Of the models with MIRROR_COMPARED columns it asks for these alone, and reads a record whole when
 * the mirrored row has other values in them, or is not as it was stored. Everything else of such a
 * record is a column of its own table in Odoo, which Odoo does not change without a new write_date.
 * What others change there (SQL by hand, a restored table) is found by the next whole reading:
 * every COMPARE_WHOLE_DAYS days, with --force, with --customer, and by another version of the
 * program or of Odoo. */
#ifndef QUALIODOO_PULL_COMPARE_H
#define QUALIODOO_PULL_COMPARE_H

#include "page.h"

#define COMPARE_WHOLE_DAYS 7

/* Before the models are read: sets pull->compares. */
int compare_open(struct pull *pull, struct error *error);

/* After all were read: notes a whole reading. */
int compare_close(struct pull *pull, struct error *error);

/* Whether records of the model are compared in this pull. */
bool compare_applies(const struct pull *pull, const struct model *model);

/* Reads the records `ids` of a model (sorted), as page_read() does, but whole only those that
 * differ and those that were written at `low` or later (cursor_low(); NULL: all). */
int compare_read(struct page *page, const struct ids *ids, const char *low, struct error *error);

#endif
