/* record.h - turns a record of Odoo into the columns of its mirror, as `models` describes it. */
#ifndef QUALIODOO_PULL_RECORD_H
#define QUALIODOO_PULL_RECORD_H

#include "qualiodoo/odoo/records.h"
#include "qualiodoo/pull/models.h"

/* The number of columns of the model's table, without `id`. */
size_t model_columns(const struct model *model);

/* The name of the model in Odoo ("helpdesk.ticket"). */
const char *model_remote(const struct model *model, const struct flavour *flavour);

/* The names of all its fields in Odoo, whether this Odoo has them or not (new array; NULL: out of
 * memory). */
json_t *model_field_names(const struct model *model, const struct flavour *flavour);

/* The fields to read of a record whose whole answer cannot be parsed: `names` without FIELD_WORDS
 * and, unless `numbers`, without FIELD_NANO. *ret is a new array; NULL when that would be all of
 * `names`, or when the model computes columns from fields. Returns 0 or ERR_NO_MEMORY. */
int model_bare_names(const struct model *model, const struct flavour *flavour, json_t *names,
                     bool numbers, json_t **ret);

/* Fills `ret_places` (of MIRROR_COLUMNS_MAX) with the place of each column's field among the names
 * of the records; -1: the column has none. */
void model_places(const struct model *model, const struct flavour *flavour,
                  const struct odoo_records *records, int *ret_places);

/* Fills `values`, one per column, from a record. `places` are those of model_places(). Texts are
 * borrowed from the record, or from the array *texts, to which new ones are appended; *texts is
 * NULL after a lack of memory. FIELD_COMPUTED columns become NULL. */
void model_values(const struct model *model, const int *places, const struct odoo_record *record,
                  json_t **texts, struct mirror_value *values);

/* A domain from its JSON text (NULL: []). A string "@..." becomes its value in the object `ids`,
 * else the flavour's name. New reference; NULL: out of memory. */
json_t *model_domain(const char *text, const struct flavour *flavour, json_t *ids);

/* The index of the column `name`, which must exist. */
size_t model_column(const struct model *model, const char *name);

#endif
