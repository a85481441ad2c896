/* policy.c - from the configuration to the rules of the core, and the accounts computed by them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/civil.h"
#include "qualiodoo/clock.h"
#include "qualiodoo/log.h"
#include "qualiodoo/mirror.h"
#include "qualiodoo/results.h"
#include "qualiodoo/sync.h"

static char *tags_text(const struct config *config)
{
    json_t *list = json_array();
    char *text;

    for (size_t i = 0; i < config->tickets.n_excluded_tags; i++)
        json_array_append_new(list, json_string(config->tickets.excluded_tags[i]));
    text = json_dumps(list, JSON_COMPACT);
    json_decref(list);
    return text;
}

static struct account_policy account_policy(const struct config *config)
{
    return (struct account_policy){
        .credit = {.accept_in_payment = config->credit.payment == PAYMENT_IN_PAYMENT,
                   .has_since = config->credit.has_since,
                   .since = config->credit.since},
        .charge = {.step = config->credit.step,
                   .by_entry = config->credit.rounding == ROUNDING_ENTRY,
                   .from_response = config->credit.count_from == COUNT_FROM_RESPONSE,
                   .has_since = config->credit.has_since,
                   .since = config->credit.since},
        .ledger = {.validity_years = config->credit.validity.years,
                   .validity_months = config->credit.validity.months,
                   .validity_days = config->credit.validity.days,
                   .renewal_grace_days = config->credit.renewal_grace_days},
    };
}

/* One entry for each reference and each id. */
static size_t fill_packs(const struct config *config, struct facts_pack *ret_packs)
{
    size_t count = 0;

    for (size_t i = 0; i < config->credit.n_packs; i++) {
        const struct config_pack *pack = &config->credit.packs[i];

        for (size_t j = 0; j < (pack->id ? 1 : pack->n_products); j++, count++)
            if (ret_packs)
                ret_packs[count] =
                    (struct facts_pack){.product = pack->id ? NULL : pack->products[j],
                                        .id = pack->id,
                                        .pack_minutes = pack->pack_minutes};
    }
    return count;
}

int policy_open(const struct config *config, struct store *store, struct policy *ret,
                struct error *error)
{
    struct policy policy = {.account = account_policy(config)};
    char *hour_unit = NULL;
    int rc = store_meta_get(store, "hour_unit", &hour_unit, error);

    if (rc < 0)
        return rc;
    policy.excluded_tags = tags_text(config);
    policy.zone = tz_open(config->timezone);
    policy.packs = calloc(fill_packs(config, NULL), sizeof *policy.packs);
    if (!policy.excluded_tags || !policy.zone || !policy.packs) {
        free(hour_unit);
        policy_close(&policy);
        return error_memory(error);
    }
    policy.facts = (struct facts_policy){
        .packs = policy.packs,
        .n_packs = fill_packs(config, policy.packs),
        .excluded_tags = policy.excluded_tags,
        .hour_unit = hour_unit ? strtoll(hour_unit, NULL, 10) : 0,
        .with_response = policy.account.charge.from_response,
        .response_assigned = config->sla.response_assigned,
        .response_reply = config->sla.response_reply,
        .zone = policy.zone,
    };
    free(hour_unit);
    *ret = policy;
    return 0;
}

void policy_close(struct policy *policy)
{
    free(policy->packs);
    free(policy->excluded_tags);
    tz_free(policy->zone);
    *policy = (struct policy){0};
}

civil_day policy_today(const struct policy *policy)
{
    return tz_civil_day(policy->zone, clock_now());
}

/* The rules as text: when they differ from those the results were computed with, all is computed
 * again. */
static char *policy_text(const struct config *config)
{
    json_t *document = config_to_json(config), *rules;
    char *text;

    rules = json_pack("{sO sO sO sO sO}", "timesheets", json_object_get(document, "timesheets"),
                      "credit", json_object_get(document, "credit"), "tickets",
                      json_object_get(document, "tickets"), "timezone",
                      json_object_get(document, "timezone"), "sla",
                      json_object_get(json_object_get(document, "sla"), "response"));
    text = rules ? json_dumps(rules, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(rules);
    json_decref(document);
    return text;
}

static int touch_if_new_policy(struct store *store, const struct config *config, bool *ret_first,
                               struct error *error)
{
    char *text = policy_text(config), *known = NULL;
    int rc = text ? store_meta_get(store, "policy", &known, error) : error_memory(error);

    *ret_first = rc == 0 && !known;
    if (rc == 0 && (!known || strcmp(known, text) != 0)) {
        rc = known ? mirror_touch_all(store, "configuration", error) : 0;
        if (rc == 0)
            rc = store_meta_set(store, "policy", text, error);
    }
    free(text);
    free(known);
    return rc;
}

struct update {
    struct store *store;
    struct policy policy;
    struct facts *facts;
    civil_day today;
    bool first; /* of this state: what it finds is no news */
    struct cycle_report *report;
};

static void add_events(struct update *update, int64_t account, const struct results_change *change)
{
    if (update->first)
        return;
    if (change->credited > 0)
        cycle_report_event(update->report, "credited", 0, account, change->credited);
    if (change->consumed > 0)
        cycle_report_event(update->report, "consumed", 0, account, change->consumed);
    if (change->expired > 0)
        cycle_report_event(update->report, "expired", 0, account, change->expired);
}

static int update_account(struct update *update, int64_t account, struct error *error)
{
    const struct account_facts *facts;
    struct account_result result;
    struct results_change change = {0};
    int rc =
        facts_load(update->facts, update->store, &update->policy.facts, account, &facts, error);

    if (rc == 0)
        rc = account_compute(facts, &update->policy.account, update->today, &result, error);
    if (rc < 0)
        return error_prefix(error, "account %lld", (long long)account);
    rc = results_save(update->store, account, update->today, &result, "the calendar", &change,
                      error);
    account_result_free(&result);
    update->report->accounts_recomputed++;
    cycle_note_progress();
    if (change.changed)
        json_array_append_new(update->report->accounts_changed, json_integer(account));
    if (rc == 0)
        add_events(update, account, &change);
    return rc;
}

/* Accounts with a result but no fact left. */
static int remove_empty(struct update *update, const struct ids *living, struct error *error)
{
    struct ids stored = {0};
    int rc = results_accounts(update->store, &stored, error);

    for (size_t i = 0; i < stored.count && rc == 0; i++) {
        bool changed = false;

        if (ids_contain(living->items, living->count, stored.items[i]))
            continue;
        rc = results_remove(update->store, stored.items[i], "no fact left", &changed, error);
        if (changed)
            json_array_append_new(update->report->accounts_changed, json_integer(stored.items[i]));
    }
    free(stored.items);
    return rc;
}

static int update_all(struct update *update, struct error *error)
{
    struct ids changed = {0}, living = {0};
    bool all = false;
    int rc = facts_changed_accounts(update->store, update->today, &changed, &all, error);

    if (rc == 0 && (all || changed.count))
        rc = facts_accounts(update->store, &living, error);
    for (size_t i = 0; i < changed.count && rc == 0; i++) {
        if (!ids_contain(living.items, living.count, changed.items[i]))
            continue;
        rc = update_account(update, changed.items[i], error);
        if (i % 256 == 0 && changed.count > 1000)
            log_progress("accounts", (int64_t)i, (int64_t)changed.count);
        if (rc == 0 && cycle_interrupted(NULL))
            rc = error_set(error, ERR_INTERRUPTED, "interrupted; the next run goes on from there");
    }
    log_progress_end();
    if (rc == 0 && (all || changed.count))
        rc = remove_empty(update, &living, error);
    if (rc == 0)
        rc = results_changes_done(update->store, error);
    free(changed.items);
    free(living.items);
    return rc;
}

int accounts_update(struct store *store, const struct config *config, civil_day today,
                    struct cycle_report *report, struct error *error)
{
    struct update update = {.store = store, .today = today, .report = report};
    int rc = policy_open(config, store, &update.policy, error);

    if (rc < 0)
        return rc;
    update.facts = facts_new();
    rc = update.facts ? store_begin(store, error) : error_memory(error);
    if (rc == 0) {
        rc = touch_if_new_policy(store, config, &update.first, error);
        if (rc == 0)
            rc = update_all(&update, error);
        if (rc == 0)
            rc = store_commit(store, error);
        if (rc < 0)
            store_rollback(store);
    }
    facts_free(update.facts);
    policy_close(&update.policy);
    return rc;
}
