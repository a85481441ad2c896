/* vanished.h - what goes from Odoo without a stamp on anything. */
#ifndef QUALIODOO_PULL_VANISHED_H
#define QUALIODOO_PULL_VANISHED_H

#include "qualiodoo/pull/pull.h"

/* Partners that are gone (merged into another one, or deleted), and the rows that name them: read
 * again, as Odoo stamps neither tickets nor adjustments then. */
int vanished_partners(struct pull *pull, struct error *error);

/* Adjustments whose row, or whose whole model, is gone: a model made again counts from 1, so that
 * old and new rows would stand side by side. */
int vanished_adjustments(struct pull *pull, struct error *error);

#endif
