/* policy.c - makes the rules of the core from the configuration and the state: one set of rules for
 * all accounts. */
#include "qualiodoo/compute/policy.h"

#include <jansson.h>
#include <stdlib.h>

#include "qualiodoo/store/meta.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/json_build.h"

static char *tags_text(const struct config *config)
{
    json_t *list = json_array();
    char *text;

    for (size_t i = 0; i < config->tickets.n_excluded_tags; i++)
        json_build_add(&list, json_string(config->tickets.excluded_tags[i]));
    text = json_build_text(list, JSON_COMPACT);
    json_decref(list);
    return text;
}

static struct account_policy account_policy(const struct config *config)
{
    return (struct account_policy){
        .credit = {.accept_in_payment = config->credit.payment == PAYMENT_IN_PAYMENT,
                   .has_since = config->credit.has_since,
                   .since = config->credit.since,
                   .max_write_off_percent = config->credit.max_write_off_percent,
                   .money_journals = (const char *const *)config->credit.money_journals,
                   .n_money_journals = config->credit.n_money_journals},
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

/* Fills one entry for each reference and each id; returns their number. `ret_packs` NULL: counts
 * only. */
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
    policy.packs = calloc(fill_packs(config, NULL) + 1, sizeof *policy.packs);
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
        .responses = config->sla.policy.responses,
        .money_journals = policy.account.credit.money_journals,
        .n_money_journals = policy.account.credit.n_money_journals,
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
