/* doctor_fields.c - asks which fields a model has in this Odoo. */
#include "doctor_fields.h"

#include "doctor_list.h"
#include "qualiodoo/odoo/fields.h"

int doctor_fields(const struct doctor *doctor, const char *model, json_t *names, json_t **ret_known,
                  struct error *error)
{
    int rc =
        names ? odoo_fields(doctor->odoo, model, names, ret_known, error) : error_memory(error);

    json_decref(names);
    return rc;
}

int doctor_missing(const struct doctor *doctor, const char *model, json_t *names,
                   struct doctor_list *missing, struct error *error)
{
    json_t *known = NULL, *name;
    size_t i;
    int rc = doctor_fields(doctor, model, json_incref(names), &known, error);

    json_array_foreach(names, i, name) {
        if (rc == 0 && !json_object_get(known, json_string_value(name)))
            doctor_list_add(missing, "%s", json_string_value(name));
    }
    json_decref(names);
    json_decref(known);
    return rc;
}
