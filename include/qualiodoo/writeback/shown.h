/* shown.h - the credit that Odoo is to show of each customer. */
#ifndef QUALIODOO_WRITEBACK_SHOWN_H
#define QUALIODOO_WRITEBACK_SHOWN_H

#include "qualiodoo/writeback/writeback.h"

/* Queues what Odoo is to show of each customer's credit, where it shows something else. */
int shown_update(struct writeback *writeback, struct error *error);

#endif
