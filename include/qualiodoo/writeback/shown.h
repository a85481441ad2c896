/* shown.h - the credit that Odoo shows on each customer. */
#ifndef QUALIODOO_WRITEBACK_SHOWN_H
#define QUALIODOO_WRITEBACK_SHOWN_H

#include "qualiodoo/writeback/writeback.h"

/* Queues a write for each customer whose credit in Odoo, as last read, differs from the computed
 * one. Does nothing unless writeback.balance.fields is set and `setup` has made the model (or
 * 0.1.0 the fields). Errors: ERR_STATE, ERR_NO_MEMORY. */
int shown_update(struct writeback *writeback, struct error *error);

#endif
