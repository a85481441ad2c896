/* doctor_shown.c - checks that the credit can be shown in Odoo: the model that setup makes, the
 * agent's rights on it, and the fields of customers that show it. */
#include "doctor_shown.h"

#include "doctor_fields.h"
#include "doctor_findings.h"
#include "doctor_list.h"
#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/pull/record.h"

#define DISPLAYS 3
static const char *const displays[DISPLAYS] = {"x_qualiodoo_hours", "x_qualiodoo_day",
                                               "x_qualiodoo_state"};

/* ---- The stored columns of 0.1.0 ---- */

static int check_columns(const struct doctor *doctor, bool *ret_there, struct error *error)
{
    struct doctor_list missing = {0};
    int rc = doctor_missing(doctor, "res.partner",
                            json_pack("[ss]", PARTNER_MINUTES, PARTNER_LAST_DAY), &missing, error);

    *ret_there = rc == 0 && !missing.count;
    doctor_list_free(&missing);
    return rc;
}

static int without_model(const struct doctor *doctor, bool *fine, struct error *error)
{
    bool columns = false, write = false;
    int rc = check_columns(doctor, &columns, error);

    if (rc == 0 && columns)
        rc = flavour_may(doctor->odoo, "res.partner", "write", &write, error);
    if (rc < 0)
        return rc;
    *fine = false;
    if (!columns)
        doctor_write_problem(doctor, DOCTOR_SETUP_ADVICE,
                             "this Odoo has no model " ACCOUNT_MODEL
                             ", which writeback.balance.fields fills");
    else if (!write)
        doctor_write_problem(doctor, DOCTOR_SETUP_ADVICE ", which replaces them",
                             "the agent's user has no right to write on res.partner, where an "
                             "earlier version's setup made the columns that "
                             "writeback.balance.fields fills");
    else
        doctor_note(doctor, DOCTOR_SETUP_ADVICE ", which replaces them",
                    "the credit is shown in columns of customers that an earlier version's setup "
                    "made (" PARTNER_MINUTES "): they take the right to write on customers");
    return 0;
}

/* ---- The model ---- */

static int check_rights(const struct doctor *doctor, bool *fine, struct error *error)
{
    static const char *const operations[] = {"read", "create", "write", "unlink"};
    struct doctor_list refused = {0};
    int rc = 0;

    for (size_t i = 0; i < sizeof operations / sizeof *operations && rc == 0; i++) {
        bool may = false;

        rc = flavour_may(doctor->odoo, ACCOUNT_MODEL, operations[i], &may, error);
        if (rc == 0 && !may)
            doctor_list_add(&refused, "%s", operations[i]);
    }
    if (rc == 0 && refused.count) {
        *fine = false;
        doctor_write_problem(doctor, DOCTOR_SETUP_ADVICE,
                             "the agent's user lacks rights on " ACCOUNT_MODEL
                             ": %s; the credit shown would be refused",
                             doctor_list_text(&refused));
    }
    doctor_list_free(&refused);
    return rc;
}

static int check_displays(const struct doctor *doctor, bool *fine, struct error *error)
{
    struct doctor_list missing = {0};
    int rc =
        doctor_missing(doctor, "res.partner",
                       json_pack("[sss]", displays[0], displays[1], displays[2]), &missing, error);

    if (rc == 0 && missing.count) {
        *fine = false;
        doctor_write_problem(doctor, DOCTOR_SETUP_ADVICE,
                             "customers have no field %s, by which they show their credit",
                             doctor_list_text(&missing));
    }
    doctor_list_free(&missing);
    return rc;
}

static void report_missing_fields(const struct doctor *doctor, struct doctor_list *missing,
                                  bool *fine)
{
    if (missing->count) {
        *fine = false;
        doctor_write_problem(doctor, DOCTOR_SETUP_ADVICE, ACCOUNT_MODEL " has no field %s",
                             doctor_list_text(missing));
    }
}

int doctor_shown_credit(const struct doctor *doctor, bool *fine, struct error *error)
{
    struct doctor_list missing = {0};
    bool columns = false;
    int rc =
        doctor_missing(doctor, ACCOUNT_MODEL,
                       model_field_names(&models[MODEL_SHOWN], doctor->flavour), &missing, error);

    if (rc == ERR_MISSING_MODEL) {
        doctor_list_free(&missing);
        return without_model(doctor, fine, error);
    }
    if (rc == 0)
        report_missing_fields(doctor, &missing, fine);
    doctor_list_free(&missing);
    if (rc == 0)
        rc = check_rights(doctor, fine, error);
    if (rc == 0)
        rc = check_displays(doctor, fine, error);
    if (rc == 0)
        rc = check_columns(doctor, &columns, error);
    if (rc == 0 && columns)
        doctor_note(doctor, DOCTOR_SETUP_ADVICE ", which removes them",
                    "customers still have the columns that an earlier version filled "
                    "(" PARTNER_MINUTES "): nothing writes them any more");
    return rc;
}
