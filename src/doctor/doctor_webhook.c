/* doctor_webhook.c - checks the automation rules that setup made. The agent's user may not read
 * them, but it may ask Odoo whether their external ids exist. */
#include "doctor_webhook.h"

#include "doctor_findings.h"
#include "qualiodoo/odoo/setup_names.h"

static int check_old_rule(const struct doctor *doctor, struct error *error)
{
    bool there = false;
    int rc = flavour_has_external_id(doctor->odoo, SETUP_MODULE, SETUP_OLD_RULE, &there, error);

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
    int rc = flavour_has_external_id(doctor->odoo, SETUP_MODULE, SETUP_RULE, &there, error);

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
