/* setup_external.h - the external ids of what setup made; internal to setup. Errors: as
 * odoo_execute()'s, and ERR_NO_MEMORY. */
#ifndef QUALIODOO_SETUP_EXTERNAL_H
#define QUALIODOO_SETUP_EXTERNAL_H

#include "setup_context.h"

/* Gives each record of setup_remember() its external id. The tag got its own when it was made. */
int setup_externals(const struct setup *setup, struct error *error);

/* The external ids of setup that exist, as ids in ir.model.data (*ret_ids, a new reference); and
 * their removal. `adjustments`: include those of adjustments and of the group. */
int setup_externals_left(const struct setup *setup, bool adjustments, json_t **ret_ids,
                         struct error *error);
int setup_externals_remove(const struct setup *setup, bool adjustments, struct error *error);

/* Removes the external ids of an earlier version's rule. */
int setup_externals_forget_old(const struct setup *setup, struct error *error);

#endif
