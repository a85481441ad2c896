/* setup_model.c - the model of adjustments, and who may do what with it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adjustment.h"
#include "ask.h"
#include "setup.h"

static const char *words(const struct setup *setup, const char *french, const char *english)
{
    return setup->config->language == LANGUAGE_FR ? french : english;
}

/* ---- The model ---- */

/* With its fields, in one call: without any, Odoo would add one of its own. */
static json_t *model_values_to_make(const struct setup *setup)
{
    return json_pack("{ss ss ss so}", "name",
                     words(setup, "Ajustement de crédit de support", "Support credit adjustment"),
                     "model", ADJUSTMENT_MODEL, "order", "id", "field_id",
                     setup_fields_commands(setup));
}

static int ensure_model(struct setup *setup, bool *ret_found, struct error *error)
{
    int rc = setup_find(setup, "ir.model", json_pack("[[sss]]", "model", "=", ADJUSTMENT_MODEL),
                        &setup->model, error);

    if (rc < 0)
        return rc;
    *ret_found = setup->model != 0;
    if (!*ret_found && !setup->options->dry_run)
        rc = setup_make(setup, "ir.model", json_pack("[[sss]]", "model", "=", ADJUSTMENT_MODEL),
                        model_values_to_make(setup), &setup->model, error);
    if (rc == 0)
        setup_step_made(
            setup, !*ret_found,
            *ret_found ? "model " ADJUSTMENT_MODEL
                       : "model " ADJUSTMENT_MODEL
                         " with its fields (customer, minutes, date, end, reason, unique key)");
    return rc;
}

static int ensure_fields(struct setup *setup, bool model_found, struct error *error)
{
    bool changed = false;
    int rc = setup->model ? setup_fields_of_model(setup, &changed, error) : 0;

    if (rc == 0 && setup->model && model_found && !changed)
        setup_step(setup, SETUP_FOUND, "its fields");
    return rc;
}

/* ---- Rights on the model ---- */

struct access {
    const char *name, *what;
    int64_t group;
    bool create;
    bool exactly; /* more rights than these are taken away */
};

static json_t *access_values(const struct setup *setup, const struct access *access)
{
    return json_pack("{ss sI sI sb sb sb sb}", "name", access->name, "model_id",
                     (json_int_t)setup->model, "group_id", (json_int_t)access->group, "perm_read",
                     true, "perm_create", access->create, "perm_write", false, "perm_unlink",
                     false);
}

static json_t *access_repairs(const struct access *access, json_t *record)
{
    const struct {
        const char *name;
        bool wanted;
    } flags[] = {{"active", true},
                 {"perm_read", true},
                 {"perm_create", access->create},
                 {"perm_write", false},
                 {"perm_unlink", false}};
    json_t *repairs = json_object();

    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        bool has = json_is_true(json_object_get(record, flags[i].name));

        if (has != flags[i].wanted && (access->exactly || flags[i].wanted))
            json_object_set_new(repairs, flags[i].name, json_boolean(flags[i].wanted));
    }
    return repairs;
}

static json_t *access_domain(const struct setup *setup, const struct access *access)
{
    return json_pack("[[ssI] [ssI]]", "model_id", "=", (json_int_t)setup->model, "group_id", "=",
                     (json_int_t)access->group);
}

static int ensure_access(struct setup *setup, const struct access *access, int64_t *ret_id,
                         struct error *error)
{
    json_t *records = NULL, *repairs = NULL;
    bool made;
    int rc = 0;

    if (setup->model && access->group)
        rc = ask_records(
            setup->odoo, "ir.model.access", access_domain(setup, access),
            json_pack("[sssss]", "active", "perm_read", "perm_create", "perm_write", "perm_unlink"),
            &records, error);
    if (rc < 0)
        return rc;
    *ret_id = ask_field_id(json_array_get(records, 0), "id");
    made = !*ret_id;
    if (*ret_id)
        repairs = access_repairs(access, json_array_get(records, 0));
    if (made && !setup->options->dry_run)
        rc = setup_make(setup, "ir.model.access", access_domain(setup, access),
                        access_values(setup, access), ret_id, error);
    if (json_object_size(repairs)) {
        made = true;
        if (!setup->options->dry_run)
            rc = ask_write(setup->odoo, "ir.model.access", *ret_id, json_incref(repairs), error);
    }
    json_decref(records);
    json_decref(repairs);
    if (rc == 0)
        setup_step_made(setup, made, access->what);
    return rc;
}

static int ensure_accesses(struct setup *setup, struct error *error)
{
    const struct access agent = {.name = "qualiodoo agent",
                                 .what = "right of that group to read and create adjustments, not "
                                         "to change or delete them",
                                 .group = setup->group,
                                 .create = true,
                                 .exactly = true};
    const struct access administrator = {.name = "qualiodoo administrator",
                                         .what = "right of administrators to read adjustments",
                                         .group = setup->system_group};
    int rc = ensure_access(setup, &agent, &setup->agent_access, error);

    return rc < 0 ? rc : ensure_access(setup, &administrator, &setup->system_access, error);
}

int setup_model(struct setup *setup, struct error *error)
{
    bool found = false;
    int rc = ensure_model(setup, &found, error);

    if (rc == 0)
        rc = ensure_fields(setup, found, error);
    return rc < 0 ? rc : ensure_accesses(setup, error);
}
