/* flavour.c - the editions of Odoo, one row each, and questions to Odoo whose form differs by
 * version. */
#include "qualiodoo/odoo/flavour.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/fields.h"
#include "qualiodoo/odoo/search.h"
#include "qualiodoo/odoo/session.h"

static const struct flavour flavours[] = {
    [FLAVOUR_OF_OCA] = {.name = "oca",
                        .module = "helpdesk_mgmt",
                        .link_module = "helpdesk_mgmt_timesheet",
                        .ticket = "helpdesk.ticket",
                        .stage = "helpdesk.ticket.stage",
                        .team = "helpdesk.ticket.team",
                        .tag = "helpdesk.ticket.tag",
                        .link = "ticket_id",
                        .number = "number",
                        .user = "user_id",
                        .team_field = "team_id",
                        .assigned = "assigned_date",
                        .closed = "closed_date",
                        .total = "total_hours",
                        .stage_closed = "closed",
                        .opening = "hlp_tck_created"},
    [FLAVOUR_OF_ENTERPRISE] = {.name = "enterprise",
                               .module = "helpdesk",
                               .link_module = "helpdesk_timesheet",
                               .ticket = "helpdesk.ticket",
                               .stage = "helpdesk.stage",
                               .team = "helpdesk.team",
                               .tag = "helpdesk.tag",
                               .link = "helpdesk_ticket_id",
                               .number = "ticket_ref",
                               .user = "user_id",
                               .team_field = "team_id",
                               .assigned = "assign_date",
                               .closed = "close_date",
                               .total = "total_hours_spent",
                               .stage_closed = "fold",
                               .opening = "mt_ticket_new",
                               .hides_responses = true},
    [FLAVOUR_OF_TASKS] = {.name = "task",
                          .module = "project",
                          .link_module = "hr_timesheet",
                          .ticket = "project.task",
                          .stage = "project.task.type",
                          .team = "project.project",
                          .tag = "project.tags",
                          .link = "task_id",
                          .number = NULL,
                          .user = "user_ids",
                          .team_field = "project_id",
                          .assigned = "date_assign",
                          .closed = "date_end",
                          .total = "effective_hours",
                          .stage_closed = "fold",
                          .opening = "mt_task_new",
                          .hides_responses = true},
};

static const struct {
    const char *name;
    size_t offset;
} placeholders[] = {
    {"@ticket", offsetof(struct flavour, ticket)},
    {"@stage", offsetof(struct flavour, stage)},
    {"@team", offsetof(struct flavour, team)},
    {"@tag", offsetof(struct flavour, tag)},
    {"@link", offsetof(struct flavour, link)},
    {"@number", offsetof(struct flavour, number)},
    {"@user", offsetof(struct flavour, user)},
    {"@team_field", offsetof(struct flavour, team_field)},
    {"@assigned", offsetof(struct flavour, assigned)},
    {"@closed", offsetof(struct flavour, closed)},
    {"@total", offsetof(struct flavour, total)},
    {"@stage_closed", offsetof(struct flavour, stage_closed)},
};

const char *flavour_name(const struct flavour *flavour, const char *name)
{
    if (name[0] != '@')
        return name;
    for (size_t i = 0; i < sizeof placeholders / sizeof *placeholders; i++)
        if (strcmp(placeholders[i].name, name) == 0)
            return *(const char *const *)((const char *)flavour + placeholders[i].offset);
    return NULL;
}

const struct flavour *flavour_by_name(const char *name)
{
    for (size_t i = 0; i < sizeof flavours / sizeof *flavours; i++)
        if (flavours[i].name && strcmp(flavours[i].name, name) == 0)
            return &flavours[i];
    return NULL;
}

/* Which of two fields a model has; none when the model is missing. */
static int has_fields(struct odoo *odoo, const char *model, const char *const names[2],
                      bool ret_has[2], struct error *error)
{
    json_t *list = json_pack("[ss]", names[0], names[1]), *fields = NULL;
    int rc = list ? odoo_fields(odoo, model, list, &fields, error) : error_memory(error);

    json_decref(list);
    ret_has[0] = ret_has[1] = false;
    if (rc == ERR_MISSING_MODEL)
        return 0;
    if (rc < 0)
        return rc;
    for (int i = 0; i < 2; i++)
        ret_has[i] = json_object_get(fields, names[i]) != NULL;
    json_decref(fields);
    return 0;
}

static int missing_ticket_module(enum flavour_wanted configured, struct error *error)
{
    if (configured == FLAVOUR_ANY)
        return error_set(error, ERR_MISSING_MODEL,
                         "this Odoo has no helpdesk tickets: install the OCA module "
                         "'helpdesk_mgmt' (with 'helpdesk_mgmt_timesheet') or the Enterprise "
                         "Helpdesk, or set tickets.flavour: task with a tickets.domain");
    return error_set(error, ERR_MISSING_MODEL,
                     "tickets.flavour is '%s', but this Odoo has no model '%s' of that kind: "
                     "install the module '%s' or change tickets.flavour",
                     flavours[configured].name, flavours[configured].ticket,
                     flavours[configured].module);
}

int flavour_find(struct odoo *odoo, enum flavour_wanted configured,
                 const struct flavour **ret_flavour, struct error *error)
{
    static const char *const ticket_fields[2] = {"number", "ticket_ref"};
    static const char *const task_fields[2] = {"stage_id", "partner_id"};
    enum flavour_wanted found = configured;
    bool ticket[2];
    int rc;

    if (configured == FLAVOUR_OF_TASKS)
        rc = has_fields(odoo, "project.task", task_fields, ticket, error);
    else
        rc = has_fields(odoo, "helpdesk.ticket", ticket_fields, ticket, error);
    if (rc < 0)
        return rc;
    if (configured == FLAVOUR_ANY)
        found = ticket[1] ? FLAVOUR_OF_ENTERPRISE : FLAVOUR_OF_OCA;
    if (!ticket[found == FLAVOUR_OF_ENTERPRISE])
        return missing_ticket_module(configured, error);
    *ret_flavour = &flavours[found];
    return 0;
}

int flavour_detect(struct odoo *odoo, enum flavour_wanted configured,
                   const struct flavour **ret_flavour, struct error *error)
{
    const struct flavour *flavour = NULL;
    const char *link_fields[2] = {NULL, "unit_amount"};
    bool link[2];
    int rc = flavour_find(odoo, configured, &flavour, error);

    if (rc < 0)
        return rc;
    link_fields[0] = flavour->link;
    rc = has_fields(odoo, "account.analytic.line", link_fields, link, error);
    if (rc < 0)
        return rc;
    if (!link[0])
        return flavour_missing_field(odoo,
                                     &(struct flavour_field){.module = flavour->link_module,
                                                             .model = "account.analytic.line",
                                                             .name = flavour->link,
                                                             .right = FLAVOUR_TICKET_RIGHT},
                                     error);
    *ret_flavour = flavour;
    return 0;
}

int flavour_units_absolute(struct odoo *odoo, bool *ret_absolute, struct error *error)
{
    static const char *const names[2] = {"relative_factor", "factor"};
    bool has[2];
    int rc = has_fields(odoo, "uom.uom", names, has, error);

    if (rc == 0)
        *ret_absolute = has[0];
    return rc;
}

int flavour_payments_apart(struct odoo *odoo, bool *ret_apart, struct error *error)
{
    static const char *const names[2] = {"origin_payment_id", "payment_id"};
    bool has[2];
    int rc = has_fields(odoo, "account.move", names, has, error);

    if (rc == 0)
        *ret_apart = has[0];
    return rc;
}

int flavour_stage(struct odoo *odoo, const struct flavour_stage *stage, bool *ret_found,
                  bool *ret_closed, struct error *error)
{
    const char *closed = stage->flavour->stage_closed;
    json_t *records = NULL, *record;
    size_t i;
    int rc =
        ask_records(odoo,
                    (struct ask_query){
                        .model = stage->flavour->stage,
                        .domain = stage->id ? json_pack("[[ssI]]", "id", "=", (json_int_t)stage->id)
                                            : json_pack("[[sss]]", "name", "=", stage->name),
                        .fields = json_pack("[s]", closed)},
                    &records, error);

    if (rc < 0)
        return rc;
    *ret_found = json_array_size(records) > 0;
    *ret_closed = false;
    json_array_foreach(records, i, record)
        *ret_closed = *ret_closed || json_is_true(json_object_get(record, closed));
    json_decref(records);
    return 0;
}

/* Finds the unit by its name in several languages, where its external id cannot be asked for. */
static int hour_unit_by_name(struct odoo *odoo, int64_t *ret_unit, struct error *error)
{
    json_t *domain = json_pack("[[ss[ssss]]]", "name", "in", "Hours", "Heures", "Hour", "Heure");
    struct odoo_search search = {.model = "uom.uom", .domain = domain, .limit = 1};
    struct ids ids = {0};
    int rc = domain ? odoo_search(odoo, &search, &ids, error) : error_memory(error);

    json_decref(domain);
    if (rc == 0)
        *ret_unit = ids.count ? ids.items[0] : 0;
    free(ids.items);
    return rc;
}

/* Asks for the record of an external id. The answer is [model, id]. */
static int ask_reference(struct odoo *odoo, const char *module, const char *name,
                         json_t **ret_result, struct error *error)
{
    struct odoo_call call = {.model = "ir.model.data",
                             .method = "check_object_reference",
                             .arguments = json_pack("[ss]", module, name),
                             .safe = true};

    return ask(odoo, call, ret_result, error);
}

/* The id of an external id that any user may ask for; 0 when Odoo does not tell. */
static int reference(struct odoo *odoo, const char *module, const char *name, int64_t *ret_id,
                     struct error *error)
{
    json_t *result = NULL;
    int rc = ask_reference(odoo, module, name, &result, error);

    if (rc == ERR_NETWORK || rc == ERR_PROTOCOL || rc == ERR_NO_MEMORY || rc == ERR_INTERRUPTED ||
        rc == ERR_ACCESS_DENIED)
        return rc;
    *ret_id = rc == 0 ? json_integer_value(json_array_get(result, 1)) : 0;
    json_decref(result);
    return 0;
}

int flavour_hour_unit(struct odoo *odoo, int64_t *ret_unit, struct error *error)
{
    int rc = reference(odoo, "uom", "product_uom_hour", ret_unit, error);

    return rc < 0 || *ret_unit ? rc : hour_unit_by_name(odoo, ret_unit, error);
}

int flavour_opening_subtype(struct odoo *odoo, const struct flavour *flavour, int64_t *ret_subtype,
                            struct error *error)
{
    return reference(odoo, flavour->module, flavour->opening, ret_subtype, error);
}

/* The arguments of has_group: 18 wants the user first. The wrong form is a fault with a traceback
 * in Odoo's log, so the form of the server's version is tried first. */
static json_t *has_group_arguments(const struct odoo *odoo, const char *group, bool with_user)
{
    return with_user ? json_pack("[[I]s]", (json_int_t)odoo_uid(odoo), group)
                     : json_pack("[s]", group);
}

int flavour_has_group(struct odoo *odoo, const char *group, bool *ret_has, struct error *error)
{
    struct odoo_call call = {.model = "res.users", .method = "has_group", .safe = true};
    json_t *result = NULL;
    int major = 0;
    int rc = odoo_major_version(odoo, &major, error);

    if (rc == 0)
        rc = odoo_authenticate(odoo, error);
    if (rc < 0)
        return rc;
    for (int form = 0; form < 2; form++) {
        call.arguments = has_group_arguments(odoo, group, (major >= 18) == (form == 0));
        rc = ask(odoo, call, &result, error);
        if (rc != ERR_FAULT)
            break;
    }
    if (rc < 0)
        return rc;
    *ret_has = json_is_true(result);
    json_decref(result);
    return 0;
}

int flavour_may(struct odoo *odoo, const char *model, const char *operation, bool *ret,
                struct error *error)
{
    struct odoo_call call = {.model = model,
                             .method = "check_access_rights",
                             .arguments = json_pack("[sb]", operation, 0),
                             .safe = true};
    json_t *result = NULL;
    int rc = ask(odoo, call, &result, error);

    if (rc == ERR_FAULT) {
        call.method = "has_access";
        call.arguments = json_pack("[[]s]", operation);
        rc = ask(odoo, call, &result, error);
    }
    if (rc == 0 && !json_is_boolean(result))
        rc = error_set(error, ERR_PROTOCOL, "%s.%s: the answer is neither true nor false", model,
                       call.method);
    if (rc == 0)
        *ret = json_is_true(result);
    json_decref(result);
    return rc;
}

int flavour_group_users(struct odoo *odoo, const char **ret_field, struct error *error)
{
    json_t *known = NULL, *names = json_pack("[ss]", "user_ids", "users");
    int rc = names ? odoo_fields(odoo, "res.groups", names, &known, error) : error_memory(error);

    if (rc == 0)
        *ret_field = json_object_get(known, "user_ids") ? "user_ids" : "users";
    json_decref(names);
    json_decref(known);
    return rc;
}

int flavour_has_external_id(struct odoo *odoo, const char *module, const char *name, bool *ret_has,
                            struct error *error)
{
    json_t *result = NULL;
    int rc = ask_reference(odoo, module, name, &result, error);

    json_decref(result);
    /* Odoo finds the id with all rights, then reads its record with those of the user. */
    *ret_has = rc == 0 || rc == ERR_ACCESS_RIGHTS;
    return *ret_has || rc == ERR_FAULT || rc == ERR_MISSING_MODEL ? 0 : rc;
}

int flavour_field_is_hidden(struct odoo *odoo, const struct flavour_field *field, bool *ret_hidden,
                            struct error *error)
{
    char name[160];

    snprintf(name, sizeof name, "field_%s__%s", field->model, field->name);
    for (char *dot = name; (dot = strchr(dot, '.')) != NULL;)
        *dot = '_';
    return flavour_has_external_id(odoo, field->module, name, ret_hidden, error);
}

int flavour_missing_field(struct odoo *odoo, const struct flavour_field *field, struct error *error)
{
    bool hidden = false;
    int rc = flavour_field_is_hidden(odoo, field, &hidden, error);

    if (rc < 0)
        return rc;
    if (hidden)
        return error_set(error, ERR_MISSING_FIELD,
                         "%s.%s exists, but Odoo hides it from the agent's user by the field's "
                         "group: %s",
                         field->model, field->name, field->right);
    return error_set(error, ERR_MISSING_FIELD,
                     "%s has no field '%s' in this Odoo: install or upgrade the module '%s'",
                     field->model, field->name, field->module);
}

#define TIMESHEET_USER "hr_timesheet.group_hr_timesheet_user"

/* Whether sale_timesheet is installed, seen by a field of it: it narrows the rules of accounting
 * groups to lines without a project, which hides timesheets. */
static int accounting_rules_hide_timesheets(struct odoo *odoo, bool *ret, struct error *error)
{
    json_t *names = json_pack("[s]", "timesheet_invoice_type"), *known = NULL;
    int rc = names ? odoo_fields(odoo, "account.analytic.line", names, &known, error)
                   : error_memory(error);

    *ret = rc == 0 && json_object_get(known, "timesheet_invoice_type");
    json_decref(names);
    json_decref(known);
    return rc;
}

int flavour_accountant_sees_all_lines(struct odoo *odoo, bool *ret_sees, struct error *error)
{
    static const struct {
        const char *group, *rule;
    } rules[] = {
        {"account.group_account_readonly", "account_analytic_line_rule_readonly_user"},
        {"account.group_account_invoice", "account_analytic_line_rule_billing_user"},
    };
    bool member = false, ruled = false, accountant = false, worker = false, narrowed = false;
    int rc = 0;

    for (size_t i = 0; i < sizeof rules / sizeof *rules && rc == 0 && !ruled; i++) {
        rc = flavour_has_group(odoo, rules[i].group, &member, error);
        accountant = accountant || (rc == 0 && member);
        if (rc == 0 && member)
            rc = flavour_has_external_id(odoo, "account", rules[i].rule, &ruled, error);
    }
    if (rc == 0 && ruled)
        rc = accounting_rules_hide_timesheets(odoo, &narrowed, error);
    else if (rc == 0 && accountant)
        rc = flavour_has_group(odoo, TIMESHEET_USER, &worker, error);
    /* Odoo hides nothing when no rule applies to the groups of the user. */
    if (rc == 0)
        *ret_sees = ruled ? !narrowed : accountant && !worker;
    return rc;
}
