/* record.h - from a record of Odoo to the columns of its mirror, as the table of models says. */
#ifndef QUALIODOO_PULL_RECORD_H
#define QUALIODOO_PULL_RECORD_H

#include "qualiodoo/pull/models.h"

/* Number of columns of the table. */
size_t model_columns(const struct model *model);

/* The name of the model in Odoo, and the names of its fields that exist (array; owned). */
const char *model_remote(const struct model *model, const struct flavour *flavour);

/* Names of all the fields to ask for (array; the caller owns it; NULL when out of memory). */
json_t *model_field_names(const struct model *model, const struct flavour *flavour);

/* Of `names`, those without words and, where `numbers` is false, without floats: what is read of a
 * record that cannot be read whole. *ret is a new reference; NULL where that leaves out nothing, or
 * leaves out what a computed column needs. Returns 0 or ERR_NO_MEMORY. */
int model_bare_names(const struct model *model, const struct flavour *flavour, json_t *names,
                     bool numbers, json_t **ret);

/* The names of the fields in Odoo, one per column (MIRROR_COLUMNS_MAX at most); NULL: none. */
void model_names(const struct model *model, const struct flavour *flavour, const char **ret_names);

/* Puts the values of one record, whose fields have the `names` of model_names(), into `values`
 * (texts borrowed from the record, or from `texts`, an array that keeps made texts alive). Computed
 * ones become NULL. */
void model_values(const struct model *model, const char *const *names, json_t *record,
                  json_t **texts, struct mirror_value *values);

/* A domain from its JSON text: "@name" strings become the flavour's names, "@ids" the ids. NULL
 * text gives []. The caller owns it; NULL when out of memory. */
json_t *model_domain(const char *text, const struct flavour *flavour, json_t *ids);

/* Index of a column by name; the name exists. */
size_t model_column(const struct model *model, const char *name);

#endif
