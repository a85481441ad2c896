/* doctor_identity.c - checks that the local state belongs to the Odoo that answers. */
#include "doctor_identity.h"

#include <unistd.h>

#include "doctor_findings.h"
#include "qualiodoo/pull/identity.h"

static int check_identity(struct doctor *doctor, struct store *store, struct error *error)
{
    struct pull pull = {.odoo = doctor->odoo, .store = store, .config = doctor->config};
    int rc = pull_check_database(doctor->config, store, error);

    if (rc == ERR_STATE) /* the state names another database: reported by doctor_state() */
        return 0;
    if (rc == 0)
        rc = identity_check(&pull, false, error);
    if (rc != ERR_SAFETY)
        return rc;
    doctor->foreign_state = true;
    doctor_problem(doctor, "correct odoo.url, or give this Odoo its own state.path", "%s",
                   error->message);
    return 0;
}

int doctor_identity(struct doctor *doctor, struct error *error)
{
    struct store *store = NULL;
    int rc;

    doctor->topic = "state";
    if (access(doctor->config->state.path, F_OK) < 0)
        return 0;
    if (store_open(doctor->config->state.path, STORE_READ, &store, error) < 0)
        return 0; /* reported by doctor_state() */
    rc = check_identity(doctor, store, error);
    store_close(store);
    return rc;
}
