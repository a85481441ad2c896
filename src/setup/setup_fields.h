/* setup_fields.h - the fields that setup makes; internal to setup. Errors, where nothing else is
 * said: as odoo_execute()'s, and ERR_NO_MEMORY. */
#ifndef QUALIODOO_SETUP_FIELDS_H
#define QUALIODOO_SETUP_FIELDS_H

#include "setup_context.h"

/* The name in Odoo of the model that the set's fields are on. */
const char *setup_fields_model(enum setup_set set);

/* The fields of a set as a list of Odoo's (0, 0, values) commands, for the create of their model.
 * New reference; NULL when there is no memory. */
json_t *setup_fields_commands(const struct setup *setup, enum setup_set set);

/* Makes and repairs the fields of the existing model models[set]. *ret_changed: something was made
 * or repaired. ERR_REFUSED for a field of another type: only a person can decide about its data. */
int setup_fields(struct setup *setup, enum setup_set set, bool *ret_changed, struct error *error);

/* The name of the set's field at `index`, NULL after the last one; and its external id. */
const char *setup_field_name(enum setup_set set, size_t index);
void setup_field_external(enum setup_set set, size_t index, char name[SETUP_NAME_SIZE]);

#endif
