/* cycle.c - one cycle: lock, pull, compute, report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cycle_report.h"
#include "qualiodoo/civil.h"
#include "qualiodoo/clock.h"
#include "qualiodoo/connect.h"
#include "qualiodoo/heartbeat.h"
#include "qualiodoo/interrupt.h"
#include "qualiodoo/log.h"
#include "qualiodoo/lookup.h"
#include "qualiodoo/mirror.h"
#include "qualiodoo/results.h"
#include "revoked.h"
#include "verdicts.h"

/* How long a cycle waits for another one to finish. */
#define LOCK_WAIT_MS 60000

/* Differences kept for people; the audit trail has them all. */
#define DIFFERENCES_SHOWN 200

struct differences {
    struct store *store;
    struct cycle_report *report;
    bool first; /* of a first pull, everything is new: the balances say it better */
    struct error *error;
};

static int add_difference(void *context, const struct audit_row *row)
{
    struct differences *differences = context;
    struct cycle_report *report = differences->report;
    char *name = NULL;
    json_t *text;
    int rc;

    if ((differences->first && !row->before) || report->n_differences++ >= DIFFERENCES_SHOWN)
        return 0;
    rc = lookup_partner_name(differences->store, row->account, &name, differences->error);
    if (rc < 0)
        return rc;
    if (row->before && row->after && strcmp(row->before, row->after) == 0)
        text = json_sprintf("%s (%lld), %s: %s as before, by other movements (%s)",
                            name ? name : "customer", (long long)row->account, row->subject,
                            row->after, row->cause);
    else
        text = json_sprintf("%s (%lld), %s: %s -> %s (%s)", name ? name : "customer",
                            (long long)row->account, row->subject,
                            row->before ? row->before : "nothing",
                            row->after ? row->after : "nothing", row->cause);
    json_array_append_new(report->differences, text);
    free(name);
    return 0;
}

/* `status` reads these. */
static void note_outcome(struct store *store, const struct error *error, bool reconcile)
{
    char now[INSTANT_TEXT_SIZE];
    struct error ignored;

    instant_format(clock_real(), now);
    store_meta_set(store, "last_outcome", error->code == 0 ? "done" : "failed", &ignored);
    if (error->code == 0) {
        store_meta_set(store, "last_success", now, &ignored);
        if (reconcile)
            store_meta_set(store, "last_reconcile", now, &ignored);
        return;
    }
    store_meta_set(store, "last_error_at", now, &ignored);
    store_meta_set(store, "last_error", error->message, &ignored);
}

static bool schema_may_be_old(int rc)
{
    return rc == ERR_MISSING_FIELD || rc == ERR_MISSING_MODEL || rc == ERR_FAULT ||
           rc == ERR_ACCESS_RIGHTS;
}

int cycle_compute(struct pull *pull, const struct ids *tickets, struct error *error)
{
    struct accounts_order order = {
        .force = pull->force, .customers = pull->customers, .n_customers = pull->n_customers};
    int64_t began = clock_monotonic_ms();
    struct policy policy;
    int rc = verdicts_update(pull, tickets, error);

    if (rc == 0)
        log_step("judged response targets: %lld ms", (long long)(clock_monotonic_ms() - began));
    began = clock_monotonic_ms();
    if (rc == 0)
        rc = policy_open(pull->config, pull->store, &policy, error);
    if (rc < 0)
        return rc;
    order.today = policy_today(&policy);
    policy_close(&policy);
    rc = accounts_update(pull->store, pull->config, &order, pull->report, error);
    if (rc == ERR_SAFETY && pull->patient && json_array_size(pull->report->revoked)) {
        /* The service goes on with what does not depend on the accounts: they stay as they were. */
        pull->problem = *error;
        rc = revoked_note(pull->store, pull->report, true, error);
        return rc == ERR_SAFETY ? 0 : rc;
    }
    if (rc == 0)
        log_step("computed %lld accounts: %lld ms", (long long)pull->report->accounts_recomputed,
                 (long long)(clock_monotonic_ms() - began));
    if (rc == 0)
        rc = shown_update(pull, error);
    /* With a wrong clock, today is another day: what an alert says cannot be judged again later. */
    return rc < 0 || pull->skew.found ? rc : alerts_update(pull, order.today, error);
}

/* Whether what is computed now may be written. */
static int look_at_clocks(struct pull *pull, struct error *error)
{
    struct error problem;
    int rc = skew_look(pull->odoo, &pull->skew, error);

    if (rc == 0)
        rc = skew_note(pull->store, &pull->skew, error);
    if (rc == 0 && pull->skew.found && !pull->config->writeback.enabled) {
        skew_error(&pull->skew, &problem);
        log_warning("%s", problem.message);
    }
    return rc;
}

static int pull_and_compute(struct pull *pull, struct error *error)
{
    int rc = pull_open(pull, error);

    if (rc == 0)
        rc = pull_run(pull, error);
    if (pull->schema_kept && schema_may_be_old(rc)) {
        /* Odoo was upgraded, or a module came or went: ask what there is, then try again. */
        rc = pull_forget_schema(pull, error);
        pull_close(pull);
        if (rc == 0)
            rc = pull_open(pull, error);
        if (rc == 0)
            rc = pull_run(pull, error);
    }
    if (rc == 0)
        rc = look_at_clocks(pull, error);
    return rc < 0 ? rc : cycle_compute(pull, NULL, error);
}

/* A complete mirror goes from one consistent state to the next in one transaction: readers see the
 * one or the other, and a cycle that fails or is killed leaves the balances as they were. Only
 * first pulls keep each page, to go on from there. */
static int run_pull(struct pull *pull, struct error *error)
{
    bool complete = false;
    int rc = mirror_is_complete(pull->store, &complete, error);

    if (rc < 0 || !complete)
        return rc < 0 ? rc : pull_and_compute(pull, error);
    rc = store_begin(pull->store, error);
    if (rc < 0)
        return rc;
    if (pull->full && !pull->n_customers)
        rc = mirror_unreadable_forget(pull->store, error);
    if (rc == 0)
        rc = pull_and_compute(pull, error);
    if (rc == 0)
        rc = store_commit(pull->store, error);
    if (rc < 0) {
        store_rollback(pull->store);
        cycle_report_undo_events(pull->report, 0);
    }
    return rc;
}

/* The customers that the command line names, looked up in Odoo, where they may be new; in the
 * state, where they may be the last trace of a partner that is gone. */
static int find_customer(struct pull *pull, const char *text, struct ids *customers,
                         struct error *error)
{
    struct ids known = {0};
    struct error ignored;
    int64_t customer = 0;
    int rc = customer_find_remote(pull->odoo, pull->config->credit.account, text, &customer, error);

    if (rc == ERR_NOT_FOUND && lookup_customers(pull->store, text, &known, &ignored) == 0 &&
        known.count == 1) {
        customer = known.items[0];
        rc = 0;
    }
    free(known.items);
    if (rc == 0 && !ids_contain(customers->items, customers->count, customer))
        rc = ids_add(customers, customer) < 0 ? error_memory(error) : 0;
    ids_sort(customers->items, customers->count);
    return rc;
}

static int find_customers(struct pull *pull, const struct cycle_options *options,
                          struct ids *customers, struct error *error)
{
    int rc = 0;

    for (size_t i = 0; i < options->n_customers && rc == 0; i++)
        rc = find_customer(pull, options->customers[i], customers, error);
    pull->customers = customers->items;
    pull->n_customers = customers->count;
    return rc;
}

/* What did not stop the work, and is no success either. */
static void say_problems(const struct pull *pull, struct error *error)
{
    if (pull->report->writes_refused)
        error_set(error, ERR_REFUSED,
                  "Odoo refused %lld of the writes: 'qualiodoo outbox' says why, and how to "
                  "go on",
                  (long long)pull->report->writes_refused);
    else if (pull->skew.found && pull->config->writeback.enabled)
        skew_error(&pull->skew, error);
    else if (pull->problem.code)
        *error = pull->problem;
}

/* Whether an invoice was touched since this was last asked. What was committed late, behind many
 * newer ones, is not seen by that: the next whole cycle reads behind its cursor. */
static int invoices_changed(struct pull *pull, bool *ret, struct error *error)
{
    char *seen = NULL, *newest = NULL;
    bool complete = false;
    int rc = mirror_is_complete(pull->store, &complete, error);

    *ret = true;
    if (rc < 0 || !complete)
        return rc;
    rc = pull_open(pull, error);
    if (rc == 0)
        rc = pull_newest_invoices(pull, &newest, error);
    if (rc == 0)
        rc = store_meta_get(pull->store, "invoices_seen", &seen, error);
    if (rc == 0) {
        *ret = !seen || strcmp(seen, newest) != 0;
        if (*ret)
            rc = store_meta_set(pull->store, "invoices_seen", newest, error);
    }
    pull_close(pull);
    free(seen);
    free(newest);
    return rc;
}

/* Whether this is the state to work with; the client is made. */
static int begin_in_store(struct pull *pull, const struct cycle_options *options,
                          struct error *error)
{
    int rc = sync_check_database(pull->config, pull->store, error); /* whose outcome is not ours */

    if (rc == 0 && options->reconcile)
        rc = store_check(pull->store, error);
    if (rc == 0)
        rc = connect_open(pull->config, &pull->odoo, error);
    if (rc == 0 && options->uid)
        odoo_assume_uid(pull->odoo, *options->uid);
    return rc;
}

/* The steps of a cycle; *ret_changed is false when nothing was to be read. */
static int run_steps(struct pull *pull, const struct cycle_options *options, bool *ret_changed,
                     struct error *error)
{
    bool may_write = !options->dry_run && pull->config->writeback.enabled;
    struct ids customers = {0};
    int rc = 0;

    if (options->if_invoices_changed && !options->lease_only)
        rc = invoices_changed(pull, ret_changed, error);
    if (rc == 0)
        rc = find_customers(pull, options, &customers, error);
    if (rc == 0 && *ret_changed)
        rc = run_pull(pull, error);
    if (rc == 0 && *ret_changed && may_write && !pull->skew.found)
        rc = push_run(pull, error);
    if (rc == 0 && *ret_changed)
        rc = targets_next(pull->store, &pull->report->has_event, &pull->report->event, error);
    free(customers.items);
    return rc;
}

/* What came of the cycle, for `status`: a misspelt name is no failure of it, nor is an order to
 * stop. */
static int end_in_store(struct pull *pull, const struct cycle_options *options,
                        const struct error *outcome, int rc, struct error *error)
{
    bool counts = rc != ERR_NOT_FOUND && rc != ERR_INTERRUPTED;

    if (counts && (rc < 0 || !pull->report->skipped))
        note_outcome(pull->store, outcome, options->reconcile && !options->n_customers);
    if (rc == ERR_SAFETY && json_array_size(pull->report->revoked))
        rc = revoked_note(pull->store, pull->report, false, error); /* after its rollback */
    if (options->uid)
        *options->uid = outcome->code ? 0 : odoo_uid(pull->odoo);
    return rc;
}

static int tell_differences(struct pull *pull, int64_t last, struct error *error)
{
    struct differences differences = {
        .store = pull->store, .report = pull->report, .first = pull->first_pulls, .error = error};
    int rc = results_audit(pull->store, 0, last, add_difference, &differences, error);

    return rc < 0 ? rc : cycle_report_name(pull->report, pull->store, error);
}

static int run_in_store(const struct config *config, const struct cycle_options *options,
                        struct store *store, struct cycle_report *report, struct error *error)
{
    struct pull pull = {.store = store,
                        .config = config,
                        .report = report,
                        .full = options->reconcile,
                        .force = options->force,
                        .patient = options->service};
    bool changed = !options->lease_only;
    struct lease_keeper keeper = {0};
    struct error outcome, problem = {0};
    int64_t last = 0;
    int rc = results_last_audit(store, &last, error);

    if (rc == 0)
        rc = begin_in_store(&pull, options, error);
    if (rc < 0)
        return rc;
    rc = cycle_lease_open(&pull, &keeper, options, error);
    if (rc == 0)
        rc = run_steps(&pull, options, &changed, error);
    report->skipped = rc == 0 && !changed;
    if (rc == 0)
        say_problems(&pull, &problem);
    outcome = rc < 0 ? *error : problem;
    rc = end_in_store(&pull, options, &outcome, rc, error);
    cycle_lease_close(&pull);
    pull_close(&pull);
    odoo_stats(pull.odoo, &report->odoo);
    odoo_free(pull.odoo);
    if (rc == 0)
        rc = tell_differences(&pull, last, error);
    report->whole = rc == 0;
    if (rc == 0 && problem.code) {
        *error = problem;
        rc = problem.code;
    }
    return rc;
}

int cycle_run(const struct config *config, const struct cycle_options *options,
              struct cycle_report *ret_report, struct error *error)
{
    int64_t began = clock_monotonic_ms();
    bool trial = options->dry_run;
    struct store_lock *lock = NULL;
    struct store *store = NULL;
    int rc = cycle_report_open(ret_report, error);

    /* A trial without a state leaves no file at all, not even a lock. */
    if (rc == 0 && (!trial || access(config->state.path, F_OK) == 0))
        rc = store_lock(config->state.path, options->reconcile ? "reconcile" : "sync",
                        options->service ? 0 : LOCK_WAIT_MS, &lock, error);
    if (rc == 0)
        rc = store_open(config->state.path, trial ? STORE_TRIAL : STORE_WRITE, &store, error);
    if (rc == 0)
        rc = run_in_store(config, options, store, ret_report, error);
    store_close(store);
    store_unlock(lock);
    ret_report->duration_ms = clock_monotonic_ms() - began;
    return rc;
}
