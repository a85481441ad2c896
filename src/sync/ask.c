#include "ask.h"

#include <string.h>

int ask(struct odoo *odoo, struct odoo_call call, json_t **ret_result, struct error *error)
{
    int rc = call.arguments ? odoo_execute(odoo, &call, ret_result, error) : error_memory(error);

    json_decref(call.arguments);
    json_decref(call.keywords);
    return rc;
}

/* Without `load` a many2one comes with a name; tags, whose search_read of their own does not know
 * `load` on tasks, are asked for none. */
static const char *load_of(const char *model)
{
    return strcmp(model, "project.tags") == 0 ? NULL : "";
}

int ask_records(struct odoo *odoo, const char *model, json_t *domain, json_t *fields,
                json_t **ret_records, struct error *error)
{
    json_t *arguments = domain ? json_pack("[o]", domain) : NULL;
    json_t *keywords = fields ? json_pack("{so ss ss* s{sb}}", "fields", fields, "order", "id",
                                          "load", load_of(model), "context", "active_test", 0)
                              : NULL;
    struct odoo_call call = {.model = model,
                             .method = "search_read",
                             .arguments = keywords ? json_incref(arguments) : NULL,
                             .keywords = keywords,
                             .safe = true};
    json_t *records = NULL;
    int rc = ask(odoo, call, &records, error);

    json_decref(arguments);
    if (rc == 0 && !json_is_array(records))
        rc = error_set(error, ERR_PROTOCOL, "%s.search_read: the answer is not a list", model);
    if (rc < 0)
        json_decref(records);
    else
        *ret_records = records;
    return rc;
}

int ask_create(struct odoo *odoo, const char *model, json_t *values, int64_t *ret_id,
               struct error *error)
{
    struct odoo_call call = {
        .model = model, .method = "create", .arguments = values ? json_pack("[o]", values) : NULL};
    json_t *result = NULL;
    int64_t id;
    int rc = ask(odoo, call, &result, error);

    if (rc < 0)
        return rc;
    id = ask_id(result);
    json_decref(result);
    if (id <= 0)
        return error_set(error, ERR_PROTOCOL, "%s.create: the answer is not a record's number",
                         model);
    *ret_id = id;
    return 0;
}

int ask_write(struct odoo *odoo, const char *model, int64_t id, json_t *values, struct error *error)
{
    struct odoo_call call = {.model = model,
                             .method = "write",
                             .arguments =
                                 values ? json_pack("[[I]o]", (json_int_t)id, values) : NULL,
                             .safe = true};
    json_t *result = NULL;
    int rc = ask(odoo, call, &result, error);

    if (rc == 0)
        json_decref(result);
    return rc;
}

int ask_may(struct odoo *odoo, const char *model, const char *operation, bool *ret,
            struct error *error)
{
    struct odoo_call call = {.model = model,
                             .method = "check_access_rights",
                             .arguments = json_pack("[sb]", operation, 0),
                             .safe = true};
    json_t *result = NULL;
    int rc = ask(odoo, call, &result, error);

    if (rc == ERR_FAULT) {
        call.method = "has_access";
        call.arguments = json_pack("[[]s]", operation);
        rc = ask(odoo, call, &result, error);
    }
    if (rc == 0)
        *ret = json_is_true(result);
    json_decref(result);
    return rc;
}

bool ask_unknown_effect(int code)
{
    return code == ERR_NETWORK || code == ERR_PROTOCOL || code == ERR_UNPARSABLE ||
           code == ERR_FAULT || code == ERR_CONCURRENCY || code == ERR_INTERRUPTED;
}

int64_t ask_id(json_t *value)
{
    return json_integer_value(json_is_array(value) ? json_array_get(value, 0) : value);
}

int64_t ask_field_id(json_t *record, const char *field)
{
    return ask_id(json_object_get(record, field));
}
