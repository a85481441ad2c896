/* fields.h - which fields a model has. */
#ifndef QUALIODOO_ODOO_FIELDS_H
#define QUALIODOO_ODOO_FIELDS_H

#include <jansson.h>

#include "qualiodoo/util/error.h"

struct odoo;

/* fields_get of `names` (array, borrowed): *ret_fields is an object name -> {"type", "relation"?},
 * owned by the caller, without the names that do not exist. ERR_MISSING_MODEL when the model is
 * unknown. */
int odoo_fields(struct odoo *odoo, const char *model, json_t *names, json_t **ret_fields,
                struct error *error);

#endif
