/* setup_external.c - external ids: by them setup knows again what it made, whatever its name is
 * now.
 *
 * Odoo drops the external id of a record that is removed, but not of one that goes with another
 * (the fields and rights of a model): those are removed here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "setup.h"

enum { NAME_SIZE = 64 };

int setup_external_find(const struct setup *setup, const char *name, struct setup_external *ret,
                        struct error *error)
{
    json_t *records = NULL, *record;
    const char *model;
    int rc = ask_records(setup->odoo, "ir.model.data",
                         json_pack("[[sss] [sss]]", "module", "=", SETUP_MODULE, "name", "=", name),
                         json_pack("[ss]", "model", "res_id"), &records, error);

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

/* *made is set when the external id was not there, or named another record. */
static int ensure_external(const struct setup *setup, const char *name, const char *model,
                           int64_t record, bool *made, struct error *error)
{
    struct setup_external found = {0};
    int rc = setup_external_find(setup, name, &found, error);

    if (rc < 0 || (found.row && found.record == record && record))
        return rc;
    *made = true;
    if (setup->options->dry_run)
        return 0;
    if (found.row)
        return ask_write(setup->odoo, "ir.model.data", found.row,
                         json_pack("{ss sI}", "model", model, "res_id", (json_int_t)record), error);
    return setup_make(setup, "ir.model.data",
                      json_pack("[[sss] [sss]]", "module", "=", SETUP_MODULE, "name", "=", name),
                      json_pack("{ss ss ss sI sb}", "module", SETUP_MODULE, "name", name, "model",
                                model, "res_id", (json_int_t)record, "noupdate", true),
                      &found.row, error);
}

/* ---- All of them ---- */

struct external {
    char name[NAME_SIZE];
    const char *model;
    int64_t record;
};

/* Those of adjustments. */
static size_t list_adjustments(const struct setup *setup, struct external list[4 + SETUP_FIELDS])
{
    const struct external others[] = {
        {"group_agent", "res.groups", setup->group},
        {"model_adjustment", "ir.model", setup->model},
        {"access_adjustment_agent", "ir.model.access", setup->agent_access},
        {"access_adjustment_administrator", "ir.model.access", setup->system_access}};
    size_t count = 0;

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        list[count++] = others[i];
    for (size_t i = 0; i < SETUP_FIELDS; i++) {
        struct external *external = &list[count++];

        *external = (struct external){.model = "ir.model.fields", .record = setup->field_ids[i]};
        snprintf(external->name, NAME_SIZE, "field_adjustment_%s", setup_field_name(i));
    }
    return count;
}

static void name_partner_field(size_t index, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "field_partner_%s", setup_partner_field_name(index));
}

int setup_externals(const struct setup *setup, struct error *error)
{
    struct external list[4 + SETUP_FIELDS];
    size_t count = setup_wants_model(setup->config) ? list_adjustments(setup, list) : 0;
    bool made = false;
    char name[NAME_SIZE];
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++)
        rc = ensure_external(setup, list[i].name, list[i].model, list[i].record, &made, error);
    for (size_t i = 0;
         i < SETUP_PARTNER_FIELDS && setup_wants_partner_fields(setup->config) && rc == 0; i++) {
        name_partner_field(i, name);
        rc = ensure_external(setup, name, "ir.model.fields", setup->partner_field_ids[i], &made,
                             error);
        count++;
    }
    if (setup->with_rule) {
        if (rc == 0)
            rc = ensure_external(setup, SETUP_RULE, "base.automation", setup->rule, &made, error);
        if (rc == 0)
            rc = ensure_external(setup, SETUP_RULE_ACTION, "ir.actions.server", setup->rule_action,
                                 &made, error);
        count += 2;
    }
    if (rc == 0 && count)
        setup_step_made(setup, made, "external ids of all these (module '" SETUP_MODULE "')");
    return rc;
}

/* ---- Away with them ---- */

static json_t *names_to_remove(const struct setup *setup, bool adjustments)
{
    struct external list[4 + SETUP_FIELDS];
    size_t count = adjustments ? list_adjustments(setup, list) : 0;
    json_t *names = json_pack("[sssss]", SETUP_TAG, SETUP_RULE, SETUP_RULE_ACTION, SETUP_OLD_RULE,
                              SETUP_OLD_RULE_ACTION);
    char name[NAME_SIZE];

    for (size_t i = 0; i < SETUP_PARTNER_FIELDS; i++) {
        name_partner_field(i, name);
        json_array_append_new(names, json_string(name));
    }
    for (size_t i = 0; i < count; i++)
        json_array_append_new(names, json_string(list[i].name));
    return names;
}

static int find_named(const struct setup *setup, json_t *names, json_t **ret_ids,
                      struct error *error)
{
    json_t *records = NULL, *record, *ids = json_array();
    size_t i;
    int rc =
        ask_records(setup->odoo, "ir.model.data",
                    json_pack("[[sss] [sso]]", "module", "=", SETUP_MODULE, "name", "in", names),
                    json_pack("[s]", "name"), &records, error);

    json_array_foreach(records, i, record) json_array_append(ids, json_object_get(record, "id"));
    json_decref(records);
    if (rc < 0)
        json_decref(ids);
    else
        *ret_ids = ids;
    return rc;
}

int setup_externals_left(const struct setup *setup, bool adjustments, json_t **ret_ids,
                         struct error *error)
{
    return find_named(setup, names_to_remove(setup, adjustments), ret_ids, error);
}

/* Takes over `names`. */
static int remove_named(const struct setup *setup, json_t *names, struct error *error)
{
    struct odoo_call call = {.model = "ir.model.data", .method = "unlink", .safe = true};
    json_t *ids = NULL, *result = NULL;
    int rc = find_named(setup, names, &ids, error);

    if (rc == 0 && json_array_size(ids) && !setup->options->dry_run) {
        call.arguments = json_pack("[O]", ids);
        rc = ask(setup->odoo, call, &result, error);
    }
    json_decref(ids);
    json_decref(result);
    return rc == ERR_MISSING_RECORD ? 0 : rc; /* an answer was lost */
}

int setup_externals_remove(const struct setup *setup, bool adjustments, struct error *error)
{
    return remove_named(setup, names_to_remove(setup, adjustments), error);
}

int setup_externals_forget_old(const struct setup *setup, struct error *error)
{
    return remove_named(setup, json_pack("[ss]", SETUP_OLD_RULE, SETUP_OLD_RULE_ACTION), error);
}
