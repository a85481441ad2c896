/* doctor_rights.c - checks which models and fields exist in this Odoo, and the rights of the
 * agent's user on them. */
#include "doctor_rights.h"

#include <stdio.h>
#include <string.h>

#include "doctor_fields.h"
#include "doctor_findings.h"
#include "doctor_list.h"
#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/pull/record.h"

/* The models that setup makes are left out: they have checks of their own. */
static bool is_common(enum model_id id)
{
    return id != MODEL_ADJUSTMENT && id != MODEL_ADJUSTMENT_NOTE && id != MODEL_SHOWN;
}

static bool needs_flavour(const struct model *model)
{
    bool needs = model->remote[0] == '@';

    for (size_t i = 0; i < model_columns(model); i++)
        needs = needs || (model->table.columns[i].field && model->table.columns[i].field[0] == '@');
    return needs;
}

/* Without a known flavour, a model whose name depends on it cannot be checked. */
static bool is_checked(const struct doctor *doctor, enum model_id id)
{
    return is_common(id) && (doctor->flavour || !needs_flavour(&models[id]));
}

/* ---- Who may read what ---- */

/* The right in Odoo that lets a user read a model, by the start of the model's name. */
static const struct {
    const char *start, *advice;
} readers[] = {
    {"account.analytic", "give the agent's user the right 'User: all timesheets' of Timesheets"},
    {"account.", "give the agent's user the right 'Show Accounting Features - Readonly' (group "
                 "account.group_account_readonly); Billing is not needed"},
    {"helpdesk.", "give the agent's user the right 'User' of Helpdesk"},
    {"project.", "give the agent's user the right 'User' of Project"},
    {"", "make the agent's user an internal user"},
};

#define N_READERS (sizeof readers / sizeof *readers)

static size_t reader_of(const char *model)
{
    size_t i = 0;

    while (strncmp(model, readers[i].start, strlen(readers[i].start)) != 0)
        i++;
    return i;
}

/* ---- Models and fields ---- */

static const char *module_of(const struct doctor *doctor, const struct model *model)
{
    return model->module ? model->module : doctor->flavour ? doctor->flavour->module : "base";
}

/* Reports a required field that is missing: its module is not installed, or its group hides it. */
static int report_required(const struct doctor *doctor, const struct model *model, const char *name,
                           struct error *error)
{
    const char *remote = model_remote(model, doctor->flavour), *module = module_of(doctor, model);
    const struct flavour_field field = {.module = module, .model = remote, .name = name};
    char advice[200];
    bool hidden = false;
    int rc = flavour_field_is_hidden(doctor->odoo, &field, &hidden, error);

    if (rc < 0)
        return rc;
    snprintf(advice, sizeof advice, "install or upgrade the module '%s'", module);
    if (hidden)
        doctor_problem(doctor, readers[reader_of(remote)].advice,
                       "%s.%s exists, but Odoo hides it from the agent's user by the field's group",
                       remote, name);
    else
        doctor_problem(doctor, advice, "%s has no field '%s' in this Odoo", remote, name);
    return 0;
}

static int report_missing(const struct doctor *doctor, const struct model *model, json_t *known,
                          int *missing, struct error *error)
{
    int rc = 0;

    for (size_t i = 0; i < model_columns(model) && rc == 0; i++) {
        const struct mirror_column *column = &model->table.columns[i];
        const char *name = column->field ? flavour_name(doctor->flavour, column->field) : NULL;

        if (!name || json_object_get(known, name) || column->flags & FIELD_RARE)
            continue;
        *missing += 1;
        if (column->flags & FIELD_REQUIRED)
            rc = report_required(doctor, model, name, error);
        else
            doctor_note(doctor, NULL,
                        "%s has no field '%s' in this Odoo: it is optional, and what it would tell "
                        "is left out",
                        model_remote(model, doctor->flavour), name);
    }
    return rc;
}

static int check_model(const struct doctor *doctor, const struct model *model, int *missing,
                       struct error *error)
{
    const char *remote = model_remote(model, doctor->flavour);
    json_t *known = NULL;
    char advice[200];
    int rc =
        doctor_fields(doctor, remote, model_field_names(model, doctor->flavour), &known, error);

    if (rc == ERR_MISSING_MODEL) {
        snprintf(advice, sizeof advice, "install the module '%s'", module_of(doctor, model));
        doctor_problem(doctor, advice, "this Odoo has no model '%s'", remote);
        *missing += 1;
        return 0;
    }
    if (rc == 0)
        rc = report_missing(doctor, model, known, missing, error);
    json_decref(known);
    return rc;
}

int doctor_models(struct doctor *doctor, struct error *error)
{
    int missing = 0, rc = 0;

    doctor->topic = "models";
    for (enum model_id id = 0; id < MODEL_COUNT && rc == 0; id++)
        if (is_checked(doctor, id))
            rc = check_model(doctor, &models[id], &missing, error);
    if (rc == 0 && !missing)
        doctor_ok(doctor, "every model and field that is read exists%s",
                  doctor->flavour ? "" : ", but for those of tickets");
    return rc;
}

/* ---- Rights ---- */

static int check_reading(const struct doctor *doctor, const char *model,
                         struct doctor_list *refused, struct error *error)
{
    bool allowed = false;
    int rc = flavour_may(doctor->odoo, model, "read", &allowed, error);

    if (rc == ERR_MISSING_MODEL)
        return 0; /* reported by doctor_models() */
    if (rc == 0 && !allowed)
        doctor_list_add(&refused[reader_of(model)], "%s", model);
    return rc;
}

/* Checks each model once, and reports the refused ones together by the right that is missing. */
static int check_readings(const struct doctor *doctor, bool *all, struct error *error)
{
    struct doctor_list refused[N_READERS] = {0};
    const char *seen[MODEL_COUNT] = {NULL};
    size_t count = 0;
    int rc = 0;

    for (enum model_id id = 0; id < MODEL_COUNT && rc == 0; id++) {
        const char *remote =
            is_checked(doctor, id) ? model_remote(&models[id], doctor->flavour) : NULL;
        bool known = !remote;

        for (size_t i = 0; i < count && !known; i++)
            known = strcmp(seen[i], remote) == 0;
        if (!known) {
            seen[count++] = remote;
            rc = check_reading(doctor, remote, refused, error);
        }
    }
    for (size_t i = 0; i < N_READERS; i++) {
        if (refused[i].count && rc == 0) {
            *all = false;
            doctor_problem(doctor, readers[i].advice, "the agent's user may not read %s",
                           doctor_list_text(&refused[i]));
        }
        doctor_list_free(&refused[i]);
    }
    return rc;
}

/* Groups without which Odoo leaves records out of answers, without an error. */
static const struct group {
    const char *flavour; /* NULL: all */
    const char *name, *hides, *advice;
    bool of_timesheets;
} groups[] = {
    {NULL, "hr_timesheet.group_hr_timesheet_approver",
     "the agent's user sees its own timesheets only: other people's work would not be charged",
     "give it the right 'User: all timesheets' of Timesheets", true},
    {"oca", "helpdesk_mgmt.group_helpdesk_user",
     "the agent's user sees some tickets only: work on the others would not be charged",
     "give it the right 'User' of Helpdesk, which sees every ticket"},
    {"enterprise", "helpdesk.group_helpdesk_user",
     "the agent's user has no right on Helpdesk: work on tickets would not be charged",
     "give it the right 'User' of Helpdesk"},
};

static int check_group(struct doctor *doctor, const struct group *group, bool *all,
                       struct error *error)
{
    bool has = false;
    int rc;

    if (group->flavour && (!doctor->flavour || strcmp(group->flavour, doctor->flavour->name) != 0))
        return 0;
    rc = flavour_has_group(doctor->odoo, group->name, &has, error);
    if (rc == 0 && !has && group->of_timesheets)
        rc = flavour_accountant_sees_all_lines(doctor->odoo, &has, error);
    if (rc == 0 && !has) {
        *all = false;
        doctor->sees_own_only = doctor->sees_own_only || group->of_timesheets;
        doctor_problem(doctor, group->advice, "%s", group->hides);
    }
    return rc;
}

int doctor_rights(struct doctor *doctor, struct error *error)
{
    bool all = true;
    int rc;

    doctor->topic = "rights";
    rc = check_readings(doctor, &all, error);
    for (size_t i = 0; i < sizeof groups / sizeof *groups && rc == 0; i++)
        rc = check_group(doctor, &groups[i], &all, error);
    if (rc == 0 && all)
        doctor_ok(doctor, "the agent's user may read all that is needed");
    return rc;
}
