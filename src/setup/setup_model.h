/* setup_model.h - the models that setup makes; internal to setup. Errors: as odoo_execute()'s, and
 * ERR_NO_MEMORY. */
#ifndef QUALIODOO_SETUP_MODEL_H
#define QUALIODOO_SETUP_MODEL_H

#include "setup_context.h"

/* Makes or completes the model of a set with its fields and rights, and sets models[set]. */
int setup_model(struct setup *setup, enum setup_set set, struct error *error);

/* Sets models[set] to the id of the set's model, 0 when it does not exist. */
int setup_find_model(struct setup *setup, enum setup_set set, struct error *error);

#endif
