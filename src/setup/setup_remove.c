/* setup_remove.c - removes what setup made.
 *
 *     rule of the webhook -> fields of customers -> tag -> model of the credit shown
 *         -> model of the lease -> right to read the history
 *         -> model of adjustments (with its rows, fields and rights) -> group -> external ids
 *
 * A model is removed before the group that its rights name. External ids are removed last, as an
 * interrupted removal finds by them what is left. A tag without external id was made by a person
 * and stays. Without with_adjustments, the model of adjustments stays with the group and the rights
 * by which the agent reads it. When something in Odoo depends on a thing (a view that shows a
 * field, another field), the error passes Odoo's message on: a person must clear it. */
#include "setup_remove.h"

#include <stdio.h>
#include <string.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/odoo/setup_names.h"
#include "setup_access.h"
#include "setup_external.h"
#include "setup_fields.h"
#include "setup_group.h"
#include "setup_model.h"
#include "setup_records.h"
#include "setup_tag.h"
#include "setup_webhook.h"

/* ---- Fields of customers ---- */

/* The field is found by name, as an interrupted setup left it without external id, and nobody else
 * uses names with x_qualiodoo_. Only the field of res.partner counts: Odoo lists it again for each
 * model that inherits from it. */
static int remove_partner_field(const struct setup *setup, const char *name, struct error *error)
{
    int64_t id = 0;
    char what[100];
    int rc = setup_find(setup, "ir.model.fields",
                        json_pack("[[sss] [sss] [sss]]", "model", "=", "res.partner", "name", "=",
                                  name, "state", "=", "manual"),
                        &id, error);

    snprintf(what, sizeof what, "the field %s of customers (with its values)", name);
    return rc < 0 || !id ? rc : setup_unlink(setup, "ir.model.fields", id, what, error);
}

/* In reverse order of their dependencies. */
static int remove_partner_fields(const struct setup *setup, struct error *error)
{
    size_t count = 0;
    int rc = 0;

    while (setup_field_name(SETUP_PARTNER, count))
        count++;
    for (size_t i = count; i > 0 && rc == 0; i--)
        rc = remove_partner_field(setup, setup_field_name(SETUP_PARTNER, i - 1), error);
    return rc < 0 ? rc : setup_remove_old_fields(setup, error);
}

int setup_remove_old_fields(const struct setup *setup, struct error *error)
{
    int rc = remove_partner_field(setup, PARTNER_MINUTES, error);

    return rc < 0 ? rc : remove_partner_field(setup, PARTNER_LAST_DAY, error);
}

/* ---- The models of the credit shown and of the lease, and the history ---- */

/* Removes the model of a set; one that is gone is no error. */
static int remove_model(struct setup *setup, enum setup_set set, const char *what,
                        struct error *error)
{
    int rc = setup_find_model(setup, set, error);

    return rc < 0 || !setup->models[set]
               ? rc
               : setup_unlink(setup, "ir.model", setup->models[set], what, error);
}

static int remove_history_access(struct setup *setup, struct error *error)
{
    int64_t id = 0;
    int rc = setup_find_group(setup, error);

    if (rc == 0)
        rc = setup_find_history_access(setup, &id, error);
    return rc < 0 || !id ? rc
                         : setup_unlink(setup, "ir.model.access", id,
                                        "the agent's right to read who was assigned when", error);
}

/* ---- The rule of the webhook ---- */

/* Odoo removes the action of a rule with it. */
static int remove_rule(struct setup *setup, struct error *error)
{
    int rc = setup_find_rule(setup, error);

    if (rc == ERR_MISSING_MODEL) /* base_automation is not installed, so there is no rule */
        return 0;
    if (rc == 0 && setup->rule)
        rc = setup_unlink(setup, "base.automation", setup->rule,
                          "the automation rule that calls the webhook", error);
    return rc < 0 || !setup->old_rule ? rc
                                      : setup_unlink(setup, "base.automation", setup->old_rule,
                                                     SETUP_OLD_RULE_WORDS, error);
}

/* ---- The tag ---- */

static bool is_tag_model(const char *model)
{
    static const char *const names[] = {"oca", "enterprise", "task"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(flavour_by_name(names[i])->tag, model) == 0)
            return true;
    return false;
}

static int remove_tag(const struct setup *setup, struct error *error)
{
    struct setup_external external = {0};
    json_t *records = NULL;
    const char *name;
    char what[300];
    int rc = setup_external_find(setup, SETUP_TAG, &external, error);

    if (rc < 0 || !external.record || !is_tag_model(external.model))
        return rc;
    rc = ask_records(
        setup->odoo,
        (struct ask_query){.model = external.model,
                           .domain = json_pack("[[ssI]]", "id", "=", (json_int_t)external.record),
                           .fields = json_pack("[s]", "name")},
        &records, error);
    if (rc == 0 && json_array_size(records)) {
        name = json_string_value(json_object_get(json_array_get(records, 0), "name"));
        snprintf(what, sizeof what, "the tag '%.200s', also from the tickets that have it",
                 name ? name : "");
        rc = setup_unlink(setup, external.model, external.record, what, error);
    }
    json_decref(records);
    return rc == ERR_MISSING_MODEL ? 0 : rc; /* the module of the tag was uninstalled */
}

/* ---- Adjustments ---- */

static int count_adjustments(const struct setup *setup, int64_t *ret, struct error *error)
{
    struct odoo_call call = {.model = ADJUSTMENT_MODEL,
                             .method = "search_count",
                             .arguments = json_pack("[[]]"),
                             .safe = true};
    json_t *result = NULL;
    int rc = ask(setup->odoo, call, &result, error);

    if (rc == 0 && !json_is_integer(result))
        rc = error_set(error, ERR_PROTOCOL,
                       ADJUSTMENT_MODEL ".search_count: the answer is not a number");
    if (rc == 0)
        *ret = json_integer_value(result);
    json_decref(result);
    return rc;
}

static int remove_adjustments(const struct setup *setup, struct error *error)
{
    struct error ignored;
    int64_t rows = -1;
    char what[200];

    /* The count is only for the report: an administrator who may not read the rows may still remove
     * the model. */
    if (count_adjustments(setup, &rows, &ignored) == 0)
        snprintf(what, sizeof what, "the model " ADJUSTMENT_MODEL " with its %lld adjustment%s",
                 (long long)rows, rows == 1 ? "" : "s");
    else
        snprintf(what, sizeof what, "the model " ADJUSTMENT_MODEL " with its adjustments");
    if (!setup->options->with_adjustments) {
        snprintf(what + strlen(what), sizeof what - strlen(what),
                 ", and the group that reads it (--with-adjustments removes them)");
        setup_step(setup, SETUP_KEPT, what);
        return 0;
    }
    return setup_unlink(setup, "ir.model", setup->models[SETUP_ADJUSTMENT], what, error);
}

static int remove_group(struct setup *setup, struct error *error)
{
    int rc = setup_find_group(setup, error);

    return rc < 0 || !setup->group ? rc
                                   : setup_unlink(setup, "res.groups", setup->group,
                                                  "the group '" SETUP_GROUP_NAME "'", error);
}

/* ---- The whole ---- */

static int remove_records(struct setup *setup, bool adjustments, struct error *error)
{
    int rc = remove_rule(setup, error);

    if (rc == 0)
        rc = remove_partner_fields(setup, error);
    if (rc == 0)
        rc = remove_tag(setup, error);
    if (rc == 0)
        rc = remove_model(setup, SETUP_ACCOUNT,
                          "the model " ACCOUNT_MODEL " with the credit it shows", error);
    if (rc == 0)
        rc = remove_model(setup, SETUP_LEASE,
                          "the model " LEASE_MODEL " of the lease of several agents", error);
    if (rc == 0)
        rc = remove_history_access(setup, error);
    if (rc == 0 && setup->models[SETUP_ADJUSTMENT])
        rc = remove_adjustments(setup, error);
    return rc == 0 && adjustments ? remove_group(setup, error) : rc;
}

/* `before`: the external ids at the beginning. Most were removed with their records, so these and
 * not the remaining ones decide whether there is something to report. */
static int remove_externals(const struct setup *setup, bool adjustments, json_t *before,
                            struct error *error)
{
    int rc = 0;

    if (!json_array_size(before))
        return 0;
    if (!setup->options->dry_run)
        rc = setup_externals_remove(setup, adjustments, error);
    if (rc == 0)
        setup_step(setup, SETUP_REMOVED, "external ids of these (module '" SETUP_MODULE "')");
    return rc;
}

int setup_remove(struct setup *setup, struct error *error)
{
    json_t *externals = NULL;
    bool adjustments = false; /* remove all of adjustments: model, group and external ids */
    int rc = setup_find_model(setup, SETUP_ADJUSTMENT, error);

    if (rc < 0)
        return rc;
    adjustments = !setup->models[SETUP_ADJUSTMENT] || setup->options->with_adjustments;
    rc = setup_externals_left(setup, adjustments, &externals, error);
    if (rc == 0)
        rc = remove_records(setup, adjustments, error);
    if (rc == 0)
        rc = remove_externals(setup, adjustments, externals, error);
    json_decref(externals);
    return rc;
}
