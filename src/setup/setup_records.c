/* setup_records.c - finds, makes and removes one record of Odoo. */
#include "setup_records.h"

#include <stdio.h>
#include <string.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/setup_names.h"

enum { MAKE_TRIES = 3 };

int setup_find(const struct setup *setup, const char *model, json_t *domain, int64_t *ret_id,
               struct error *error)
{
    json_t *records = NULL;
    int rc = ask_records(
        setup->odoo,
        (struct ask_query){.model = model, .domain = domain, .fields = json_pack("[s]", "id")},
        &records, error);

    if (rc == 0)
        *ret_id = ask_field_id(json_array_get(records, 0), "id");
    json_decref(records);
    return rc;
}

json_t *setup_find_named(json_t *records, const char *name)
{
    json_t *record;
    size_t i;

    json_array_foreach(records, i, record) {
        const char *text = json_string_value(json_object_get(record, "name"));

        if (text && strcmp(text, name) == 0)
            return record;
    }
    return NULL;
}

/* Odoo hangs (setup_session.c): a search for what the call has made would hang, too. */
static bool is_hung(const struct error *cause)
{
    return cause->code == ERR_NETWORK && cause->retry == RETRY_NEVER;
}

int setup_make(const struct setup *setup, struct setup_new wanted, int64_t *ret_id,
               struct error *error)
{
    int64_t id = 0;
    int rc = wanted.domain && wanted.values ? 0 : error_memory(error);

    for (int attempt = 1; rc == 0 && !id; attempt++) {
        struct error cause = {0};

        rc = ask_create(setup->odoo, wanted.model, json_incref(wanted.values), &id, &cause);
        if (rc < 0 && ask_unknown_effect(rc) && !is_hung(&cause))
            rc = setup_find(setup, wanted.model, json_incref(wanted.domain), &id, error);
        else if (rc < 0)
            *error = cause;
        if (rc == 0 && !id && (cause.retry != RETRY_LATER || attempt == MAKE_TRIES)) {
            *error = cause;
            rc = cause.code;
        }
    }
    json_decref(wanted.domain);
    json_decref(wanted.values);
    if (rc == 0)
        *ret_id = id;
    return rc;
}

int setup_unlink(const struct setup *setup, const char *model, int64_t id, const char *what,
                 struct error *error)
{
    struct odoo_call call = {.model = model, .method = "unlink", .safe = true};
    struct error cause = {0};
    json_t *result = NULL;
    int rc = 0;

    if (!setup->options->dry_run) {
        call.arguments = json_pack("[[I]]", (json_int_t)id);
        rc = ask(setup->odoo, call, &result, &cause);
    }
    json_decref(result);
    if (rc == ERR_REFUSED)
        return error_set(error, rc,
                         "%s cannot be removed: %s; remove in Odoo what depends on it, then run "
                         "'qualiodoo %s' again",
                         what, cause.message, setup->options->remove ? "setup --remove" : "setup");
    if (rc < 0 && rc != ERR_MISSING_RECORD) { /* missing: removed by a call whose answer was lost */
        *error = cause;
        return rc;
    }
    setup_step(setup, SETUP_REMOVED, what);
    return 0;
}

/* ---- By external id ---- */

int setup_external_find(const struct setup *setup, const char *name, struct setup_external *ret,
                        struct error *error)
{
    json_t *records = NULL, *record;
    const char *model;
    int rc = ask_records(setup->odoo,
                         (struct ask_query){.model = "ir.model.data",
                                            .domain = json_pack("[[sss] [sss]]", "module", "=",
                                                                SETUP_MODULE, "name", "=", name),
                                            .fields = json_pack("[ss]", "model", "res_id")},
                         &records, error);

    if (rc < 0)
        return rc;
    record = json_array_get(records, 0);
    model = json_string_value(json_object_get(record, "model"));
    ret->row = ask_field_id(record, "id");
    ret->record = ask_field_id(record, "res_id");
    snprintf(ret->model, sizeof ret->model, "%s", model ? model : "");
    json_decref(records);
    return 0;
}

int setup_reference(const struct setup *setup, const char *module, const char *name,
                    int64_t *ret_id, struct error *error)
{
    struct odoo_call call = {.model = "ir.model.data",
                             .method = "check_object_reference",
                             .arguments = json_pack("[ss]", module, name),
                             .safe = true};
    json_t *result = NULL;
    int rc = ask(setup->odoo, call, &result, error);

    if (rc == 0)
        *ret_id = json_integer_value(json_array_get(result, 1));
    json_decref(result);
    if (rc == 0 && *ret_id <= 0)
        rc = error_set(error, ERR_PROTOCOL,
                       "ir.model.data.check_object_reference: the answer does not name %s.%s",
                       module, name);
    return rc;
}
