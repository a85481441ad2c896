/* doctor_adjustments.c - checks where adjustments are kept: the model that setup makes or notes on
 * customers, and the agent's rights there. */
#include "doctor_adjustments.h"

#include "doctor_fields.h"
#include "doctor_findings.h"
#include "doctor_list.h"
#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/odoo/session.h"
#include "qualiodoo/odoo/setup_names.h"
#include "qualiodoo/pull/record.h"

#define CONTACT_ADVICE                                                                             \
    "give the agent's user the right 'Contact Creation' (Extra Rights), or use "                   \
    "credit.adjustments: model"

/* Adjustments written by other users count like the agent's own, so nobody else should have the
 * right to write them. */
static int list_foreign_rows(const struct doctor *doctor, struct error *error)
{
    json_t *records = NULL, *record;
    struct doctor_list list = {0};
    size_t i;
    int rc = ask_records(doctor->odoo,
                         (struct ask_query){.model = ADJUSTMENT_MODEL,
                                            .domain = json_pack("[[ssI]]", "write_uid", "!=",
                                                                (json_int_t)odoo_uid(doctor->odoo)),
                                            .fields = json_pack("[s]", "id")},
                         &records, error);

    json_array_foreach(records, i, record)
        doctor_list_add(&list, "%lld", (long long)ask_field_id(record, "id"));
    if (list.count)
        doctor_note(doctor,
                    "see in Odoo who wrote them; a mistake is corrected by an opposite adjustment, "
                    "and nobody but the agent should have the right to write there",
                    "adjustments written by another user than the agent: %s",
                    doctor_list_text(&list));
    doctor_list_free(&list);
    json_decref(records);
    return rc;
}

static int check_adjustment_rights(const struct doctor *doctor, struct error *error)
{
    bool reads = false, creates = false, writes = false;
    int rc = flavour_may(doctor->odoo, ADJUSTMENT_MODEL, "read", &reads, error);

    if (rc == 0)
        rc = flavour_may(doctor->odoo, ADJUSTMENT_MODEL, "create", &creates, error);
    if (rc == 0)
        rc = flavour_may(doctor->odoo, ADJUSTMENT_MODEL, "write", &writes, error);
    if (rc < 0)
        return rc;
    if (!reads) {
        doctor_problem(doctor, DOCTOR_SETUP_ADVICE,
                       "the agent's user may not read the model " ADJUSTMENT_MODEL);
        return 0;
    }
    if (!creates)
        doctor_write_problem(doctor, DOCTOR_SETUP_ADVICE,
                             "the agent's user may not create records of " ADJUSTMENT_MODEL
                             ": 'adjust' would fail");
    if (writes)
        doctor_note(doctor, DOCTOR_SETUP_ADVICE,
                    "the agent's user may change records of " ADJUSTMENT_MODEL
                    ": it should create and read them only");
    if (creates && !writes)
        doctor_ok(doctor, "adjustments are kept in the model " ADJUSTMENT_MODEL);
    return list_foreign_rows(doctor, error);
}

static int check_adjustment_model(const struct doctor *doctor, struct error *error)
{
    struct doctor_list missing = {0};
    int rc = doctor_missing(doctor, ADJUSTMENT_MODEL,
                            model_field_names(&models[MODEL_ADJUSTMENT], NULL), &missing, error);

    if (rc == ERR_MISSING_MODEL)
        doctor_write_problem(doctor, DOCTOR_SETUP_ADVICE,
                             "this Odoo has no model " ADJUSTMENT_MODEL
                             " yet: 'adjust' would fail");
    if (missing.count)
        doctor_problem(doctor, DOCTOR_SETUP_ADVICE, "the model " ADJUSTMENT_MODEL " lacks %s",
                       doctor_list_text(&missing));
    else if (rc == 0)
        rc = check_adjustment_rights(doctor, error);
    doctor_list_free(&missing);
    return rc == ERR_MISSING_MODEL ? 0 : rc;
}

int doctor_adjustments(struct doctor *doctor, struct error *error)
{
    bool writes = false;
    int rc;

    doctor->topic = "adjustments";
    if (doctor->config->credit.adjustments == ADJUSTMENTS_MODEL)
        return check_adjustment_model(doctor, error);
    rc = flavour_may(doctor->odoo, "res.partner", "write", &writes, error);
    if (rc < 0)
        return rc;
    if (writes)
        doctor_ok(doctor, "adjustments are kept as notes on the customer");
    else
        doctor_write_problem(doctor, CONTACT_ADVICE,
                             "the agent's user may not write notes on customers: 'adjust' would "
                             "fail");
    return 0;
}
