/* doctor_fallback.c - checks that every breach gives somebody an activity: the user of
 * writeback.breach.fallback, and the tickets without a recipient while that is not set. */
#include "doctor_fallback.h"

#include "doctor_findings.h"
#include "doctor_list.h"
#include "qualiodoo/store/targets.h"
#include "qualiodoo/util/tz.h"
#include "qualiodoo/writeback/fallback.h"

/* Whether activities are written at all; without them only a ticket's followers see the note. */
static bool writes_activities(const struct config *config)
{
    return config->writeback.breach_activity || config->writeback.breach_warning;
}

int doctor_fallback(const struct doctor *doctor, bool *fine, struct error *error)
{
    const struct config *config = doctor->config;
    struct error problem = {0};
    int64_t user;
    int rc;

    if (!config->writeback.breach_fallback || !writes_activities(config))
        return 0;
    rc = fallback_find(doctor->odoo, config->writeback.breach_fallback, &user, &problem);
    if (rc == ERR_REFUSED) {
        *fine = false;
        doctor_write_problem(
            doctor, "correct it: the login of a person who looks after tickets without an assignee",
            "%s: the breach of a ticket without assignee and team leader would reach nobody",
            problem.message);
        return 0;
    }
    if (rc < 0)
        *error = problem;
    return rc;
}

/* ---- The local state ---- */

struct unassigned {
    const struct config *config;
    struct tz *zone;
    struct doctor_list tickets;
};

/* A ticket from before writeback.since is never flagged, so it needs no recipient. While that date
 * is not known, only a ticket that is still unanswered can be flagged later. */
static int add_ticket(void *context, const struct target_without_recipient *target)
{
    struct unassigned *unassigned = context;
    const struct config *config = unassigned->config;
    bool recent = config->writeback.has_since
                      ? tz_civil_day(unassigned->zone, target->created) >= config->writeback.since
                      : target->unanswered;

    if (recent)
        doctor_list_add(&unassigned->tickets, "%s (%lld)", target->number ? target->number : "-",
                        (long long)target->ticket);
    return 0;
}

int doctor_unassigned(const struct doctor *doctor, struct store *store, struct error *error)
{
    struct unassigned unassigned = {.config = doctor->config};
    int rc;

    if (doctor->config->writeback.breach_fallback || !writes_activities(doctor->config))
        return 0;
    unassigned.zone = tz_open(doctor->config->timezone);
    rc = unassigned.zone ? targets_without_recipient(store, add_ticket, &unassigned, error)
                         : error_memory(error);
    if (rc == 0 && unassigned.tickets.count)
        doctor_note(doctor,
                    "set writeback.breach.fallback to the login of a person who is then told, or "
                    "give the teams a leader in Odoo",
                    "breaches of tickets without assignee and team leader reach nobody, and such "
                    "tickets exist: %s",
                    doctor_list_text(&unassigned.tickets));
    doctor_list_free(&unassigned.tickets);
    tz_free(unassigned.zone);
    return rc;
}
