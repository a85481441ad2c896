/* fields.c - asks for the fields of a model. */
#include "qualiodoo/odoo/fields.h"

#include "qualiodoo/odoo/ask.h"

/* {"type", "relation"?} of one field of the answer. */
static json_t *field_of(const json_t *field)
{
    json_t *relation = json_object_get(field, "relation");
    json_t *kept = json_pack("{s:O}", "type", json_object_get(field, "type"));

    if (kept && json_is_string(relation) && json_object_set(kept, "relation", relation)) {
        json_decref(kept);
        return NULL;
    }
    return kept;
}

static int keep_fields(const char *model, const json_t *names, const json_t *result,
                       json_t **ret_fields, struct error *error)
{
    json_t *fields = json_object();
    const json_t *name;
    size_t i;

    json_array_foreach(names, i, name) {
        const char *text = json_string_value(name);
        const json_t *field = text ? json_object_get(result, text) : NULL;

        if (field && !json_is_string(json_object_get(field, "type"))) {
            json_decref(fields);
            return error_set(error, ERR_PROTOCOL, "%s.fields_get: the field '%s' has no type",
                             model, text);
        }
        if (field && json_object_set_new(fields, text, field_of(field))) {
            json_decref(fields);
            return error_memory(error);
        }
    }
    if (!fields)
        return error_memory(error);
    *ret_fields = fields;
    return 0;
}

/* An empty list would mean every field to Odoo: `id` is asked for instead. */
int odoo_fields(struct odoo *odoo, const char *model, json_t *names, json_t **ret_fields,
                struct error *error)
{
    json_t *result = NULL;
    struct odoo_call call = {.model = model,
                             .method = "fields_get",
                             .arguments = json_array_size(names) > 0 ? json_pack("[O]", names)
                                                                     : json_pack("[[s]]", "id"),
                             .keywords = json_pack("{s:[s, s]}", "attributes", "type", "relation"),
                             .with_keywords = true,
                             .safe = true};
    int rc = ask(odoo, call, &result, error);

    if (!rc && !json_is_object(result))
        rc = error_set(error, ERR_PROTOCOL, "%s.fields_get: the answer is not an object", model);
    if (!rc)
        rc = keep_fields(model, names, result, ret_fields, error);
    json_decref(result);
    return rc;
}
