/* cycle.c - one cycle, in five steps: pull, compute, settle and confirm, send, read back.
 *
 *     read_and_judge   pull: reads Odoo into the mirror; compute: judges targets, computes accounts
 *                      and plans the writes that follow
 *     write_back       settle: finds out whether unanswered writes arrived; confirm: reads and
 *                      judges again the tickets that will be written to; send; read back
 *
 * The rooms of the steps do not call each other: where one needs another, the cycle passes it a
 * function. The compute step is in cycle_compute.c. */
#include "qualiodoo/cycle/cycle.h"

#include <stdlib.h>
#include <unistd.h>

#include "cycle_internal.h"
#include "cycle_order.h"
#include "cycle_outcome.h"
#include "qualiodoo/compute/revoked.h"
#include "qualiodoo/cycle/cycle_lease.h"
#include "qualiodoo/odoo/protocol.h"
#include "qualiodoo/pull/access.h"
#include "qualiodoo/pull/connect.h"
#include "qualiodoo/pull/identity.h"
#include "qualiodoo/pull/pull.h"
#include "qualiodoo/pull/settings.h"
#include "qualiodoo/store/audit.h"
#include "qualiodoo/store/lock.h"
#include "qualiodoo/store/mirror_sets.h"
#include "qualiodoo/store/targets.h"
#include "qualiodoo/store/transactions.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/log.h"
#include "qualiodoo/util/progress.h"
#include "qualiodoo/writeback/lease.h"
#include "qualiodoo/writeback/send.h"
#include "qualiodoo/writeback/shown.h"

/* How long a command waits for another cycle to finish. */
#define LOCK_WAIT_MS 60000

/* ---- Pull ---- */

/* Sets cycle->skew: with a wrong clock nothing is written. In shadow mode a wrong clock is only
 * logged. */
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

/* Whether to look again at the key and the protocol: once a day, when the service starts or got
 * over a failure, and in a command while the key is a problem: it may have been replaced. */
static bool access_is_due(const struct cycle *cycle, const struct access *noted)
{
    const struct cycle_options *options = cycle->options;
    int64_t age = clock_now() - noted->looked_at;
    char text[ACCESS_TEXT_SIZE];

    if (options->dry_run)
        return false;
    if (age < 0 || age >= SECONDS_PER_DAY)
        return true;
    return options->service ? options->login && !options->login->uid
                            : access_problem(&noted->key, clock_now(), text) != NULL;
}

static int look_at_access(struct cycle *cycle, struct error *error)
{
    struct access access;
    char text[ACCESS_TEXT_SIZE];
    const char *problem;
    int rc = access_read(cycle->pull.store, &access, error);

    if (rc < 0 || !access_is_due(cycle, &access))
        return rc;
    rc = access_look(cycle->pull.odoo, &access, error);
    if (rc == 0)
        rc = access_note(cycle->pull.store, &access, error);
    problem = rc == 0 ? access_problem(&access.key, clock_now(), text) : NULL;
    if (problem)
        log_event(&(struct log_event){.level = LOG_LEVEL_WARNING, .same_as = problem}, "%s",
                  problem);
    return rc;
}

static int pull_and_compute(struct cycle *cycle, struct error *error)
{
    const struct pull *pull = &cycle->pull;
    int rc = pull_open_and_run(&cycle->pull, error);

    if (rc == 0)
        rc = look_at_clocks(cycle, error);
    if (rc == 0)
        rc = look_at_access(cycle, error);
    if (rc < 0)
        return rc;
    cycle->writeback.flavour = pull->flavour;
    cycle->writeback.shows_rows = pull_has_model(pull, MODEL_SHOWN);
    cycle->writeback.shows_fields = pull_has_field(pull, MODEL_PARTNER, PARTNER_MINUTES) &&
                                    pull_has_field(pull, MODEL_PARTNER, PARTNER_LAST_DAY);
    return cycle_compute(cycle, NULL, error);
}

/* Pulls and computes in one transaction when the mirror is complete: readers see the state before
 * or after, and a cycle that fails or is killed leaves the balances as they were. First pulls have
 * no such transaction: each page stays, so that the next run goes on from there. */
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
    if (rc == 0) /* without its events, a breach or lost credit would be reported to nobody */
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

/* Reads and judges again the tickets that will be written to: they may have changed since. */
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
        rc = cycle_compute(cycle, tickets, error);
    if (rc == 0)
        rc = cycle_report_check(cycle->report, error);
    if (rc == 0)
        rc = store_commit(store, error);
    if (rc < 0)
        store_rollback(store);
    return rc;
}

/* Reads the records again that were written to, and the agent's notes, so that the next cycle sees
 * no difference. */
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
        rc = cycle_compute(cycle, NULL, error);
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

/* Sends the planned writes. When this agent loses the lease meanwhile, the rest waits; that is no
 * failure. */
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
    if (due)
        rc = identity_confirm(&cycle->pull, error);
    if (rc == 0 && due && lease)
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

/* ---- The whole cycle ---- */

/* Sets `error` when a complete cycle met a problem that makes it fail; else leaves its code 0. */
static void find_problem(const struct cycle *cycle, struct error *error)
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

/* Checks that the state belongs to this database and, for a reconcile, that it is intact; opens the
 * client. */
static int begin_in_store(struct cycle *cycle, struct error *error)
{
    const struct cycle_options *options = cycle->options;
    /* First, as no outcome may be saved in another database's state. */
    int rc = pull_check_database(cycle->pull.config, cycle->pull.store, error);

    if (rc == 0 && options->reconcile)
        rc = store_check(cycle->pull.store, error);
    if (rc == 0)
        rc = connect_open(cycle->pull.config, &cycle->pull.odoo, error);
    if (rc == 0 && options->service)
        odoo_set_patience(cycle->pull.odoo, 0); /* the service's schedule repeats the cycle */
    if (rc == 0 && options->login)
        odoo_assume(cycle->pull.odoo, options->login);
    return rc;
}

/* Only a forced reconcile of all customers may empty the state of another Odoo. */
static int check_identity(struct cycle *cycle, struct error *error)
{
    const struct cycle_options *options = cycle->options;

    return identity_check(&cycle->pull,
                          options->force && options->reconcile && !options->n_customers, error);
}

/* Once a cycle of the service succeeded, those after it leave out what costs calls: what changes
 * rarely, unless it is due, and the check of identity, until there is something to store or to
 * write. Another Odoo has other records: that is something to store. A command was started by
 * somebody who wants to see what is in Odoo now: it reads everything. */
static int trust(struct cycle *cycle, struct error *error)
{
    const struct cycle_options *options = cycle->options;
    bool brief = options->if_invoices_changed || options->lease_only;

    cycle->pull.trusted = options->service && options->login && options->login->uid;
    return cycle->pull.trusted ? settings_choose(&cycle->pull, brief, error)
                               : check_identity(cycle, error);
}

/* Runs the steps. *ret_changed: in, whether to read at all; out, false when there was no news. */
static int run_steps(struct cycle *cycle, bool *ret_changed, struct error *error)
{
    const struct cycle_options *options = cycle->options;
    bool may_write = !options->dry_run && cycle->pull.config->writeback.enabled;
    struct ids customers = {0};
    int rc = 0;

    if (options->if_invoices_changed && !options->lease_only)
        rc = cycle_order_is_news(&cycle->pull, ret_changed, error);
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

/* Saves the outcome for `status`. A misspelt customer and an order to stop are no failures of the
 * cycle, and are not saved. */
static int end_in_store(struct cycle *cycle, const struct error *outcome, int rc,
                        struct error *error)
{
    const struct cycle_options *options = cycle->options;
    bool counts = rc != ERR_NOT_FOUND && rc != ERR_INTERRUPTED;

    if (counts && (rc < 0 || !cycle->report->skipped))
        cycle_outcome_note(cycle->pull.store, outcome, options->reconcile && !options->n_customers);
    if (outcome->code == 0 && odoo_protocol_name(cycle->pull.odoo))
        cycle_outcome_protocol(cycle->pull.store, odoo_protocol_name(cycle->pull.odoo));
    if (rc == ERR_SAFETY && json_array_size(cycle->report->compute.revoked))
        rc = revoked_note(cycle->pull.store, &cycle->report->compute, false,
                          error); /* now: its transaction was rolled back */
    if (options->login && outcome->code)
        *options->login = (struct odoo_login){0};
    else if (options->login)
        *options->login = odoo_login(cycle->pull.odoo);
    return rc;
}

/* After each stored page: a long pull must not let the lease expire. */
static void keep_lease(void *context)
{
    lease_keep(((struct cycle *)context)->writeback.lease);
}

/* Fills the arguments that the steps share. */
static void begin(struct cycle *cycle, const struct config *config, struct store *store)
{
    const struct cycle_options *options = cycle->options;

    cycle->pull = (struct pull){.store = store,
                                .config = config,
                                .report = &cycle->report->pull,
                                .full = options->reconcile,
                                .force = options->force,
                                .stored = keep_lease,
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
    int rc = audit_last(store, &told.last_audit, error);

    if (rc == 0)
        rc = begin_in_store(cycle, error);
    if (rc < 0)
        return rc;
    cycle->writeback.odoo = cycle->pull.odoo;
    rc = trust(cycle, error);
    if (rc == 0)
        rc = cycle_lease_open(&cycle->writeback, &keeper, cycle->options, cycle->pull.quick, error);
    if (rc == 0)
        rc = run_steps(cycle, &changed, error);
    cycle->report->skipped = rc == 0 && !changed;
    if (rc == 0)
        find_problem(cycle, &problem);
    outcome = rc < 0 ? *error : problem;
    rc = end_in_store(cycle, &outcome, rc, error);
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

    /* A dry run without a state creates no file, not even the lock. */
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
