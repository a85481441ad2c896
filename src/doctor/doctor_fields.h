/* doctor_fields.h - asks which fields a model has in this Odoo; internal to doctor. */
#ifndef QUALIODOO_DOCTOR_FIELDS_H
#define QUALIODOO_DOCTOR_FIELDS_H

#include "doctor_context.h"
#include "doctor_list.h"
#include <jansson.h>

/* Asks which of `names` are fields of the model: *ret_known, which the caller owns, has those as
 * members. Takes over `names`; NULL is ERR_NO_MEMORY. Errors as odoo_fields()'s. */
int doctor_fields(const struct doctor *doctor, const char *model, json_t *names, json_t **ret_known,
                  struct error *error);

/* Adds to `missing` those of `names` that are no fields of the model; otherwise as
 * doctor_fields(). */
int doctor_missing(const struct doctor *doctor, const char *model, json_t *names,
                   struct doctor_list *missing, struct error *error);

#endif
