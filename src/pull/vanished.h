/* vanished.h - records that leave Odoo without a new write_date anywhere. Errors of both functions:
 * those of the calls and of the store; the next call then finds the difference again. */
#ifndef QUALIODOO_PULL_VANISHED_H
#define QUALIODOO_PULL_VANISHED_H

#include "qualiodoo/pull/open.h"

/* Deletes partners that are gone (merged into another one, or deleted), and reads the rows again
 * that refer to them: Odoo does not change their write_date then. */
int vanished_partners(struct pull *pull, struct error *error);

/* Deletes adjustments whose record or whole model is gone. Without this, a model that was created
 * again, with ids from 1, would mix with the old rows. */
int vanished_adjustments(struct pull *pull, struct error *error);

#endif
