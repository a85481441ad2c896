/* doctor_history.c - checks that the agent can read the history of assignments. */
#include "doctor_history.h"

#include "doctor_findings.h"
#include "qualiodoo/pull/history.h"

int doctor_history(struct doctor *doctor, struct error *error)
{
    static const char advice[] =
        "run 'qualiodoo setup' with an administrator's login: it gives the agent's group the right "
        "to read mail.tracking.value";
    enum history_source source;
    int rc = history_find_source(doctor->odoo, &source, error);

    doctor->topic = "history";
    if (rc < 0)
        return rc;
    if (source != HISTORY_BY_NOTHING) {
        doctor_ok(doctor, "who was assigned when can be read (%s)",
                  source == HISTORY_BY_VALUES ? "mail.tracking.value" : "message_format");
        return 0;
    }
    doctor_note(doctor, advice,
                "Odoo does not let the agent read who was assigned when: an assignment or closing "
                "that looks late, and that the agent did not see happen, is not counted as a "
                "breach%s",
                doctor->config->credit.count_from == COUNT_FROM_RESPONSE
                    ? "; and with credit.count_from: response a ticket may be charged from a later "
                      "day than that of its first response, so that balances are too high"
                    : "");
    return 0;
}
