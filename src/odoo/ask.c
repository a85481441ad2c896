/* ask.c - writes single calls by odoo_execute() and checks the shape of their answers. */
#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/execute.h"

#include <string.h>

int ask(struct odoo *odoo, struct odoo_call call, json_t **ret_result, struct error *error)
{
    bool whole = call.arguments && (call.keywords || !call.with_keywords);
    int rc = whole ? odoo_execute(odoo, &call, ret_result, error) : error_memory(error);

    json_decref(call.arguments);
    json_decref(call.keywords);
    return rc;
}

/* The `load` keyword: with '' a many2one is a bare id. Tags get none: on tasks their model has a
 * search_read of its own, without that keyword. */
static const char *load_of(const char *model)
{
    return strcmp(model, "project.tags") == 0 ? NULL : "";
}

/* Whether an item is a record: its id is an integer larger than `after`, and it has each field
 * asked for. */
static bool is_record(const json_t *record, const json_t *fields, int64_t after)
{
    const json_t *id = json_object_get(record, "id"), *name;
    size_t i;

    if (!json_is_integer(id) || json_integer_value(id) <= after)
        return false;
    json_array_foreach(fields, i, name) {
        if (!json_object_get(record, json_string_value(name)))
            return false;
    }
    return true;
}

/* Accepts only a list that Odoo can give: "no such record" decides whether something is written. */
static int check_records(const json_t *records, const json_t *fields, const char *model,
                         struct error *error)
{
    const json_t *record;
    int64_t last = 0;
    size_t i;

    if (!json_is_array(records))
        return error_set(error, ERR_PROTOCOL, "%s.search_read: the answer is not a list", model);
    json_array_foreach(records, i, record) {
        if (!is_record(record, fields, last))
            return error_set(error, ERR_PROTOCOL,
                             "%s.search_read: item %zu of the answer is not a record with an id "
                             "and the fields that were asked for",
                             model, i + 1);
        last = json_integer_value(json_object_get(record, "id"));
    }
    return 0;
}

int ask_records(struct odoo *odoo, struct ask_query query, json_t **ret_records,
                struct error *error)
{
    struct odoo_call call = {
        .model = query.model,
        .method = "search_read",
        .arguments = query.domain ? json_pack("[o]", query.domain) : NULL,
        .keywords = query.fields
                        ? json_pack("{sO ss ss* s{sb}}", "fields", query.fields, "order", "id",
                                    "load", load_of(query.model), "context", "active_test", 0)
                        : NULL,
        .with_keywords = true,
        .safe = true};
    json_t *records = NULL;
    int rc = ask(odoo, call, &records, error);

    if (rc == 0)
        rc = check_records(records, query.fields, query.model, error);
    json_decref(query.fields);
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

    return ask_made(odoo, call, ret_id, error);
}

int ask_made(struct odoo *odoo, struct odoo_call call, int64_t *ret_id, struct error *error)
{
    json_t *result = NULL, *id;
    int rc = ask(odoo, call, &result, error);

    if (rc < 0)
        return rc;
    id = json_array_size(result) == 1 ? json_array_get(result, 0) : result;
    if (json_is_integer(id) && json_integer_value(id) > 0)
        *ret_id = json_integer_value(id);
    else
        rc = error_set(error, ERR_PROTOCOL, "%s.%s: the answer is not a record's number",
                       call.model, call.method);
    json_decref(result);
    return rc;
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

bool ask_unknown_effect(int rc)
{
    return rc == ERR_NETWORK || rc == ERR_PROTOCOL || rc == ERR_UNPARSABLE || rc == ERR_FAULT ||
           rc == ERR_CONCURRENCY || rc == ERR_INTERRUPTED;
}

int64_t ask_id(json_t *value)
{
    return json_integer_value(json_is_array(value) ? json_array_get(value, 0) : value);
}

int64_t ask_field_id(json_t *record, const char *field)
{
    return ask_id(json_object_get(record, field));
}

json_t *ask_find(json_t *records, int64_t id)
{
    json_t *record;
    size_t i;

    json_array_foreach(records, i, record) {
        if (ask_field_id(record, "id") == id)
            return record;
    }
    return NULL;
}
