/* doctor_webhook.c - checks the automation rules that setup made. The agent's user may not read
 * them, but it may ask Odoo whether their external ids exist. */
#include "doctor_internal.h"
#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/made.h"

/* check_object_reference refuses access to the record when the external id exists, and answers that
 * it is missing when it does not. */
static int is_there(const struct doctor *doctor, const char *name, bool *ret, struct error *error)
{
    struct odoo_call call = {.model = "ir.model.data",
                             .method = "check_object_reference",
                             .arguments = json_pack("[ss]", SETUP_MODULE, name),
                             .safe = true};
    json_t *result = NULL;
    int rc = ask(doctor->odoo, call, &result, error);

    json_decref(result);
    *ret = rc == 0 || rc == ERR_ACCESS_RIGHTS;
    return rc == ERR_ACCESS_RIGHTS || rc == ERR_FAULT || rc == ERR_MISSING_MODEL ? 0 : rc;
}

static int check_old_rule(const struct doctor *doctor, struct error *error)
{
    bool there = false;
    int rc = is_there(doctor, SETUP_OLD_RULE, &there, error);

    if (rc == 0 && there)
        doctor_problem(doctor, DOCTOR_SETUP_ADVICE ": it replaces that rule",
                       "the automation rule that an earlier version's setup made is there "
                       "(" SETUP_MODULE "." SETUP_OLD_RULE "): with it Odoo stores wrong payment "
                       "states when a payment is undone");
    return rc;
}

static int check_rule(const struct doctor *doctor, struct error *error)
{
    bool there = false;
    int rc = is_there(doctor, SETUP_RULE, &there, error);

    if (rc < 0)
        return rc;
    if (there)
        doctor_ok(doctor, "an automation rule of setup calls the webhook");
    else
        doctor_note(doctor, "run 'qualiodoo setup --webhook URL' with an administrator's login",
                    "no automation rule of setup calls the webhook, which webhook.listen waits "
                    "for: payments are found by poll.payments");
    return 0;
}

int doctor_webhook(struct doctor *doctor, struct error *error)
{
    int rc;

    doctor->topic = "webhook";
    rc = check_old_rule(doctor, error);
    return rc == 0 && doctor->config->webhook.listen ? check_rule(doctor, error) : rc;
}
