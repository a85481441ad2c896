/* cycle_compute.c - the compute step of a cycle: response targets, accounts, and the writes that
 * follow from them. */
#include "cycle_internal.h"

#include "qualiodoo/compute/judge.h"
#include "qualiodoo/compute/policy.h"
#include "qualiodoo/compute/revoked.h"
#include "qualiodoo/pull/history.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/log.h"
#include "qualiodoo/writeback/alerts.h"
#include "qualiodoo/writeback/breaches.h"
#include "qualiodoo/writeback/shown.h"

/* What the functions that judge_targets() calls work on. */
struct planning {
    struct cycle *cycle;
    struct breaches *breaches; /* opened for the first verdict: most cycles judge no ticket */
};

static int ask_history(void *context, const struct ids *tickets, struct error *error)
{
    struct planning *planning = context;

    return history_ask(&planning->cycle->pull, tickets, error);
}

static int open_breaches(struct planning *planning, struct error *error)
{
    return planning->breaches
               ? 0
               : breaches_open(&planning->cycle->writeback, &planning->breaches, error);
}

static int plan_breach(void *context, const struct target_judged *judged, struct error *error)
{
    struct planning *planning = context;
    struct compute_report *report = &planning->cycle->report->compute;
    bool cleared = false;
    int rc = open_breaches(planning, error);

    if (rc == 0)
        rc = breaches_plan(planning->breaches, judged, &cleared, error);
    if (rc == 0 && cleared) {
        report->breaches_cleared++;
        compute_report_event(report, "cleared", judged->target->ticket->id, 0, 0);
    }
    return rc;
}

static int withdraw(void *context, int64_t ticket, struct error *error)
{
    struct planning *planning = context;
    int rc = open_breaches(planning, error);

    return rc < 0 ? rc : breaches_withdraw(planning->breaches, ticket, error);
}

/* Judges targets; the writes that a verdict calls for are planned in the same transaction. */
static int compute_targets(struct cycle *cycle, const struct ids *also, struct error *error)
{
    struct planning planning = {.cycle = cycle};
    struct judging judging = {.store = cycle->pull.store,
                              .config = cycle->pull.config,
                              .hides_responses = cycle->pull.flavour->hides_responses,
                              .report = &cycle->report->compute,
                              .is_history = cycle->pull.first_pulls,
                              .wrong_clock = cycle->skew.found,
                              .context = &planning,
                              .ask_history = ask_history,
                              .judged = plan_breach,
                              .withdrawn = withdraw};
    int64_t began = clock_monotonic_ms();
    int rc = history_retry(&cycle->pull, error);

    if (rc == 0)
        rc = judge_targets(&judging, also, error);
    breaches_free(planning.breaches);
    if (judging.judged_any)
        cycle->problem = judging.problem;
    if (rc == 0)
        log_step("judged response targets: %lld ms", (long long)(clock_monotonic_ms() - began));
    return rc;
}

/* *ret_today: the day for which accounts were computed. */
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

int cycle_compute(struct cycle *cycle, const struct ids *also, struct error *error)
{
    struct compute_report *report = &cycle->report->compute;
    civil_day today = 0;
    int rc = compute_targets(cycle, also, error);

    if (rc == 0)
        rc = compute_accounts(cycle, &today, error);
    if (rc == ERR_SAFETY && cycle->options->service && json_array_size(report->revoked)) {
        /* The accounts stay as they were; the service goes on with what does not depend on them. */
        cycle->problem = *error;
        rc = revoked_note(cycle->pull.store, report, true, error);
        return rc == ERR_SAFETY ? 0 : rc;
    }
    if (rc == 0)
        rc = shown_update(&cycle->writeback, error);
    /* With a wrong clock, "today" may be wrong, and a planned alert is not judged again later. */
    if (rc < 0 || cycle->skew.found)
        return rc;
    return alerts_update(&cycle->writeback, report->accounts_changed, today, error);
}
