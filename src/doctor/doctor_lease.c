/* doctor_lease.c - checks that several agents on one Odoo do not write twice: the model of the
 * lease, the rights on it, and notes that were written twice. */
#include "doctor_lease.h"

#include "doctor_fields.h"
#include "doctor_findings.h"
#include "doctor_list.h"
#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/odoo/setup_names.h"
#include "qualiodoo/store/review.h"

#define LEASE_ADVICE DOCTOR_SETUP_ADVICE ", which makes it"

static int check_model(const struct doctor *doctor, bool *ret_there, struct error *error)
{
    struct doctor_list missing = {0};
    int rc =
        doctor_missing(doctor, LEASE_MODEL,
                       json_pack("[ss]", LEASE_HOLDER_FIELD, LEASE_PURPOSE_FIELD), &missing, error);

    *ret_there = rc == 0 && !missing.count;
    doctor_list_free(&missing);
    return rc == ERR_MISSING_MODEL ? 0 : rc;
}

static int check_rights(const struct doctor *doctor, struct error *error)
{
    static const char *const operations[] = {"read", "create", "write"};
    bool all = true, may = false;
    int rc = 0;

    for (size_t i = 0; i < sizeof operations / sizeof *operations && rc == 0; i++) {
        rc = flavour_may(doctor->odoo, LEASE_MODEL, operations[i], &may, error);
        all = all && may;
    }
    if (rc == 0 && all)
        doctor_ok(doctor, "of several agents on this Odoo, one writes (" LEASE_MODEL ")");
    else if (rc == 0)
        doctor_write_problem(doctor, DOCTOR_SETUP_ADVICE " again",
                             "the agent's user may not read, create and write " LEASE_MODEL
                             ": without a lease nothing is written");
    return rc;
}

int doctor_lease(struct doctor *doctor, struct error *error)
{
    bool there = false;
    int rc;

    if (!doctor->config->writeback.enabled) /* no lease is needed when nothing is written */
        return 0;
    doctor->topic = "lease";
    rc = check_model(doctor, &there, error);
    if (rc < 0 || there)
        return rc < 0 ? rc : check_rights(doctor, error);
    doctor_note(doctor, LEASE_ADVICE,
                "this Odoo has no model " LEASE_MODEL
                ": a second agent with a state of its own would write each note twice");
    return 0;
}

/* ---- What was written twice ---- */

static int add_key(void *context, const char *key, int64_t notes)
{
    doctor_list_add(context, "%s (%lld notes)", key, (long long)notes);
    return 0;
}

int doctor_doubled(const struct doctor *doctor, struct store *store, bool *ret_found,
                   struct error *error)
{
    struct doctor_list keys = {0};
    int rc = review_doubled(store, add_key, &keys, error);

    *ret_found = keys.count != 0;
    if (rc == 0 && keys.count)
        doctor_problem(doctor,
                       "stop the agent that should not run, or run 'qualiodoo setup' so that one "
                       "writes at a time; the surplus notes can be deleted in Odoo",
                       "notes are in Odoo twice, so two agents with different states wrote into "
                       "it: %s",
                       doctor_list_text(&keys));
    doctor_list_free(&keys);
    return rc;
}
