/* cycle.c - one cycle, in five steps: pull, compute, settle and confirm, send, read back.
 *
 *     read_and_judge   pull: Odoo into the mirror; compute: targets and accounts, and what Odoo is
 *                      to be told of them
 *     write_back       settle: what was cut off; confirm: the tickets that something is to be
 *                      written about are read and judged again; send; read back
 *
 * No step calls another: what one needs of another is given to it as a function. */
#include "qualiodoo/cycle/cycle.h"

#include <stdlib.h>
#include <unistd.h>

#include "cycle_order.h"
#include "cycle_outcome.h"
#include "qualiodoo/compute/judge.h"
#include "qualiodoo/compute/policy.h"
#include "qualiodoo/compute/revoked.h"
#include "qualiodoo/cycle/cycle_lease.h"
#include "qualiodoo/cycle/cycle_report.h"
#include "qualiodoo/pull/connect.h"
#include "qualiodoo/pull/history.h"
#include "qualiodoo/pull/identity.h"
#include "qualiodoo/pull/pull.h"
#include "qualiodoo/pull/skew.h"
#include "qualiodoo/store/mirror.h"
#include "qualiodoo/store/results.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/log.h"
#include "qualiodoo/util/progress.h"
#include "qualiodoo/writeback/alerts.h"
#include "qualiodoo/writeback/breaches.h"
#include "qualiodoo/writeback/lease.h"
#include "qualiodoo/writeback/send.h"
#include "qualiodoo/writeback/shown.h"

/* How long a cycle waits for another one to finish. */
#define LOCK_WAIT_MS 60000

/* One cycle, and what its steps share. */
struct cycle {
    const struct cycle_options *options;
    struct cycle_report *report;
    struct pull pull;
    struct writeback writeback;
    struct breaches *breaches; /* while targets are judged */
    struct skew skew;          /* of the clocks */
    struct error problem;      /* a working calendar that cannot be used, credit that a changed word
                                  would revoke; code 0: none */
};

/* ---- Compute ---- */

static int ask_history(void *context, const struct ids *tickets, struct error *error)
{
    struct cycle *cycle = context;

    return history_ask(&cycle->pull, tickets, error);
}

static int plan_breach(void *context, const struct target_judged *judged, struct error *error)
{
    struct cycle *cycle = context;
    bool cleared = false;
    int rc = breaches_plan(cycle->breaches, judged, &cleared, error);

    if (rc == 0 && cleared) {
        cycle->report->compute.breaches_cleared++;
        compute_report_event(&cycle->report->compute, "cleared", judged->target->ticket->id, 0, 0);
    }
    return rc;
}

static int withdraw(void *context, int64_t ticket, struct error *error)
{
    struct cycle *cycle = context;

    return breaches_withdraw(cycle->breaches, ticket, error);
}

/* What is judged of a ticket is planned for Odoo at once, in the same transaction. */
static int compute_targets(struct cycle *cycle, const struct ids *also, struct error *error)
{
    struct judging judging = {.store = cycle->pull.store,
                              .config = cycle->pull.config,
                              .hides_responses = cycle->pull.flavour->hides_responses,
                              .report = &cycle->report->compute,
                              .is_history = cycle->pull.first_pulls,
                              .wrong_clock = cycle->skew.found,
                              .context = cycle,
                              .ask_history = ask_history,
                              .judged = plan_breach,
                              .withdrawn = withdraw};
    int64_t began = clock_monotonic_ms();
    int rc = history_retry(&cycle->pull, error);

    if (rc == 0)
        rc = breaches_open(&cycle->writeback, &cycle->breaches, error);
    if (rc == 0)
        rc = judge_targets(&judging, also, error);
    breaches_free(cycle->breaches);
    cycle->breaches = NULL;
    if (judging.judged_any)
        cycle->problem = judging.problem;
    if (rc == 0)
        log_step("judged response targets: %lld ms", (long long)(clock_monotonic_ms() - began));
    return rc;
}

/* *ret_today: the day they were computed for. */
static int compute_accounts(struct cycle *cycle, civil_day *ret_today, struct error *error)
{
    const struct pull *pull = &cycle->pull;
    struct compute_report *report = &cycle->report->compute;
    struct accounts_order order = {
        .force = pull->force, .customers = pull->customers, .n_customers = pull->n_customers};
    int64_t began = clock_monotonic_ms();
    struct policy policy;
    int rc = policy_open(pull->config, pull->store, &policy, error);

    if (rc < 0)
        return rc;
    *ret_today = order.today = policy_today(&policy);
    policy_close(&policy);
    rc = accounts_update(pull->store, pull->config, &order, report, error);
    if (rc == 0)
        log_step("computed %lld accounts: %lld ms", (long long)report->accounts_recomputed,
                 (long long)(clock_monotonic_ms() - began));
    return rc;
}

/* Computes what the pulled changes touch: targets (with those of `also`, which may be NULL), then
 * accounts; and plans what Odoo is to be told of them. */
static int compute(struct cycle *cycle, const struct ids *also, struct error *error)
{
    struct compute_report *report = &cycle->report->compute;
    civil_day today = 0;
    int rc = compute_targets(cycle, also, error);

    if (rc == 0)
        rc = compute_accounts(cycle, &today, error);
    if (rc == ERR_SAFETY && cycle->options->service && json_array_size(report->revoked)) {
        /* The service goes on with what does not depend on the accounts: they stay as they were. */
        cycle->problem = *error;
        rc = revoked_note(cycle->pull.store, report, true, error);
        return rc == ERR_SAFETY ? 0 : rc;
    }
    if (rc == 0)
        rc = shown_update(&cycle->writeback, error);
    /* With a wrong clock, today is another day: what an alert says cannot be judged again later. */
    if (rc < 0 || cycle->skew.found)
        return rc;
    return alerts_update(&cycle->writeback, report->accounts_changed, today, error);
}

/* ---- Pull ---- */

/* Whether what is computed now may be written. */
static int look_at_clocks(struct cycle *cycle, struct error *error)
{
    struct error problem;
    int rc = skew_look(cycle->pull.odoo, &cycle->skew, error);

    if (rc == 0)
        rc = skew_note(cycle->pull.store, &cycle->skew, error);
    if (rc == 0 && cycle->skew.found && !cycle->pull.config->writeback.enabled) {
        skew_error(&cycle->skew, &problem);
        log_event(&(struct log_event){.level = LOG_LEVEL_WARNING, .same_as = problem.message}, "%s",
                  problem.message);
    }
    return rc;
}

static int pull_and_compute(struct cycle *cycle, struct error *error)
{
    const struct pull *pull = &cycle->pull;
    int rc = pull_open_and_run(&cycle->pull, error);

    if (rc == 0)
        rc = look_at_clocks(cycle, error);
    if (rc < 0)
        return rc;
    cycle->writeback.flavour = pull->flavour;
    cycle->writeback.shows_rows = pull_has_model(pull, MODEL_SHOWN);
    cycle->writeback.shows_fields = pull_has_field(pull, MODEL_PARTNER, PARTNER_MINUTES) &&
                                    pull_has_field(pull, MODEL_PARTNER, PARTNER_LAST_DAY);
    return compute(cycle, NULL, error);
}

/* A complete mirror goes from one consistent state to the next in one transaction: readers see the
 * one or the other, and a cycle that fails or is killed leaves the balances as they were. Only
 * first pulls keep each page, to go on from there. */
static int read_and_judge(struct cycle *cycle, struct error *error)
{
    const struct pull *pull = &cycle->pull;
    bool complete = false;
    int rc = mirror_is_complete(pull->store, &complete, error);

    if (rc < 0 || !complete)
        return rc < 0 ? rc : pull_and_compute(cycle, error);
    rc = store_begin(pull->store, error);
    if (rc < 0)
        return rc;
    if (pull->full && !pull->n_customers)
        rc = mirror_unreadable_forget(pull->store, error);
    if (rc == 0)
        rc = pull_and_compute(cycle, error);
    if (rc == 0) /* else a breach or a lost credit would be told to nobody */
        rc = cycle_report_check(cycle->report, error);
    if (rc == 0)
        rc = store_commit(pull->store, error);
    if (rc < 0) {
        store_rollback(pull->store);
        compute_report_undo_events(&cycle->report->compute, 0);
    }
    return rc;
}

/* ---- Write back ---- */

/* The last word before a flag: what is to be written about is read again, and judged again. */
static int confirm(struct cycle *cycle, const struct ids *tickets, struct error *error)
{
    struct store *store = cycle->pull.store;
    int rc;

    if (!tickets->count)
        return 0;
    rc = store_begin(store, error);
    if (rc < 0)
        return rc;
    rc = pull_tickets(&cycle->pull, tickets, error);
    if (rc == 0)
        rc = compute(cycle, tickets, error);
    if (rc == 0)
        rc = cycle_report_check(cycle->report, error);
    if (rc == 0)
        rc = store_commit(store, error);
    if (rc < 0)
        store_rollback(store);
    return rc;
}

/* What was written to, and the notes: so that the next cycle sees no difference. */
static int read_back(struct cycle *cycle, const struct send_touched *touched, struct error *error)
{
    struct store *store = cycle->pull.store;
    struct compute_report *report = &cycle->report->compute;
    const struct pull_written written = {
        .tickets = &touched->tickets, .partners = &touched->partners, .shown = &touched->accounts};
    size_t events = json_array_size(report->events);
    int rc;

    if (!touched->tickets.count && !touched->partners.count && !touched->accounts.count)
        return 0;
    rc = store_begin(store, error);
    if (rc < 0)
        return rc;
    rc = pull_read_back(&cycle->pull, &written, error);
    if (rc == 0)
        rc = compute(cycle, NULL, error);
    if (rc == 0)
        rc = cycle_report_check(cycle->report, error);
    if (rc == 0)
        rc = store_commit(store, error);
    if (rc < 0) {
        store_rollback(store);
        compute_report_undo_events(report, events);
    }
    return rc;
}

/* Duty that ends in the middle is no failure: the rest waits. */
static int send_on_duty(struct cycle *cycle, struct send *send, struct error *error)
{
    struct lease_keeper *lease = cycle->writeback.lease;
    int rc;

    lease_guard(lease, true);
    rc = send_settle(send, error);
    if (rc == 0)
        rc = confirm(cycle, send_tickets(send), error);
    if (rc == 0)
        rc = send_rows(send, error);
    lease_guard(lease, false);
    if (rc == ERR_BUSY && lease && lease->in_use && !lease_permits(lease)) {
        log_warning("%s", error->message);
        rc = 0;
    }
    return rc < 0 ? rc : read_back(cycle, send_touched(send), error);
}

static int write_back(struct cycle *cycle, struct error *error)
{
    const struct writeback_report *report = &cycle->report->writeback;
    struct lease_keeper *lease = cycle->writeback.lease;
    int64_t began = clock_monotonic_ms();
    struct send *send = NULL;
    bool duty = true, due;
    int rc = send_open(&cycle->writeback, &send, error);

    due = rc == 0 && send_count(send);
    if (due && lease)
        rc = lease_take(lease, !cycle->options->service, &duty, error);
    if (rc == 0 && due)
        rc = duty ? send_on_duty(cycle, send, error) : send_stand_by(send, error);
    if (rc == 0 && due)
        log_step("wrote into Odoo: %lld writes sent, %lld refused, %lld ms",
                 (long long)report->sent, (long long)report->refused,
                 (long long)(clock_monotonic_ms() - began));
    send_close(send);
    return rc;
}

/* ---- What is asked for ---- */

/* What did not stop the work, and is no success either. */
static void say_problems(const struct cycle *cycle, struct error *error)
{
    if (cycle->report->writeback.refused)
        error_set(error, ERR_REFUSED,
                  "Odoo refused %lld of the writes: 'qualiodoo outbox' says why, and how to "
                  "go on",
                  (long long)cycle->report->writeback.refused);
    else if (cycle->skew.found && cycle->pull.config->writeback.enabled)
        skew_error(&cycle->skew, error);
    else if (cycle->problem.code)
        *error = cycle->problem;
}

/* Whether this is the state to work with; the client is made. */
static int begin_in_store(struct cycle *cycle, const struct cycle_options *options,
                          struct error *error)
{
    int rc = pull_check_database(cycle->pull.config, cycle->pull.store,
                                 error); /* whose outcome is not ours */

    if (rc == 0 && options->reconcile)
        rc = store_check(cycle->pull.store, error);
    if (rc == 0)
        rc = connect_open(cycle->pull.config, &cycle->pull.odoo, error);
    if (rc == 0 && options->service)
        odoo_set_patience(cycle->pull.odoo, 0); /* the schedule of the service is its patience */
    if (rc == 0 && options->uid)
        odoo_assume_uid(cycle->pull.odoo, *options->uid);
    return rc;
}

/* Only an order about everybody may forget what is kept of another Odoo. */
static int check_identity(struct cycle *cycle, struct error *error)
{
    const struct cycle_options *options = cycle->options;

    return identity_check(&cycle->pull,
                          options->force && options->reconcile && !options->n_customers, error);
}

/* A look for news, or after the lease, costs no call for that: an earlier cycle of this process was
 * sure of this Odoo, and another one has other invoices, so that it is news. */
static bool trusts_identity(const struct cycle_options *options)
{
    return (options->if_invoices_changed || options->lease_only) && options->uid && *options->uid;
}

/* The steps of a cycle; *ret_changed is false when nothing was to be read. */
static int run_steps(struct cycle *cycle, const struct cycle_options *options, bool *ret_changed,
                     struct error *error)
{
    bool may_write = !options->dry_run && cycle->pull.config->writeback.enabled;
    struct ids customers = {0};
    int rc = 0;

    if (options->if_invoices_changed && !options->lease_only)
        rc = cycle_order_is_news(&cycle->pull, ret_changed, error);
    if (rc == 0 && *ret_changed && trusts_identity(options))
        rc = check_identity(cycle, error);
    if (rc == 0)
        rc = cycle_order_customers(&cycle->pull, options, &customers, error);
    if (rc == 0 && *ret_changed)
        rc = read_and_judge(cycle, error);
    if (rc == 0 && *ret_changed && may_write && !cycle->skew.found)
        rc = write_back(cycle, error);
    if (rc == 0 && *ret_changed)
        rc = targets_next(cycle->pull.store, &cycle->report->has_event, &cycle->report->event,
                          error);
    free(customers.items);
    return rc;
}

/* What came of the cycle, for `status`: a misspelt name is no failure of it, nor is an order to
 * stop. */
static int end_in_store(struct cycle *cycle, const struct cycle_options *options,
                        const struct error *outcome, int rc, struct error *error)
{
    bool counts = rc != ERR_NOT_FOUND && rc != ERR_INTERRUPTED;

    if (counts && (rc < 0 || !cycle->report->skipped))
        cycle_outcome_note(cycle->pull.store, outcome, options->reconcile && !options->n_customers);
    if (rc == ERR_SAFETY && json_array_size(cycle->report->compute.revoked))
        rc = revoked_note(cycle->pull.store, &cycle->report->compute, false,
                          error); /* after its rollback */
    if (options->uid)
        *options->uid = outcome->code ? 0 : odoo_uid(cycle->pull.odoo);
    return rc;
}

static void note_page(void *context)
{
    lease_keep(((struct cycle *)context)->writeback.lease);
}

/* Gives every step what it needs to know of this cycle. */
static void begin(struct cycle *cycle, const struct config *config, struct store *store)
{
    const struct cycle_options *options = cycle->options;

    cycle->pull = (struct pull){.store = store,
                                .config = config,
                                .report = &cycle->report->pull,
                                .full = options->reconcile,
                                .force = options->force,
                                .stored = note_page,
                                .context = cycle};
    cycle->writeback = (struct writeback){.store = store,
                                          .config = config,
                                          .report = &cycle->report->writeback,
                                          .patient = options->service,
                                          .force = options->force};
}

static void end(struct cycle *cycle)
{
    cycle_lease_close(&cycle->writeback, cycle->report);
    pull_close(&cycle->pull);
    odoo_stats(cycle->pull.odoo, &cycle->report->odoo);
    odoo_free(cycle->pull.odoo);
}

static int run_in_store(struct cycle *cycle, struct error *error)
{
    struct store *store = cycle->pull.store;
    bool changed = !cycle->options->lease_only;
    struct lease_keeper keeper = {0};
    struct error outcome, problem = {0};
    struct cycle_outcome told = {.store = store};
    int rc = results_last_audit(store, &told.last_audit, error);

    if (rc == 0)
        rc = begin_in_store(cycle, cycle->options, error);
    if (rc < 0)
        return rc;
    cycle->writeback.odoo = cycle->pull.odoo;
    if (!trusts_identity(cycle->options))
        rc = check_identity(cycle, error);
    if (rc == 0)
        rc = cycle_lease_open(&cycle->writeback, &keeper, cycle->options, error);
    if (rc == 0)
        rc = run_steps(cycle, cycle->options, &changed, error);
    cycle->report->skipped = rc == 0 && !changed;
    if (rc == 0)
        say_problems(cycle, &problem);
    outcome = rc < 0 ? *error : problem;
    rc = end_in_store(cycle, cycle->options, &outcome, rc, error);
    told.first_pulls = cycle->pull.first_pulls;
    end(cycle);
    if (rc == 0)
        rc = cycle_outcome_tell(cycle->report, &told, error);
    cycle->report->whole = rc == 0;
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
    struct cycle cycle = {.options = options, .report = ret_report};
    bool trial = options->dry_run;
    struct store_lock *lock = NULL;
    struct store *store = NULL;
    int rc = cycle_report_open(ret_report, error);

    /* A trial without a state leaves no file at all, not even a lock. */
    if (rc == 0 && (!trial || access(config->state.path, F_OK) == 0))
        rc = store_lock(config->state.path, options->reconcile ? "reconcile" : "sync",
                        options->service ? 0 : LOCK_WAIT_MS, &lock, error);
    progress_step("opening the state");
    if (rc == 0)
        rc = store_open(config->state.path, trial ? STORE_TRIAL : STORE_WRITE, &store, error);
    if (rc == 0)
        begin(&cycle, config, store);
    if (rc == 0)
        rc = run_in_store(&cycle, error);
    store_close(store);
    store_unlock(lock);
    progress_end();
    ret_report->duration_ms = clock_monotonic_ms() - began;
    return rc;
}
