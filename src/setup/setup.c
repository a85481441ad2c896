/* setup.c - makes in Odoo, with an administrator's rights, what the agent needs: a group, the
 * models of adjustments, of the credit shown and of the lease, fields of customers, the right to
 * read the history of assignments, the tag of a breach, the automation rule that calls the agent.
 *
 * Each thing is searched before it is made, by its external id (module `qualiodoo`) or by its name,
 * so that an interrupted setup is completed by the next one and a complete one changes nothing. The
 * order follows the dependencies: group, its member, models with their fields and rights, fields of
 * customers, tag, rule, external ids. setup_remove.c removes them. */
#include <stdio.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/util/progress.h"
#include "setup_internal.h"

/* ---- The administrator and the agent's user ---- */

static int check_administrator(const struct setup *setup, struct error *error)
{
    const char *login = setup->options->admin_login;
    bool may = false;
    int rc = odoo_authenticate(setup->odoo, error);

    if (rc == ERR_ACCESS_DENIED)
        return error_set(error, rc,
                         "the administrator's login '%s' is refused on the database '%s' of %s: "
                         "the login or its password is wrong, or there is no such database",
                         login, setup->config->odoo.database, setup->config->odoo.url);
    if (rc == 0)
        rc = flavour_has_group(setup->odoo, "base.group_system", &may, error);
    if (rc == 0 && !may)
        rc = error_set(error, ERR_ACCESS_RIGHTS,
                       "'%s' is not an administrator of Odoo: give the login of a user whose right "
                       "for Administration is 'Settings'",
                       login);
    return rc;
}

static int find_agent(struct setup *setup, struct error *error)
{
    const char *login = setup->config->odoo.login;
    json_t *records = NULL;
    bool active;
    int rc = ask_records(setup->odoo, "res.users", json_pack("[[sss]]", "login", "=", login),
                         json_pack("[s]", "active"), &records, error);

    if (rc < 0)
        return rc;
    setup->agent = ask_field_id(json_array_get(records, 0), "id");
    active = json_is_true(json_object_get(json_array_get(records, 0), "active"));
    json_decref(records);
    if (!setup->agent || !active)
        return error_set(error, ERR_NOT_FOUND,
                         "the user '%s' of odoo.login %s: make it in Odoo first (Settings, Users), "
                         "then run setup again",
                         login, setup->agent ? "is archived in Odoo" : "does not exist in Odoo");
    return 0;
}

/* The field of res.groups with its members, which Odoo 19 renamed. */
static int find_users_field(struct setup *setup, struct error *error)
{
    json_t *known = NULL, *names = json_pack("[ss]", "user_ids", "users");
    int rc =
        names ? odoo_fields(setup->odoo, "res.groups", names, &known, error) : error_memory(error);

    if (rc == 0)
        setup->group_users = json_object_get(known, "user_ids") ? "user_ids" : "users";
    json_decref(names);
    json_decref(known);
    return rc;
}

/* ---- The group ---- */

static int ensure_member(struct setup *setup, struct error *error)
{
    json_t *records = NULL, *user, *commands;
    bool member = false;
    size_t i;
    char what[300];
    int rc = 0;

    if (setup->group)
        rc = ask_records(setup->odoo, "res.groups",
                         json_pack("[[ssI]]", "id", "=", (json_int_t)setup->group),
                         json_pack("[s]", setup->group_users), &records, error);
    json_array_foreach(json_object_get(json_array_get(records, 0), setup->group_users), i, user) {
        member = member || json_integer_value(user) == setup->agent;
    }
    json_decref(records);
    commands = json_pack("[[iI]]", 4, (json_int_t)setup->agent);
    if (rc == 0 && !member && !setup->options->dry_run)
        rc = ask_write(setup->odoo, "res.groups", setup->group,
                       json_pack("{sO}", setup->group_users, commands), error);
    json_decref(commands);
    snprintf(what, sizeof what, "user '%.200s' in that group", setup->config->odoo.login);
    if (rc == 0)
        setup_step_made(setup, !member, what);
    return rc;
}

static int ensure_group(struct setup *setup, struct error *error)
{
    bool found;
    int rc = setup_find_group(setup, error);

    if (rc < 0)
        return rc;
    found = setup->group != 0;
    if (!found && !setup->options->dry_run)
        rc = setup_make(setup, "res.groups", json_pack("[[sss]]", "name", "=", SETUP_GROUP_NAME),
                        json_pack("{ss}", "name", SETUP_GROUP_NAME), &setup->group, error);
    if (rc < 0)
        return rc;
    setup_note(setup, "group_agent", "res.groups", setup->group);
    setup_step_made(setup, !found, "group '" SETUP_GROUP_NAME "'");
    return ensure_member(setup, error);
}

/* ---- The whole ---- */

static int make_group(struct setup *setup, struct error *error)
{
    int rc = find_agent(setup, error);

    if (rc == 0)
        rc = find_users_field(setup, error);
    return rc < 0 ? rc : ensure_group(setup, error);
}

/* The stored fields of 0.1.0 are removed last, once the fields that replace them exist. */
static int make_shown_credit(struct setup *setup, struct error *error)
{
    bool changed = false;
    int rc = setup_model(setup, SETUP_ACCOUNT, error);

    if (rc == 0)
        rc = setup_find_model(setup, SETUP_PARTNER, error);
    if (rc == 0)
        rc = setup_fields(setup, SETUP_PARTNER, &changed, error);
    if (rc == 0 && !changed)
        setup_step(setup, SETUP_FOUND, "fields of customers: credit left, last day, state");
    return rc < 0 ? rc : setup_remove_old_fields(setup, error);
}

static int run(struct setup *setup, struct error *error)
{
    const struct config *config = setup->config;
    int rc = check_administrator(setup, error);

    if (rc == 0)
        rc = setup_speak(setup, error);
    if (rc < 0 || setup->options->remove)
        return rc < 0 ? rc : setup_remove(setup, error);
    rc = make_group(setup, error);
    if (rc == 0 && config->credit.adjustments == ADJUSTMENTS_MODEL)
        rc = setup_model(setup, SETUP_ADJUSTMENT, error);
    if (rc == 0 && config->writeback.balance_fields)
        rc = make_shown_credit(setup, error);
    if (rc == 0)
        rc = setup_model(setup, SETUP_LEASE, error);
    if (rc == 0)
        rc = setup_history_access(setup, error);
    if (rc == 0 && config->writeback.breach_tag)
        rc = setup_tag(setup, error);
    if (rc == 0)
        rc = setup_webhook(setup, error);
    return rc < 0 ? rc : setup_externals(setup, error);
}

int setup_run(const struct config *config, const struct setup_options *options, struct error *error)
{
    struct setup setup = {.config = config, .options = options};
    int rc = 0;

    if (options->webhook) /* first: a bad address must fail before anything is made */
        rc = config_webhook_url(config, options->webhook, &setup.webhook_url, error);
    if (rc == 0)
        rc = setup_connect(&setup, error);
    if (rc == 0)
        rc = run(&setup, error);
    progress_end();
    odoo_free(setup.odoo);
    config_secret_free(setup.webhook_url);
    return rc;
}
