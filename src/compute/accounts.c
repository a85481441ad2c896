/* accounts.c - computes and stores the accounts that changed. */
#include "qualiodoo/compute/accounts.h"

#include <stdlib.h>
#include <string.h>

#include "qualiodoo/compute/policy.h"
#include "qualiodoo/compute/revoked.h"
#include "qualiodoo/config/config_show.h"
#include "qualiodoo/store/evidence.h"
#include "qualiodoo/store/facts_changed.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/store/mirror.h"
#include "qualiodoo/store/results.h"
#include "qualiodoo/store/review.h"
#include "qualiodoo/store/transactions.h"
#include "qualiodoo/util/array.h"
#include "qualiodoo/util/heartbeat.h"
#include "qualiodoo/util/interrupt.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/progress.h"

/* The rules of the configuration as JSON: another text computes every account again. */
static char *policy_text(const struct config *config)
{
    json_t *document = config_to_json(config), *rules;
    char *text;

    rules = json_pack("{sO sO sO sO sO}", "timesheets", json_object_get(document, "timesheets"),
                      "credit", json_object_get(document, "credit"), "tickets",
                      json_object_get(document, "tickets"), "timezone",
                      json_object_get(document, "timezone"), "sla",
                      json_object_get(json_object_get(document, "sla"), "response"));
    if (rules && config->credit.adjustments == ADJUSTMENTS_NOTE) /* only the agent's notes count */
        json_build_set(&rules, "login", json_string(config->odoo.login));
    text = json_build_text(rules, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(rules);
    json_decref(document);
    return text;
}

struct update {
    struct store *store;
    struct policy policy;
    struct facts *facts;
    const struct accounts_order *order;
    char *rules_before, *rules_now; /* policy_text(); rules_before NULL: this state is new */
    bool words_changed;             /* a tag or a unit: see facts_changed_words() */
    struct ids others; /* accounts that other changes touch too; only with words_changed */
    struct balance_change *changes; /* of the accounts that changed; keep_evidence() sorts it */
    size_t n_changes, changes_size;
    struct compute_report *report;
};

/* After an upgrade every account is computed again: the rules may be read otherwise. */
static int touch_if_upgraded(struct store *store, struct error *error)
{
    bool same = false;
    int rc = revoked_same_version(store, &same, error);

    return rc < 0 || same ? rc : mirror_touch_all(store, "upgrade", error);
}

static int touch_if_new_policy(struct update *update, const struct config *config,
                               struct error *error)
{
    int rc = store_meta_get(update->store, "policy", &update->rules_before, error);

    update->rules_now = policy_text(config);
    if (rc < 0)
        return rc;
    if (!update->rules_now)
        return error_memory(error);
    if (update->rules_before)
        rc = touch_if_upgraded(update->store, error);
    if (rc < 0 || (update->rules_before && strcmp(update->rules_before, update->rules_now) == 0))
        return rc;
    if (update->rules_before)
        rc = mirror_touch_all(update->store, "configuration", error);
    return rc < 0 ? rc : store_meta_set(update->store, "policy", update->rules_now, error);
}

/* Whether more is charged to the account although nobody worked for it: the configuration or a word
 * of Odoo changed. With a new configuration work of the same cycle cannot be told apart. */
static bool is_charged_by_words(const struct update *update, int64_t account)
{
    if (update->rules_before && strcmp(update->rules_before, update->rules_now) != 0)
        return true;
    return update->words_changed &&
           !ids_contain(update->others.items, update->others.count, account);
}

static int note_change(struct update *update, int64_t account, const struct results_change *change,
                       struct error *error)
{
    struct results_change loss = *change;

    if (!change->changed)
        return 0;
    if (ARRAY_RESERVE(update->changes, update->changes_size, update->n_changes + 1) < 0)
        return error_memory(error);
    update->changes[update->n_changes++] =
        (struct balance_change){account, change->before, change->after};
    json_build_add(&update->report->accounts_changed, json_integer(account));
    if (is_charged_by_words(update, account))
        loss.consumed = 0;
    compute_report_lost(update->report, account, &loss);
    return 0;
}

static void add_events(struct update *update, int64_t account, const struct results_change *change)
{
    if (!update->rules_before)
        return; /* a new state finds history, no events */
    if (change->credited > 0)
        compute_report_event(update->report, "credited", 0, account, change->credited);
    if (change->consumed > 0)
        compute_report_event(update->report, "consumed", 0, account, change->consumed);
    if (change->expired > 0)
        compute_report_event(update->report, "expired", 0, account, change->expired);
}

static int update_account(struct update *update, int64_t account, struct error *error)
{
    const struct account_facts *facts;
    struct account_result result;
    const struct results_new computed = {.account = account,
                                         .today = update->order->today,
                                         .result = &result,
                                         .why = "the calendar"};
    struct results_change change = {0};
    int rc = facts_load(update->facts, account, &facts, error);

    if (rc == 0)
        rc = account_compute(facts, &update->policy.account, update->order->today, &result, error);
    if (rc < 0)
        return error_prefix(error, "account %lld", (long long)account);
    rc = results_save(update->store, &computed, &change, error);
    account_result_free(&result);
    update->report->accounts_recomputed++;
    heartbeat_beat();
    if (rc == 0)
        rc = note_change(update, account, &change, error);
    if (rc == 0)
        add_events(update, account, &change);
    return rc;
}

/* Removes the results of those accounts that have no fact left. */
static int remove_empty(struct update *update, const struct ids *accounts, const struct ids *living,
                        struct error *error)
{
    int rc = 0;

    for (size_t i = 0; i < accounts->count && rc == 0; i++) {
        struct results_change change = {0};

        if (ids_contain(living->items, living->count, accounts->items[i]))
            continue;
        rc = results_remove(update->store, accounts->items[i], "no fact left", &change, error);
        if (rc == 0)
            rc = note_change(update, accounts->items[i], &change, error);
    }
    return rc;
}

/* The same of all accounts. */
static int remove_all_empty(struct update *update, const struct ids *living, struct error *error)
{
    struct ids stored = {0};
    int rc = results_accounts(update->store, &stored, error);

    if (rc == 0)
        rc = remove_empty(update, &stored, living, error);
    free(stored.items);
    return rc;
}

static int update_each(struct update *update, const struct ids *changed, const struct ids *living,
                       struct error *error)
{
    int rc = 0;

    progress_step("computing");
    for (size_t i = 0; i < changed->count && rc == 0; i++) {
        progress_count("accounts", (int64_t)i, (int64_t)changed->count);
        if (!ids_contain(living->items, living->count, changed->items[i]))
            continue;
        rc = update_account(update, changed->items[i], error);
        if (rc == 0)
            rc = interrupt_check(error);
    }
    return rc;
}

static int compare_change(const void *a, const void *b)
{
    int64_t x = ((const struct balance_change *)a)->account;
    int64_t y = ((const struct balance_change *)b)->account;

    return (x > y) - (x < y);
}

/* After all accounts were computed: fails when that would revoke credit, else saves the evidence of
 * their lots. */
static int keep_evidence(struct update *update, const struct ids *computed, bool all,
                         struct error *error)
{
    struct revocation revocation = {.store = update->store,
                                    .order = update->order,
                                    .computed = all ? NULL : computed,
                                    .rules_before = update->rules_before,
                                    .rules_now = update->rules_now,
                                    .report = update->report};
    int rc;

    if (update->n_changes)
        qsort(update->changes, update->n_changes, sizeof *update->changes, compare_change);
    revocation.changes = update->changes;
    revocation.n_changes = update->n_changes;
    rc = revoked_check(&revocation, error);
    for (size_t i = 0; i < computed->count && rc == 0; i++)
        rc = evidence_keep(update->store, computed->items[i], error);
    return rc < 0 ? rc : evidence_forget(update->store, revocation.computed, error);
}

static int update_all(struct update *update, struct error *error)
{
    struct ids changed = {0}, living = {0};
    bool all = false;
    int rc = facts_changed_accounts(update->store, update->order->today, &changed, &all, error);

    if (rc == 0)
        rc = facts_changed_words(update->store, update->order->today, &update->words_changed,
                                 &update->others, error);
    if (rc == 0 && (all || changed.count)) {
        rc = all ? facts_accounts(update->store, &living, error)
                 : facts_living(update->store, &changed, &living, error);
        if (rc == 0)
            rc = update_each(update, &changed, &living, error);
        if (rc == 0)
            rc = all ? remove_all_empty(update, &living, error)
                     : remove_empty(update, &changed, &living, error);
        if (rc == 0)
            rc = keep_evidence(update, &changed, all, error);
    }
    if (rc == 0)
        rc = revoked_keep_words(update->store, error);
    if (rc == 0)
        rc = results_changes_done(update->store, error);
    free(changed.items);
    free(living.items);
    return rc;
}

static int update_in_transaction(struct update *update, const struct config *config,
                                 struct error *error)
{
    struct compute_report_mark mark = compute_report_mark(update->report);
    int rc = store_begin(update->store, error);

    if (rc < 0)
        return rc;
    rc = touch_if_new_policy(update, config, error);
    if (rc == 0)
        rc = update_all(update, error);
    if (rc == 0)
        rc = store_commit(update->store, error);
    if (rc < 0) {
        store_rollback(update->store);
        compute_report_undo(update->report, mark);
    }
    return rc;
}

int accounts_update(struct store *store, const struct config *config,
                    const struct accounts_order *order, struct compute_report *report,
                    struct error *error)
{
    struct update update = {.store = store, .order = order, .report = report};
    int rc = review_note_hidden(store, error);

    if (rc == 0)
        rc = policy_open(config, store, &update.policy, error);
    if (rc < 0)
        return rc;
    json_array_clear(report->revoked);
    json_array_clear(report->revoked_because);
    update.facts = facts_new(store, &update.policy.facts);
    rc = update.facts ? update_in_transaction(&update, config, error) : error_memory(error);
    facts_free(update.facts);
    free(update.rules_before);
    free(update.rules_now);
    free(update.others.items);
    free(update.changes);
    policy_close(&update.policy);
    return rc;
}
