/* setup_webhook.c - the automation rule by which Odoo tells the agent that an invoice was paid.
 *
 * The rule says no more than that something happened (Odoo adds the model and the id by itself): no
 * field of the invoice is sent. Its address holds the secret, and is for Odoo alone: no step shows
 * it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "setup.h"

#define RULE_NAME "qualiodoo: an invoice is paid"
#define RULE_MODEL "base.automation"
#define ACTION_MODEL "ir.actions.server"

/* ---- What it must be ---- */

/* Only invoices of customers; the move from unpaid to paid. */
static json_t *rule_values(const struct setup *setup)
{
    bool in_payment = setup->config->credit.payment == PAYMENT_IN_PAYMENT;

    return json_pack("{ss sb ss ss}", "trigger", "on_create_or_write", "active", true,
                     "filter_pre_domain",
                     in_payment ? "[('payment_state', 'not in', ['paid', 'in_payment'])]"
                                : "[('payment_state', '!=', 'paid')]",
                     "filter_domain",
                     in_payment ? "[('move_type', 'in', ['out_invoice', 'out_refund']), "
                                  "('state', '=', 'posted'), ('payment_state', 'in', ['paid', "
                                  "'in_payment'])]"
                                : "[('move_type', 'in', ['out_invoice', 'out_refund']), "
                                  "('state', '=', 'posted'), ('payment_state', '=', 'paid')]");
}

static json_t *action_values(int64_t move_model, const char *url)
{
    return json_pack("{ss sI ss ss}", "name", RULE_NAME, "model_id", (json_int_t)move_model,
                     "state", "webhook", "webhook_url", url);
}

/* ---- Whether this Odoo can ---- */

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
                       "version 17: leave --webhook out; payments are asked for every "
                       "poll.payments");
    return rc;
}

static int no_module(struct error *error)
{
    return error_set(error, ERR_REFUSED,
                     "the module 'Automation Rules' (base_automation) is not installed in Odoo: "
                     "install it (Apps, without the filter 'Apps'), or leave --webhook out; "
                     "payments are asked for every poll.payments");
}

int setup_find_rule(struct setup *setup, struct error *error)
{
    struct setup_external external = {0};
    int rc = setup_external_find(setup, SETUP_RULE, &external, error);

    if (rc == 0 && external.record)
        rc = setup_find(setup, RULE_MODEL,
                        json_pack("[[ssI]]", "id", "=", (json_int_t)external.record), &setup->rule,
                        error);
    if (rc == 0 && !setup->rule)
        rc = setup_find(setup, RULE_MODEL,
                        json_pack("[[sss] [sss]]", "name", "=", RULE_NAME, "model_id.model", "=",
                                  "account.move"),
                        &setup->rule, error);
    return rc;
}

/* ---- Making it so ---- */

static int make_rule(struct setup *setup, int64_t move_model, const char *url, struct error *error)
{
    json_t *values = rule_values(setup);

    json_object_set_new(values, "name", json_string(RULE_NAME));
    json_object_set_new(values, "model_id", json_integer(move_model));
    json_object_set_new(values, "action_server_ids",
                        json_pack("[[iio]]", 0, 0, action_values(move_model, url)));
    return setup_make(
        setup, RULE_MODEL,
        json_pack("[[sss] [ssI]]", "name", "=", RULE_NAME, "model_id", "=", (json_int_t)move_model),
        values, &setup->rule, error);
}

/* What of `wanted` a record does not have (new reference). */
static json_t *differences(json_t *record, json_t *wanted)
{
    json_t *left = json_object(), *value;
    const char *name;

    json_object_foreach(wanted, name, value)
    {
        if (!json_equal(json_object_get(record, name), value))
            json_object_set(left, name, value);
    }
    return left;
}

static int repair(const struct setup *setup, const char *model, int64_t id, json_t *wanted,
                  bool *changed, struct error *error)
{
    json_t *records = NULL, *names = json_array(), *left, *value;
    const char *name;
    int rc;

    json_object_foreach(wanted, name, value) json_array_append_new(names, json_string(name));
    rc = ask_records(setup->odoo, model, json_pack("[[ssI]]", "id", "=", (json_int_t)id), names,
                     &records, error);
    left = differences(json_array_get(records, 0), wanted);
    json_decref(records);
    json_decref(wanted);
    if (rc == 0 && json_object_size(left)) {
        *changed = true;
        if (!setup->options->dry_run)
            rc = ask_write(setup->odoo, model, id, json_incref(left), error);
    }
    json_decref(left);
    return rc;
}

static int find_action(struct setup *setup, struct error *error)
{
    if (!setup->rule)
        return 0;
    return setup_find(setup, ACTION_MODEL,
                      json_pack("[[ssI] [sss]]", "base_automation_id", "=", (json_int_t)setup->rule,
                                "state", "=", "webhook"),
                      &setup->rule_action, error);
}

/* The action of a rule that is there: made again when somebody took it away. */
static int repair_action(struct setup *setup, int64_t move_model, const char *url, bool *changed,
                         struct error *error)
{
    json_t *values;

    if (setup->rule_action)
        return repair(setup, ACTION_MODEL, setup->rule_action,
                      json_pack("{ss}", "webhook_url", url), changed, error);
    *changed = true;
    if (setup->options->dry_run)
        return 0;
    values = action_values(move_model, url);
    json_object_set_new(values, "base_automation_id", json_integer(setup->rule));
    return setup_make(setup, ACTION_MODEL,
                      json_pack("[[ssI] [sss]]", "base_automation_id", "=", (json_int_t)setup->rule,
                                "state", "=", "webhook"),
                      values, &setup->rule_action, error);
}

static int ensure_rule(struct setup *setup, const char *url, bool *changed, struct error *error)
{
    int64_t move_model = 0;
    int rc = setup_find(setup, "ir.model", json_pack("[[sss]]", "model", "=", "account.move"),
                        &move_model, error);

    if (rc < 0)
        return rc;
    if (!setup->rule) {
        *changed = true;
        if (!setup->options->dry_run)
            rc = make_rule(setup, move_model, url, error);
        return rc < 0 ? rc : find_action(setup, error);
    }
    rc = find_action(setup, error);
    if (rc == 0)
        rc = repair(setup, RULE_MODEL, setup->rule, rule_values(setup), changed, error);
    return rc < 0 ? rc : repair_action(setup, move_model, url, changed, error);
}

int setup_webhook(struct setup *setup, struct error *error)
{
    bool changed = false;
    int rc = check_version(setup, error);

    if (rc == 0) {
        rc = setup_find_rule(setup, error);
        if (rc == ERR_MISSING_MODEL)
            rc = no_module(error);
    }
    if (rc == 0)
        rc = ensure_rule(setup, setup->webhook_url, &changed, error);
    if (rc == 0)
        setup_step_made(setup, changed, "automation rule '" RULE_NAME "', which calls the webhook");
    return rc;
}
