/* setup_webhook.c - the automation rule by which Odoo tells the agent that something was reconciled
 * with an invoice.
 *
 * The rule sends no field of the invoice, only what Odoo adds by itself: the model and the id. Its
 * address holds the secret, so no report of a step shows it. */
#include "setup_webhook.h"

#include <string.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/fields.h"
#include "qualiodoo/util/json_build.h"
#include "setup_external.h"
#include "setup_records.h"

#define RULE_NAME "qualiodoo: an invoice is settled"
#define RULE_MODEL "base.automation"
#define ACTION_MODEL "ir.actions.server"
#define PARTIAL "account.partial.reconcile"

/* The rule that versions up to 0.1.0 made: on invoices, with a before-domain on payment_state. It
 * makes Odoo compute that field in the middle of a change, and store a wrong value for good. */
#define OLD_RULE_NAME "qualiodoo: an invoice is paid"
#define OLD_RULE_MODEL "account.move"

/* ---- What the rule must be ---- */

/* The rule fires when something was reconciled with a customer's invoice or credit note. */
static json_t *rule_values(void)
{
    return json_pack("{ss sb sb ss}", "trigger", "on_create", "active", true, "filter_pre_domain",
                     false, "filter_domain",
                     "['|', ('debit_move_id.move_id.move_type', 'in', ['out_invoice', "
                     "'out_refund', 'out_receipt']), ('credit_move_id.move_id.move_type', 'in', "
                     "['out_invoice', 'out_refund', 'out_receipt'])]");
}

static json_t *action_values(int64_t model, const char *url)
{
    return json_pack("{ss sI ss ss}", "name", RULE_NAME, "model_id", (json_int_t)model, "state",
                     "webhook", "webhook_url", url);
}

/* ---- Whether this Odoo has such rules ---- */

static int check_version(const struct setup *setup, struct error *error)
{
    json_t *known = NULL, *names = json_pack("[s]", "webhook_url");
    int rc =
        names ? odoo_fields(setup->odoo, ACTION_MODEL, names, &known, error) : error_memory(error);
    bool can = rc == 0 && json_object_get(known, "webhook_url");

    json_decref(names);
    json_decref(known);
    if (rc == 0 && !can)
        rc = error_set(error, ERR_REFUSED,
                       "the automation rules of this Odoo cannot call a webhook, which came with "
                       "version 17: leave --webhook out; the service then asks for payments every "
                       "poll.payments");
    return rc;
}

static int no_module(struct error *error)
{
    return error_set(error, ERR_REFUSED,
                     "the module 'Automation Rules' (base_automation) is not installed in Odoo: "
                     "install it (Apps, without the filter 'Apps'), or leave --webhook out; "
                     "the service then asks for payments every poll.payments");
}

static int find_current(struct setup *setup, int64_t named, struct error *error)
{
    int rc = setup_find(
        setup, RULE_MODEL,
        json_pack("[[ssI] [sss]]", "id", "=", (json_int_t)named, "model_id.model", "=", PARTIAL),
        &setup->rule, error);

    if (rc == 0 && !setup->rule)
        rc = setup_find(
            setup, RULE_MODEL,
            json_pack("[[sss] [sss]]", "name", "=", RULE_NAME, "model_id.model", "=", PARTIAL),
            &setup->rule, error);
    return rc;
}

int setup_find_rule(struct setup *setup, struct error *error)
{
    struct setup_external current = {0}, old = {0};
    int rc = setup_external_find(setup, SETUP_RULE, &current, error);

    if (rc == 0)
        rc = setup_external_find(setup, SETUP_OLD_RULE, &old, error);
    if (rc == 0)
        rc = find_current(setup, current.record, error);
    if (rc == 0)
        rc = setup_find(setup, RULE_MODEL,
                        json_pack("[[sss] s s [ssI] [ssI] s [sss] [sss]]", "model_id.model",
                                  "!=", PARTIAL, "|", "|", "id", "=", (json_int_t)old.record, "id",
                                  "=", (json_int_t)current.record, "&", "name", "=", OLD_RULE_NAME,
                                  "model_id.model", "=", OLD_RULE_MODEL),
                        &setup->old_rule, error);
    return rc;
}

/* ---- Making and repairing ---- */

static int make_rule(struct setup *setup, int64_t model, const char *url, struct error *error)
{
    json_t *values = rule_values();

    json_build_set(&values, "name", json_string(RULE_NAME));
    json_build_set(&values, "model_id", json_integer(model));
    json_build_set(&values, "action_server_ids",
                   json_pack("[[iio]]", 0, 0, action_values(model, url)));
    return setup_make(
        setup,
        (struct setup_new){.model = RULE_MODEL,
                           .domain = json_pack("[[sss] [ssI]]", "name", "=", RULE_NAME, "model_id",
                                               "=", (json_int_t)model),
                           .values = values},
        &setup->rule, error);
}

static bool is_as_wanted(json_t *record, json_t *wanted)
{
    json_t *value;
    const char *name;

    json_object_foreach(wanted, name, value) {
        if (!json_equal(json_object_get(record, name), value))
            return false;
    }
    return true;
}

/* The values that a record must have. */
struct wanted {
    const char *model;
    int64_t id;
    json_t *values; /* taken over by repair() */
};

/* Writes all values when any of them differs, not only the difference: Odoo empties the domains
 * when the trigger alone is written. */
static int repair(const struct setup *setup, struct wanted wanted, bool *changed,
                  struct error *error)
{
    json_t *records = NULL, *names = json_array(), *value;
    const char *name;
    int rc;

    json_object_foreach(wanted.values, name, value)
        json_build_add(&names, json_string(name));
    rc = ask_records(
        setup->odoo,
        (struct ask_query){.model = wanted.model,
                           .domain = json_pack("[[ssI]]", "id", "=", (json_int_t)wanted.id),
                           .fields = names},
        &records, error);
    if (rc == 0 && !is_as_wanted(json_array_get(records, 0), wanted.values)) {
        *changed = true;
        if (!setup->options->dry_run)
            rc = ask_write(setup->odoo, wanted.model, wanted.id, json_incref(wanted.values), error);
    }
    json_decref(records);
    json_decref(wanted.values);
    return rc;
}

static json_t *actions_of(int64_t rule)
{
    return json_pack("[[ssI] [sss]]", "base_automation_id", "=", (json_int_t)rule, "state", "=",
                     "webhook");
}

static int find_action(struct setup *setup, struct error *error)
{
    if (!setup->rule)
        return 0;
    return setup_find(setup, ACTION_MODEL, actions_of(setup->rule), &setup->rule_action, error);
}

/* Repairs the action of the existing rule, or makes it again when a person removed it. */
static int repair_action(struct setup *setup, int64_t model, const char *url, bool *changed,
                         struct error *error)
{
    json_t *values;

    if (setup->rule_action)
        return repair(setup,
                      (struct wanted){ACTION_MODEL, setup->rule_action,
                                      json_pack("{ss}", "webhook_url", url)},
                      changed, error);
    *changed = true;
    if (setup->options->dry_run)
        return 0;
    values = action_values(model, url);
    json_build_set(&values, "base_automation_id", json_integer(setup->rule));
    return setup_make(setup,
                      (struct setup_new){.model = ACTION_MODEL,
                                         .domain = actions_of(setup->rule),
                                         .values = values},
                      &setup->rule_action, error);
}

static int ensure_rule(struct setup *setup, const char *url, bool *changed, struct error *error)
{
    int64_t model = 0;
    int rc =
        setup_find(setup, "ir.model", json_pack("[[sss]]", "model", "=", PARTIAL), &model, error);

    if (rc < 0)
        return rc;
    if (!setup->rule) {
        *changed = true;
        if (!setup->options->dry_run)
            rc = make_rule(setup, model, url, error);
        return rc < 0 ? rc : find_action(setup, error);
    }
    rc = find_action(setup, error);
    if (rc == 0)
        rc = repair(setup, (struct wanted){RULE_MODEL, setup->rule, rule_values()}, changed, error);
    return rc < 0 ? rc : repair_action(setup, model, url, changed, error);
}

/* ---- The rule of an earlier version ---- */

/* Takes the old rule's address as webhook_url, so that the new rule keeps its secret. */
static int keep_address(struct setup *setup, struct error *error)
{
    json_t *records = NULL;
    const char *url;
    int rc = ask_records(setup->odoo,
                         (struct ask_query){.model = ACTION_MODEL,
                                            .domain = actions_of(setup->old_rule),
                                            .fields = json_pack("[s]", "webhook_url")},
                         &records, error);

    url = json_string_value(json_object_get(json_array_get(records, 0), "webhook_url"));
    if (url && !(setup->webhook_url = strdup(url)))
        rc = error_memory(error);
    json_decref(records);
    return rc;
}

static int retire_old_rule(struct setup *setup, struct error *error)
{
    int rc = 0;

    while (rc == 0 && setup->old_rule) {
        rc = setup_unlink(setup, RULE_MODEL, setup->old_rule, SETUP_OLD_RULE_WORDS, error);
        if (setup->options->dry_run)
            return rc;
        setup->old_rule = 0;
        if (rc == 0)
            rc = setup_find_rule(setup, error);
    }
    return rc < 0 ? rc : setup_externals_forget_old(setup, error);
}

/* ---- The whole ---- */

static int find_what_is_there(struct setup *setup, struct error *error)
{
    int rc = setup_find_rule(setup, error);

    if (rc == ERR_MISSING_MODEL && !setup->webhook_url) {
        *error = (struct error){0};
        return 0;
    }
    if (rc == ERR_MISSING_MODEL)
        return no_module(error);
    return rc == 0 && setup->old_rule && !setup->webhook_url ? keep_address(setup, error) : rc;
}

int setup_webhook(struct setup *setup, struct error *error)
{
    bool changed = false;
    int rc = setup->webhook_url ? check_version(setup, error) : 0;

    if (rc == 0)
        rc = find_what_is_there(setup, error);
    if (rc < 0)
        return rc;
    if (setup->webhook_url) {
        rc = ensure_rule(setup, setup->webhook_url, &changed, error);
        if (rc == 0)
            setup_step_made(setup, changed,
                            "automation rule '" RULE_NAME "', which calls the webhook");
    }
    if (rc == 0 && !setup->webhook_url && setup->rule) /* to complete its external ids */
        rc = find_action(setup, error);
    if (rc == 0 && (setup->webhook_url || setup->rule_action)) {
        setup_remember(setup, SETUP_RULE, RULE_MODEL, setup->rule);
        setup_remember(setup, SETUP_RULE_ACTION, ACTION_MODEL, setup->rule_action);
    }
    return rc < 0 ? rc : retire_old_rule(setup, error);
}
