/* setup_external.c - external ids: by them setup finds what it made, even after a person renamed
 * it.
 *
 * When a record is removed, Odoo removes its external id, but not the external ids of records that
 * are removed with it (the fields and rights of a model): this file removes those. */
#include "setup_external.h"

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/setup_names.h"
#include "qualiodoo/util/json_build.h"
#include "setup_access.h"
#include "setup_fields.h"
#include "setup_records.h"
#include "setup_tag.h"
#include "setup_webhook.h"

/* Sets *made when the external id was missing or named another record. */
static int ensure_external(const struct setup *setup, const struct setup_record *wanted,
                           json_t *found, bool *made, struct error *error)
{
    int64_t row = ask_field_id(found, "id");

    if (row && wanted->id && ask_field_id(found, "res_id") == wanted->id)
        return 0;
    *made = true;
    if (setup->options->dry_run)
        return 0;
    if (row)
        return ask_write(
            setup->odoo, "ir.model.data", row,
            json_pack("{ss sI}", "model", wanted->model, "res_id", (json_int_t)wanted->id), error);
    return setup_make(
        setup,
        (struct setup_new){.model = "ir.model.data",
                           .domain = json_pack("[[sss] [sss]]", "module", "=", SETUP_MODULE, "name",
                                               "=", wanted->name),
                           .values = json_pack("{ss ss ss sI sb}", "module", SETUP_MODULE, "name",
                                               wanted->name, "model", wanted->model, "res_id",
                                               (json_int_t)wanted->id, "noupdate", true)},
        &row, error);
}

/* ---- All of them ---- */

int setup_externals(const struct setup *setup, struct error *error)
{
    json_t *records = NULL;
    bool made = false;
    int rc =
        ask_records(setup->odoo,
                    (struct ask_query){.model = "ir.model.data",
                                       .domain = json_pack("[[sss]]", "module", "=", SETUP_MODULE),
                                       .fields = json_pack("[ss]", "name", "res_id")},
                    &records, error);

    for (size_t i = 0; i < setup->n_records && rc == 0; i++) {
        const struct setup_record *record = &setup->records[i];

        rc = ensure_external(setup, record, setup_find_named(records, record->name), &made, error);
    }
    json_decref(records);
    if (rc == 0 && setup->n_records)
        setup_step_made(setup, made, "external ids of all these (module '" SETUP_MODULE "')");
    return rc;
}

/* ---- Removal ---- */

/* External ids that belong neither to a field nor to an access line of today: tag, rules, models,
 * and the stored fields of customers that 0.1.0 made. */
static const char *const fixed_names[] = {
    SETUP_TAG,
    SETUP_RULE,
    SETUP_RULE_ACTION,
    SETUP_OLD_RULE,
    SETUP_OLD_RULE_ACTION,
    "model_account",
    "model_lease",
    "field_partner_" PARTNER_MINUTES,
    "field_partner_" PARTNER_LAST_DAY,
};

static json_t *names_to_remove(bool adjustments)
{
    json_t *names = json_array();
    char name[SETUP_NAME_SIZE];
    const char *external;
    bool of_adjustments;

    for (size_t i = 0; i < sizeof fixed_names / sizeof *fixed_names; i++)
        json_build_add(&names, json_string(fixed_names[i]));
    if (adjustments) {
        json_build_add(&names, json_string("group_agent"));
        json_build_add(&names, json_string("model_adjustment"));
    }
    for (enum setup_set set = SETUP_ADJUSTMENT; set < SETUP_SETS; set++)
        for (size_t i = 0; setup_field_name(set, i); i++)
            if (adjustments || set != SETUP_ADJUSTMENT) {
                setup_field_external(set, i, name);
                json_build_add(&names, json_string(name));
            }
    for (size_t i = 0; (external = setup_access_external(i, &of_adjustments)); i++)
        if (adjustments || !of_adjustments)
            json_build_add(&names, json_string(external));
    return names;
}

static int find_named(const struct setup *setup, json_t *names, json_t **ret_ids,
                      struct error *error)
{
    json_t *records = NULL, *record, *ids = json_array();
    size_t i;
    int rc = ask_records(setup->odoo,
                         (struct ask_query){.model = "ir.model.data",
                                            .domain = json_pack("[[sss] [sso]]", "module", "=",
                                                                SETUP_MODULE, "name", "in", names),
                                            .fields = json_pack("[s]", "name")},
                         &records, error);

    json_array_foreach(records, i, record)
        json_build_add(&ids, json_incref(json_object_get(record, "id")));
    json_decref(records);
    if (rc == 0 && !ids)
        rc = error_memory(error);
    if (rc < 0)
        json_decref(ids);
    else
        *ret_ids = ids;
    return rc;
}

int setup_externals_left(const struct setup *setup, bool adjustments, json_t **ret_ids,
                         struct error *error)
{
    return find_named(setup, names_to_remove(adjustments), ret_ids, error);
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
    return rc == ERR_MISSING_RECORD ? 0 : rc; /* removed by a call whose answer was lost */
}

int setup_externals_remove(const struct setup *setup, bool adjustments, struct error *error)
{
    return remove_named(setup, names_to_remove(adjustments), error);
}

int setup_externals_forget_old(const struct setup *setup, struct error *error)
{
    return remove_named(setup, json_pack("[ss]", SETUP_OLD_RULE, SETUP_OLD_RULE_ACTION), error);
}
