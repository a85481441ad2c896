/* setup_remove.h - removes what setup made; internal to setup. Errors: as odoo_execute()'s,
 * ERR_REFUSED when something in Odoo depends on a thing, and ERR_NO_MEMORY. */
#ifndef QUALIODOO_SETUP_REMOVE_H
#define QUALIODOO_SETUP_REMOVE_H

#include "setup_context.h"

/* Removes the stored fields of customers that versions up to 0.1.0 made. */
int setup_remove_old_fields(const struct setup *setup, struct error *error);

/* Removes what setup made, in the order at the head of setup_remove.c. */
int setup_remove(struct setup *setup, struct error *error);

#endif
