/* setup_model.c - the models that setup makes: adjustments, the credit that Odoo shows, and the
 * lease of several agents. */
#include "setup_model.h"

#include <stdio.h>

#include "qualiodoo/odoo/setup_names.h"
#include "setup_access.h"
#include "setup_fields.h"
#include "setup_records.h"

/* SETUP_PARTNER has none: res.partner is a model of Odoo's own. */
static const struct custom_model {
    const char *external; /* its external id */
    const char *label_fr, *label_en, *order;
    const char *with_fields; /* how the model is named in the report */
} models_made[SETUP_SETS] = {
    [SETUP_ADJUSTMENT] = {"model_adjustment", "Ajustement de crédit de support",
                          "Support credit adjustment", "id",
                          "model " ADJUSTMENT_MODEL
                          " with its fields (customer, minutes, date, end, reason, unique key)"},
    [SETUP_ACCOUNT] = {"model_account", "Crédit de support", "Support credit", "x_name, id",
                       "model " ACCOUNT_MODEL
                       " with its fields (customer, name, minutes, hours, last day, state)"},
    [SETUP_LEASE] = {"model_lease", "Bail des agents de support", "Lease of the support agents",
                     "id", "model " LEASE_MODEL " with its fields (holder, purpose)"},
};

int setup_find_model(struct setup *setup, enum setup_set set, struct error *error)
{
    return setup_find(setup, "ir.model",
                      json_pack("[[sss]]", "model", "=", setup_fields_model(set)),
                      &setup->models[set], error);
}

/* Model and fields are made in one call: to a model without fields Odoo adds one of its own. */
static json_t *values_to_make(const struct setup *setup, enum setup_set set)
{
    const struct custom_model *model = &models_made[set];

    return json_pack("{ss ss ss so}", "name",
                     setup->config->language == LANGUAGE_FR ? model->label_fr : model->label_en,
                     "model", setup_fields_model(set), "order", model->order, "field_id",
                     setup_fields_commands(setup, set));
}

static int ensure_model(struct setup *setup, enum setup_set set, bool *ret_found,
                        struct error *error)
{
    const struct custom_model *model = &models_made[set];
    const char *name = setup_fields_model(set);
    char what[100];
    int rc = setup_find_model(setup, set, error);

    if (rc < 0)
        return rc;
    *ret_found = setup->models[set] != 0;
    if (!*ret_found && !setup->options->dry_run)
        rc = setup_make(setup,
                        (struct setup_new){.model = "ir.model",
                                           .domain = json_pack("[[sss]]", "model", "=", name),
                                           .values = values_to_make(setup, set)},
                        &setup->models[set], error);
    if (rc < 0)
        return rc;
    setup_remember(setup, model->external, "ir.model", setup->models[set]);
    snprintf(what, sizeof what, "model %s", name);
    setup_step_made(setup, !*ret_found, *ret_found ? what : model->with_fields);
    return 0;
}

int setup_model(struct setup *setup, enum setup_set set, struct error *error)
{
    bool found = false, changed = false;
    int rc = ensure_model(setup, set, &found, error);

    if (rc == 0 && setup->models[set])
        rc = setup_fields(setup, set, &changed, error);
    if (rc == 0 && found && !changed)
        setup_step(setup, SETUP_FOUND, "its fields");
    return rc < 0 ? rc : setup_accesses(setup, set, error);
}
