/* doctor_state.c - checks the local state: whether it exists, is recent and complete. What in it
 * cannot be charged or credited is found by doctor_review.c and doctor_moves.c. */
#include "doctor_state.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor_fallback.h"
#include "doctor_findings.h"
#include "doctor_key.h"
#include "doctor_lease.h"
#include "doctor_moves.h"
#include "doctor_review.h"
#include "qualiodoo/compute/policy.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/store/mirror_sets.h"
#include "qualiodoo/store/transactions.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"

/* ---- The file ---- */

static void check_age(const struct doctor *doctor, const char *last_success)
{
    int64_t limit = doctor->config->status.max_lag_ms / 1000, age;
    instant when;

    if (!last_success || !instant_parse_iso(last_success, &when)) {
        doctor_note(doctor, "run 'qualiodoo sync'", "no cycle has succeeded yet");
        return;
    }
    age = clock_now() - when;
    if (age > limit)
        doctor_note(
            doctor, "run 'qualiodoo sync', or see why the service does not (qualiodoo status)",
            "the local state is of %s, and the findings on it are as of then", last_success);
    else
        doctor_ok(doctor, "the local state is of %s", last_success);
}

static int check_meta(const struct doctor *doctor, struct store *store, bool *ret_own,
                      struct error *error)
{
    char *success = NULL, *failure = NULL, *failed_at = NULL, *database = NULL;
    int rc = store_meta_get(store, "database", &database, error);

    if (rc == 0)
        rc = store_meta_get(store, "last_success", &success, error);
    if (rc == 0)
        rc = store_meta_get(store, "last_error", &failure, error);
    if (rc == 0)
        rc = store_meta_get(store, "last_error_at", &failed_at, error);
    *ret_own = !database || strcmp(database, doctor->config->odoo.database) == 0;
    if (rc == 0 && !*ret_own)
        doctor_problem(doctor, "give each database its own state.path",
                       "%s holds the state of the database '%s', and odoo.database is '%s'",
                       doctor->config->state.path, database, doctor->config->odoo.database);
    else if (rc == 0)
        check_age(doctor, success);
    if (rc == 0 && failed_at && (!success || strcmp(failed_at, success) > 0))
        doctor_problem(doctor, "see to its cause, then run 'qualiodoo sync'",
                       "the last cycle failed on %s: %s", failed_at, failure ? failure : "");
    free(success);
    free(failure);
    free(failed_at);
    free(database);
    return rc;
}

/* ---- The data ---- */

static int check_data(const struct doctor *doctor, struct store *store, struct error *error)
{
    bool reviewed = false, moves = false, doubled = false; /* there were findings */
    struct policy policy;
    int rc = policy_open(doctor->config, store, &policy, error);

    if (rc < 0)
        return rc;
    rc = doctor_review(doctor, store, &policy, &reviewed, error);
    if (rc == 0)
        rc = doctor_moves(doctor, store, &policy, &moves, error);
    policy_close(&policy);
    if (rc == 0)
        rc = doctor_doubled(doctor, store, &doubled, error);
    if (rc == 0 && !reviewed && !moves && !doubled)
        doctor_ok(doctor, "nothing stands in the way of charging and crediting");
    return rc;
}

/* ---- The whole ---- */

static int check_state(struct doctor *doctor, struct store *store, struct error *error)
{
    bool own = false, complete = false;
    int rc = store_begin(store, error); /* one snapshot */

    if (rc == 0)
        rc = check_meta(doctor, store, &own, error);
    if (rc == 0 && own)
        rc = doctor_kept_key(doctor, store, error);
    if (rc < 0 || !own || doctor->foreign_state)
        return rc;
    rc = mirror_is_complete(store, &complete, error);
    if (rc == 0 && !complete) {
        doctor_problem(doctor, "run 'qualiodoo sync', which goes on from where it stopped",
                       "the first pull from Odoo is not complete");
        return 0;
    }
    doctor->topic = "data";
    if (rc == 0)
        rc = check_data(doctor, store, error);
    return rc < 0 ? rc : doctor_unassigned(doctor, store, error);
}

int doctor_state(struct doctor *doctor, struct error *error)
{
    const char *path = doctor->config->state.path;
    struct store *store = NULL;
    int rc;

    doctor->topic = "state";
    if (access(path, F_OK) < 0) {
        doctor_note(doctor,
                    "start the service, or run 'qualiodoo reconcile', once all else is right",
                    "there is no local state at %s yet", path);
        return 0;
    }
    rc = store_open(path, STORE_READ, &store, error);
    if (rc == 0)
        rc = check_state(doctor, store, error);
    store_close(store);
    if (rc == ERR_NO_MEMORY)
        return rc;
    if (rc < 0)
        doctor_problem(doctor, NULL, "%s", error->message);
    return 0;
}
