/* setup_group.c - the group that has the agent's rights, and the agent's user as its member. */
#include "setup_group.h"

#include <stdio.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/flavour.h"
#include "setup_records.h"

int setup_find_group(struct setup *setup, struct error *error)
{
    struct setup_external external = {0};
    int rc = setup_external_find(setup, "group_agent", &external, error);

    if (rc == 0 && external.record)
        rc = setup_find(setup, "res.groups",
                        json_pack("[[ssI]]", "id", "=", (json_int_t)external.record), &setup->group,
                        error);
    if (rc == 0 && !setup->group)
        rc = setup_find(setup, "res.groups", json_pack("[[sss]]", "name", "=", SETUP_GROUP_NAME),
                        &setup->group, error);
    return rc;
}

/* The agent's user: its id, and the field of res.groups that has the members. */
struct member {
    int64_t user;
    const char *field;
};

static int find_agent(const struct setup *setup, int64_t *ret_user, struct error *error)
{
    const char *login = setup->config->odoo.login;
    json_t *records = NULL;
    bool active;
    int rc = ask_records(setup->odoo,
                         (struct ask_query){.model = "res.users",
                                            .domain = json_pack("[[sss]]", "login", "=", login),
                                            .fields = json_pack("[s]", "active")},
                         &records, error);

    if (rc < 0)
        return rc;
    *ret_user = ask_field_id(json_array_get(records, 0), "id");
    active = json_is_true(json_object_get(json_array_get(records, 0), "active"));
    json_decref(records);
    if (!*ret_user || !active)
        return error_set(error, ERR_NOT_FOUND,
                         "the user '%s' of odoo.login %s in Odoo first (Settings, Users), then run "
                         "setup again",
                         login,
                         *ret_user ? "is archived: take it out of the archive"
                                   : "does not exist in Odoo: make it");
    return 0;
}

static int ensure_member(const struct setup *setup, const struct member *member,
                         struct error *error)
{
    json_t *records = NULL, *user, *commands;
    bool found = false;
    size_t i;
    char what[300];
    int rc = 0;

    if (setup->group)
        rc = ask_records(
            setup->odoo,
            (struct ask_query){.model = "res.groups",
                               .domain = json_pack("[[ssI]]", "id", "=", (json_int_t)setup->group),
                               .fields = json_pack("[s]", member->field)},
            &records, error);
    json_array_foreach(json_object_get(json_array_get(records, 0), member->field), i, user) {
        found = found || json_integer_value(user) == member->user;
    }
    json_decref(records);
    commands = json_pack("[[iI]]", 4, (json_int_t)member->user);
    if (rc == 0 && !found && !setup->options->dry_run)
        rc = ask_write(setup->odoo, "res.groups", setup->group,
                       json_pack("{sO}", member->field, commands), error);
    json_decref(commands);
    snprintf(what, sizeof what, "user '%.200s' in that group", setup->config->odoo.login);
    if (rc == 0)
        setup_step_made(setup, !found, what);
    return rc;
}

static int ensure_group(struct setup *setup, const struct member *member, struct error *error)
{
    bool found;
    int rc = setup_find_group(setup, error);

    if (rc < 0)
        return rc;
    found = setup->group != 0;
    if (!found && !setup->options->dry_run)
        rc = setup_make(
            setup,
            (struct setup_new){.model = "res.groups",
                               .domain = json_pack("[[sss]]", "name", "=", SETUP_GROUP_NAME),
                               .values = json_pack("{ss}", "name", SETUP_GROUP_NAME)},
            &setup->group, error);
    if (rc < 0)
        return rc;
    setup_remember(setup, "group_agent", "res.groups", setup->group);
    setup_step_made(setup, !found, "group '" SETUP_GROUP_NAME "'");
    return ensure_member(setup, member, error);
}

int setup_group(struct setup *setup, struct error *error)
{
    struct member member = {0};
    int rc = find_agent(setup, &member.user, error);

    if (rc == 0)
        rc = flavour_group_users(setup->odoo, &member.field, error);
    return rc < 0 ? rc : ensure_group(setup, &member, error);
}
