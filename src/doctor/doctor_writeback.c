/* doctor_writeback.c - checks that Odoo would accept what the agent writes: the rights, and what
 * setup should have made. Nothing is written to find out. */
#include "doctor_writeback.h"

#include <string.h>

#include "doctor_fallback.h"
#include "doctor_fields.h"
#include "doctor_findings.h"
#include "doctor_list.h"
#include "doctor_shown.h"
#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/odoo/session.h"

struct check {
    const struct doctor *doctor;
    bool fine; /* no problem was found so far */
};

/* Reports the `things` that a missing right would prevent, unless there are none. */
static void report_refused(struct check *check, struct doctor_list *things, const char *where,
                           const char *advice)
{
    if (things->count) {
        check->fine = false;
        doctor_write_problem(check->doctor, advice,
                             "the agent's user has no right to write on %s; Odoo would refuse: %s",
                             where, doctor_list_text(things));
    }
    doctor_list_free(things);
}

/* ---- Tickets ---- */

/* The right to read a ticket is enough to post on it; tags and activities need the right to write.
 * Where tickets are tasks, a record rule moreover restricts writing to users of projects, which the
 * right on the model does not tell. */
static int may_write_tickets(const struct doctor *doctor, bool *ret_read, bool *ret_write,
                             struct error *error)
{
    const char *ticket = doctor->flavour->ticket;
    int rc = flavour_may(doctor->odoo, ticket, "read", ret_read, error);

    if (rc == 0)
        rc = flavour_may(doctor->odoo, ticket, "write", ret_write, error);
    if (rc == 0 && *ret_write && strcmp(doctor->flavour->name, "task") == 0)
        rc = flavour_has_group(doctor->odoo, "project.group_project_user", ret_write, error);
    return rc;
}

static int check_tickets(struct check *check, struct error *error)
{
    const struct doctor *doctor = check->doctor;
    const struct config *config = doctor->config;
    bool read = false, write = false, activities = false;
    struct doctor_list things = {0};
    int rc = may_write_tickets(doctor, &read, &write, error);

    if (rc == 0)
        rc = flavour_may(doctor->odoo, "mail.activity", "create", &activities, error);
    if (rc < 0)
        return rc;
    if (!read)
        doctor_list_add(&things, "the note of a breach");
    if (!write && config->writeback.breach_tag)
        doctor_list_add(&things, "the tag '%s'", config->writeback.breach_tag);
    if ((!write || !activities) && config->writeback.breach_activity)
        doctor_list_add(&things, "the activity of a breach");
    if ((!write || !activities) && config->writeback.breach_warning)
        doctor_list_add(&things, "the warning before a breach");
    report_refused(check, &things, doctor->flavour->ticket,
                   strcmp(doctor->flavour->name, "task") == 0
                       ? "give the agent's user the right 'User' of Project"
                       : "give the agent's user the right 'User' of Helpdesk");
    return 0;
}

/* Odoo posts no message for a user without an e-mail address. Only its presence is asked for. */
static int check_sender(struct check *check, struct error *error)
{
    const struct doctor *doctor = check->doctor;
    json_t *records = NULL;
    int rc = ask_records(doctor->odoo,
                         (struct ask_query){.model = "res.users",
                                            .domain = json_pack("[[ssI] [ssb]]", "id", "=",
                                                                (json_int_t)odoo_uid(doctor->odoo),
                                                                "email", "!=", 0),
                                            .fields = json_pack("[s]", "id")},
                         &records, error);

    if (rc == 0 && !json_array_size(records)) {
        check->fine = false;
        doctor_write_problem(
            doctor, "give that user an e-mail address in Odoo",
            "the agent's user has no e-mail address: Odoo would refuse every note");
    }
    json_decref(records);
    return rc;
}

/* ---- The tag ---- */

static int has_active(const struct doctor *doctor, bool *ret, struct error *error)
{
    json_t *known = NULL;
    int rc = doctor_fields(doctor, doctor->flavour->tag, json_pack("[s]", "active"), &known, error);

    if (rc == 0)
        *ret = json_object_get(known, "active") != NULL;
    json_decref(known);
    return rc;
}

static int check_tag(struct check *check, struct error *error)
{
    const struct doctor *doctor = check->doctor;
    const char *name = doctor->config->writeback.breach_tag;
    json_t *records = NULL;
    bool archives = false;
    int rc = has_active(doctor, &archives, error);

    if (rc == 0)
        rc = ask_records(doctor->odoo,
                         (struct ask_query){.model = doctor->flavour->tag,
                                            .domain = json_pack("[[sss]]", "name", "=", name),
                                            .fields = json_pack("[s]", archives ? "active" : "id")},
                         &records, error);
    if (rc < 0)
        return rc;
    if (!json_array_size(records)) {
        check->fine = false;
        doctor_write_problem(doctor, DOCTOR_SETUP_ADVICE ", or set writeback.breach.tag: false",
                             "no tag of tickets (%s) has the name '%s': breaches would be flagged "
                             "without it",
                             doctor->flavour->tag, name);
    } else if (archives && !json_is_true(json_object_get(json_array_get(records, 0), "active"))) {
        check->fine = false;
        doctor_write_problem(
            doctor, "take it out of the archive in Odoo",
            "the tag '%s' of tickets (%s %lld) is archived: Odoo would not show it", name,
            doctor->flavour->tag, (long long)ask_field_id(json_array_get(records, 0), "id"));
    }
    json_decref(records);
    return 0;
}

/* ---- Customers ---- */

static int check_alerts(struct check *check, struct error *error)
{
    const struct doctor *doctor = check->doctor;
    bool write = false;
    struct doctor_list things = {0};
    int rc = flavour_may(doctor->odoo, "res.partner", "write", &write, error);

    if (rc < 0)
        return rc;
    if (!write)
        doctor_list_add(&things, "the alerts for the salesperson");
    report_refused(check, &things, "res.partner",
                   "give the agent's user the right 'Contact Creation' (Extra Rights), or set "
                   "writeback.balance.alerts: false");
    return 0;
}

/* ---- The whole ---- */

int doctor_writeback(struct doctor *doctor, struct error *error)
{
    const struct config *config = doctor->config;
    struct check check = {.doctor = doctor, .fine = true};
    int rc = 0;

    doctor->topic = "write-back";
    if (!doctor->flavour) {
        doctor_write_problem(doctor, "correct what is found about the flavour first",
                             "nothing can be written on tickets: which model they are in this Odoo "
                             "is not known");
        check.fine = false;
    } else {
        rc = check_tickets(&check, error);
        if (rc == 0)
            rc = check_sender(&check, error);
        if (rc == 0 && config->writeback.breach_tag)
            rc = check_tag(&check, error);
    }
    if (rc == 0)
        rc = doctor_fallback(doctor, &check.fine, error);
    if (rc == 0 && config->writeback.balance_alerts)
        rc = check_alerts(&check, error);
    if (rc == 0 && config->writeback.balance_fields)
        rc = doctor_shown_credit(doctor, &check.fine, error);
    if (rc == 0 && check.fine)
        doctor_ok(doctor, "the agent's user may write all that write-back writes");
    return rc;
}
