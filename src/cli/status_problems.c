/* status_problems.c - what `status` finds in the state beside failed cycles and old mirrors. */
#include "status_problems.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/pull/packs.h"
#include "qualiodoo/store/mirror.h"
#include "qualiodoo/store/review.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"

/* ---- The reconciliation: it alone finds a deletion, and what else Odoo does not stamp ---- */

#define ADVICE                                                                                     \
    "run 'qualiodoo reconcile', and see why the nightly one does not ('systemctl list-timers "     \
    "qualiodoo-reconcile@*', 'journalctl -u qualiodoo-reconcile@*')"

void status_find_reconcile_age(json_t *problems, const struct config *config,
                               const char *last_reconcile, const char *first_success)
{
    const char *read = last_reconcile ? last_reconcile : first_success;
    int64_t limit = config->status.max_reconcile_age_ms / 1000;
    char hours[MINUTES_TEXT_SIZE];
    instant when;

    if (!limit || (read && instant_parse_iso(read, &when) && clock_now() - when <= limit))
        return;
    minutes_format(limit / 60, hours);
    json_array_append_new(
        problems,
        last_reconcile
            ? json_sprintf("the last reconciliation of everything was on %s, and "
                           "status.max_reconcile_age allows no more than %s hours: " ADVICE,
                           last_reconcile, hours)
            : json_sprintf("no reconciliation of everything has succeeded yet, and "
                           "status.max_reconcile_age allows no more than %s hours "
                           "without one: " ADVICE,
                           hours));
}

/* ---- Work that rules of Odoo hide ---- */

#define HIDDEN_SHOWN 3 /* tickets named; the others are counted */

struct hidden_work {
    size_t count;
    char shown[HIDDEN_SHOWN * 64];
};

static int add_hidden(void *context, const struct review_hidden *hidden)
{
    struct hidden_work *work = context;
    size_t length = strlen(work->shown);
    char time[MINUTES_TEXT_SIZE];

    if (work->count++ < HIDDEN_SHOWN)
        snprintf(work->shown + length, sizeof work->shown - length, "%s%.24s %s",
                 length ? ", " : "", hidden->number ? hidden->number : "?",
                 minutes_format(hidden->hidden, time));
    return 0;
}

/* The lines themselves cannot be seen: what tells of them is Odoo's own total of each ticket. */
int status_find_hidden_work(json_t *problems, struct store *store, struct error *error)
{
    struct hidden_work work = {0};
    int rc = review_hidden_work(store, add_hidden, &work, error);

    if (rc == 0 && work.count)
        json_array_append_new(
            problems,
            json_sprintf("Odoo counts hours of work on %zu ticket%s that the agent's user does not "
                         "see, and that are not charged (%s%s): give it the right 'User: all "
                         "timesheets', or let it follow the private projects; 'qualiodoo doctor' "
                         "looks again",
                         work.count, work.count > 1 ? "s" : "", work.shown,
                         work.count > HIDDEN_SHOWN ? "..." : ""));
    return rc;
}

static int add_problem(void *context, const char *text)
{
    json_t *problems = context;

    return json_array_append_new(problems,
                                 json_sprintf("credit.packs: %s, so nothing is credited for it: "
                                              "correct it, or the product in Odoo",
                                              text)) < 0
               ? ERR_NO_MEMORY
               : 0;
}

static int find_unfit_lines(json_t *problems, const struct view *view, struct error *error)
{
    char since[CIVIL_TEXT_SIZE] = "";
    const struct review_scope scope = {.policy = &view->policy.facts, .since = since};
    struct ids lines = {0};
    int rc;

    if (view->config->credit.has_since)
        civil_format(view->config->credit.since, since);
    rc = review_unfit_lines(view->store, &scope, &lines, error);
    if (lines.count)
        json_array_append_new(
            problems,
            json_sprintf("%zu timesheet line%s not charged, of more than %d hours or without a "
                         "number: run 'qualiodoo doctor'",
                         lines.count, lines.count > 1 ? "s are" : " is", CHARGE_MAX_HOURS));
    free(lines.items);
    return rc;
}

/* What is not charged or credited though it should be, and nobody may have noticed. */
int status_find_money(json_t *problems, const struct view *view, struct error *error)
{
    bool complete = false;
    int rc = mirror_is_complete(view->store, &complete, error);

    if (rc < 0 || !complete)
        return rc;
    rc = packs_missing(view->store, view->config, add_problem, problems, error);
    return rc < 0 ? rc : find_unfit_lines(problems, view, error);
}
