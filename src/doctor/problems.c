/* problems.c - a table of functions, each of which looks in the state for one kind of problem. */
#include "qualiodoo/doctor/problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/compute/respond.h"
#include "qualiodoo/core/charge.h"
#include "qualiodoo/pull/access.h"
#include "qualiodoo/pull/packs.h"
#include "qualiodoo/pull/settings.h"
#include "qualiodoo/store/lookup.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/store/mirror_sets.h"
#include "qualiodoo/store/outbox.h"
#include "qualiodoo/store/review.h"
#include "qualiodoo/store/targets.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/printable.h"

struct search {
    struct store *store;
    const struct config *config;
    const struct policy *policy;
    struct problems *found;
};

static int add(struct search *search, struct error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The text is cleaned: a truncated message or a damaged state may not be valid UTF-8. */
static int add(struct search *search, struct error *error, const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    int rc = 0;

    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    if (!text ||
        json_array_append_new(search->found->texts, json_string(printable_clean(text))) < 0)
        rc = error_memory(error);
    free(text);
    return rc;
}

/* Whether a problem found so far contains `message`: the failure of the last cycle may say the same
 * already. */
static bool is_reported(const struct search *search, const char *message)
{
    json_t *problem;
    size_t i;

    json_array_foreach(search->found->texts, i, problem) {
        if (strstr(json_string_value(problem), message))
            return true;
    }
    return false;
}

/* ---- Cycles ---- */

static int find_no_success(struct search *search, struct error *error)
{
    char *success = NULL;
    int rc = store_meta_get(search->store, "last_success", &success, error);

    if (rc == 0 && !success)
        rc = add(search, error, "no cycle has succeeded yet: run 'qualiodoo sync'");
    free(success);
    return rc;
}

/* ---- The reconciliation: only it finds deletions, and changes without a new write_date ---- */

#define RECONCILE_ADVICE                                                                           \
    "run 'qualiodoo reconcile', and see why the nightly one does not ('systemctl list-timers "     \
    "qualiodoo-reconcile@*', 'journalctl -u qualiodoo-reconcile@*')"

/* Keeps `lapse`, when a mirror or the reconciliation gets too old or a key expires soon, if it is
 * the earliest so far. */
static void note_lapse(struct problems *found, instant lapse)
{
    if (found->has_lapse && found->lapses_at <= lapse)
        return;
    found->has_lapse = true;
    found->lapses_at = lapse;
}

/* last:  when the last reconciliation succeeded; NULL: none yet.
 * first: when the first cycle succeeded. It was a full pull, so a new state without reconciliation
 *        counts its age from there. */
static int judge_reconcile(struct search *search, const char *last, const char *first,
                           struct error *error)
{
    const char *read = last ? last : first;
    int64_t limit = search->config->status.max_reconcile_age_ms / 1000;
    char hours[MINUTES_TEXT_SIZE];
    instant when = 0;

    if (!limit)
        return 0;
    if (read && instant_parse_iso(read, &when) && clock_now() - when <= limit) {
        note_lapse(search->found, when + limit + 1);
        return 0;
    }
    minutes_format(limit / 60, hours);
    if (last)
        return add(search, error,
                   "the last reconciliation of everything was on %s, and "
                   "status.max_reconcile_age allows no more than %s hours: " RECONCILE_ADVICE,
                   last, hours);
    return add(search, error,
               "no reconciliation of everything has succeeded yet, and status.max_reconcile_age "
               "allows no more than %s hours without one: " RECONCILE_ADVICE,
               hours);
}

static int find_old_reconcile(struct search *search, struct error *error)
{
    char *success = NULL, *first = NULL, *last = NULL;
    int rc = store_meta_get(search->store, "last_success", &success, error);

    if (rc == 0)
        rc = store_meta_get(search->store, "first_success", &first, error);
    if (rc == 0)
        rc = store_meta_get(search->store, "last_reconcile", &last, error);
    if (rc == 0 && success) /* without any success, find_no_success() has added a problem */
        rc = judge_reconcile(search, last, first, error);
    free(success);
    free(first);
    free(last);
    return rc;
}

/* ---- The last cycle ---- */

static int find_failure(struct search *search, struct error *error)
{
    char *outcome = NULL, *message = NULL;
    int rc = store_meta_get(search->store, "last_outcome", &outcome, error);

    if (rc == 0)
        rc = store_meta_get(search->store, "last_error", &message, error);
    if (rc == 0 && message && outcome && strcmp(outcome, "failed") == 0)
        rc = add(search, error, "the last cycle failed: %s", message);
    free(outcome);
    free(message);
    return rc;
}

/* The API key, as the last look found it (pull/access.h). */
static int find_key(struct search *search, struct error *error)
{
    struct access access;
    char text[ACCESS_TEXT_SIZE];
    const char *problem;
    instant warning;
    int rc = access_read(search->store, &access, error);

    if (rc < 0)
        return rc;
    problem = access_problem(&access.key, clock_now(), text);
    if (problem)
        return add(search, error, "%s", problem);
    if (access_has_warning(&access.key, &warning))
        note_lapse(search->found, warning);
    return 0;
}

static int find_unreadable(struct search *search, struct error *error)
{
    struct state_summary summary;
    int rc = lookup_summary(search->store, &summary, error);

    if (rc == 0 && summary.unreadable)
        rc = add(search, error, "%lld records cannot be read: run 'qualiodoo doctor'",
                 (long long)summary.unreadable);
    return rc;
}

/* A change that would revoke credit stopped the last cycle: the balances are those of before. */
static int find_revoked(struct search *search, struct error *error)
{
    char *text = NULL;
    json_t *revoked;
    const char *message;
    int rc = store_meta_get(search->store, "revoked", &text, error);

    if (rc < 0)
        return rc;
    revoked = json_build_parsed(text && *text ? text : NULL, 0);
    message = json_string_value(json_object_get(revoked, "message"));
    if (message && !is_reported(search, message))
        rc = add(search, error, "%s", message);
    json_decref(revoked);
    free(text);
    return rc;
}

/* ---- Mirrors ---- */

struct mirrors {
    struct search *search;
    struct error *error;
    instant now;
    size_t late;        /* mirrors older than status.max_lag; those of settings_mirror() may be
                           older by poll.settings */
    char oldest[64];    /* name of the oldest of these */
    int64_t oldest_age; /* its age in seconds */
};

static int judge_mirror(void *context, const struct mirror_status *mirror)
{
    struct mirrors *mirrors = context;
    struct problems *found = mirrors->search->found;
    int64_t age = mirrors->now - mirror->pulled_at;
    const struct config *config = mirrors->search->config;
    int64_t rarely = settings_mirror(mirror->name) ? config->poll.settings_ms : 0;
    int64_t allowed = (config->status.max_lag_ms + rarely) / 1000;
    instant lapse = mirror->pulled_at + allowed + 1;

    if (!mirror->first_done)
        return add(mirrors->search, mirrors->error,
                   "the first pull of %s is not complete: run 'qualiodoo sync'", mirror->name);
    if (age <= allowed)
        note_lapse(found, lapse);
    mirrors->late += age > allowed;
    if (age > allowed && age > mirrors->oldest_age) {
        mirrors->oldest_age = age;
        snprintf(mirrors->oldest, sizeof mirrors->oldest, "%s", mirror->name);
    }
    return 0;
}

/* Adds one problem for all late mirrors: they usually have the same cause. */
static int find_late_mirrors(struct search *search, struct error *error)
{
    struct mirrors mirrors = {.search = search, .error = error, .now = clock_now()};
    char age[MINUTES_TEXT_SIZE + sizeof " hours"], hours[MINUTES_TEXT_SIZE];
    int rc = lookup_mirrors(search->store, judge_mirror, &mirrors, error);

    if (rc < 0 || !mirrors.late)
        return rc;
    if (mirrors.oldest_age < 60)
        snprintf(age, sizeof age, "%lld s", (long long)mirrors.oldest_age);
    else
        snprintf(age, sizeof age, "%s hours", minutes_format(mirrors.oldest_age / 60, hours));
    return add(search, error,
               "%s was last pulled from Odoo %s ago%s, and status.max_lag allows less: run "
               "'qualiodoo sync', and see why the service did not ('journalctl -u qualiodoo*')",
               mirrors.oldest, age, mirrors.late > 1 ? ", and others too" : "");
}

static const char *text_of(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "?"; /* only in a damaged state */
}

/* Whether the last cycle found that this machine's clock and Odoo's differ (pull/skew.c). */
static int find_skew(struct search *search, struct error *error)
{
    char *text = NULL;
    json_t *clock;
    int rc = store_meta_get(search->store, "clock", &text, error);

    if (rc < 0 || !text)
        return rc;
    clock = json_build_parsed(text, 0); /* JSON_DECODE_ANY is not set: "null" gives NULL */
    free(text);
    if (clock && !is_reported(search, "this machine's clock"))
        rc = add(search, error,
                 "in the last cycle this machine's clock said %s and Odoo's server %s: nothing is "
                 "written into Odoo until they agree to 2 minutes; set the clock that is wrong "
                 "('timedatectl' shows this machine's)",
                 text_of(clock, "machine_at"), text_of(clock, "odoo_at"));
    json_decref(clock);
    return rc;
}

/* ---- Work and credit that are not counted ---- */

#define HIDDEN_SHOWN 3 /* tickets that are named; the others are only counted */

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

/* Timesheet lines that Odoo hides from the agent: found by Odoo's own total of each ticket. */
static int find_hidden_work(struct search *search, struct error *error)
{
    struct hidden_work work = {0};
    int rc = review_hidden_work(search->store, add_hidden, &work, error);

    if (rc < 0 || !work.count)
        return rc;
    return add(search, error,
               "Odoo counts hours of work on %zu ticket%s that the agent's user does not see, and "
               "that are not charged (%s%s): give it the right 'User: all timesheets', or let it "
               "follow the private projects; 'qualiodoo doctor' looks again",
               work.count, work.count > 1 ? "s" : "", work.shown,
               work.count > HIDDEN_SHOWN ? "..." : "");
}

static int add_pack(void *context, const char *text)
{
    return add(
        context, NULL,
        "credit.packs: %s, so nothing is credited for it: correct it, or the product in Odoo",
        text);
}

static int find_missing_packs(struct search *search, struct error *error)
{
    bool complete = false;
    int rc = mirror_is_complete(search->store, &complete, error);

    return rc < 0 || !complete
               ? rc
               : packs_missing(search->store, search->config, add_pack, search, error);
}

static int find_unfit_lines(struct search *search, struct error *error)
{
    char since[CIVIL_TEXT_SIZE] = "";
    const struct review_query query = {.policy = &search->policy->facts, .since = since};
    struct ids lines = {0};
    bool complete = false;
    int rc = mirror_is_complete(search->store, &complete, error);

    if (rc < 0 || !complete)
        return rc;
    if (search->config->credit.has_since)
        civil_format(search->config->credit.since, since);
    rc = review_unfit_lines(search->store, &query, &lines, error);
    if (rc == 0 && lines.count)
        rc = add(search, error,
                 "%zu timesheet line%s not charged, of more than %d hours or without a number: run "
                 "'qualiodoo doctor'",
                 lines.count, lines.count > 1 ? "s are" : " is", CHARGE_MAX_HOURS);
    free(lines.items);
    return rc;
}

/* ---- Response targets, and what is written of them ---- */

static int find_refused_writes(struct search *search, struct error *error)
{
    struct outbox_counts writes;
    int rc = outbox_count(search->store, &writes, error);
    long long refused = rc < 0 ? 0 : (long long)writes.by_state[OUTBOX_REFUSED];

    if (!refused)
        return rc;
    return add(search, error,
               "Odoo refused %lld write%s: 'qualiodoo outbox' says why; then 'outbox retry ID' or "
               "'outbox drop ID'",
               refused, refused > 1 ? "s" : "");
}

static int ignore_target(void *context, const struct target_verdict *target, struct error *error)
{
    (void)context;
    (void)target;
    (void)error;
    return 0;
}

/* Tickets whose calendar cannot be used have no response target; the problem names the reason. */
static int find_calendar_problem(struct search *search, struct error *error)
{
    struct respond_run run = {.now = clock_now(), .row = ignore_target};
    struct respond *respond = NULL;
    struct ids missing = {0};
    struct target_query query;
    int rc = targets_missing(search->store, &missing, error);

    if (rc == 0 && missing.count) {
        query = (struct target_query){missing.items, missing.count};
        rc = respond_open(search->config, search->store, &query, &respond, error);
        if (rc == 0)
            rc = respond_each(respond, &query, &run, error);
    }
    if (rc == 0 && run.problem.code && !is_reported(search, run.problem.message))
        rc = add(search, error, "%s", run.problem.message);
    respond_free(respond);
    free(missing.items);
    return rc;
}

/* ---- The whole ---- */

/* In the order in which problems are shown: first those that may explain others. */
static int (*const finders[])(struct search *search, struct error *error) = {
    find_no_success,       find_old_reconcile, find_failure,      find_key,
    find_unreadable,       find_revoked,       find_late_mirrors, find_skew,
    find_hidden_work,      find_missing_packs, find_unfit_lines,  find_refused_writes,
    find_calendar_problem,
};

int problems_find(struct store *store, const struct config *config, const struct policy *policy,
                  struct problems *ret, struct error *error)
{
    struct search search = {store, config, policy, ret};
    int rc = 0;

    *ret = (struct problems){.texts = json_array()};
    if (!ret->texts)
        return error_memory(error);
    for (size_t i = 0; rc == 0 && i < sizeof finders / sizeof *finders; i++)
        rc = finders[i](&search, error);
    return rc;
}

void problems_free(struct problems *problems)
{
    json_decref(problems->texts);
    *problems = (struct problems){0};
}
