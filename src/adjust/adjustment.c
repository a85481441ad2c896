/* adjustment.c - adds or removes credit by hand: writes into Odoo first, then updates the state.
 *
 * adjustment_remote.c looks the key up in Odoo and writes. Then the adjustments are pulled and the
 * accounts computed. When that fails, the adjustment stays in Odoo, and the message says so. */
#include "qualiodoo/adjust/adjustment.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "adjustment_remote.h"
#include "qualiodoo/compute/accounts.h"
#include "qualiodoo/compute/policy.h"
#include "qualiodoo/core/account.h"
#include "qualiodoo/odoo/session.h"
#include "qualiodoo/pull/connect.h"
#include "qualiodoo/pull/identity.h"
#include "qualiodoo/pull/pull.h"
#include "qualiodoo/pull/record.h"
#include "qualiodoo/pull/skew.h"
#include "qualiodoo/store/facts.h"
#include "qualiodoo/store/lock.h"
#include "qualiodoo/store/lookup.h"
#include "qualiodoo/store/mirror_sets.h"
#include "qualiodoo/store/transactions.h"
#include "qualiodoo/util/civil.h"

enum { LOCK_WAIT_MS = 60000, KEY_BYTES = 16 };

/* ---- Before Odoo is asked ---- */

int adjustment_key(char key[ADJUSTMENT_KEY_SIZE], struct error *error)
{
    unsigned char bytes[KEY_BYTES];
    ssize_t length;

    do
        length = getrandom(bytes, sizeof bytes, 0);
    while (length < 0 && errno == EINTR);
    if (length != (ssize_t)sizeof bytes)
        return error_set(error, ERR_STATE, "the system gives no random numbers: %s",
                         strerror(errno));
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(key + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}

static int check_key(const char *key, struct error *error)
{
    size_t length =
        strspn(key, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_");

    if (length == 0 || length >= ADJUSTMENT_KEY_SIZE || key[length] != '\0')
        return error_set(
            error, ERR_USAGE,
            "--key: found '%.80s', expected the key that an earlier call printed (1 to "
            "%d letters, digits, '.', '-' or '_')",
            key, ADJUSTMENT_KEY_SIZE - 1);
    return 0;
}

static int check_reason(const char *reason, struct error *error)
{
    size_t length = strlen(reason);
    json_t *text = json_string(reason); /* NULL when it is not UTF-8 */

    json_decref(text);
    if (!text)
        return error_set(error, ERR_USAGE, "--reason: found bytes that are not UTF-8 text");
    if (reason[strspn(reason, " ")] == '\0')
        return error_set(error, ERR_USAGE, "--reason: found no text, expected the reason");
    if (length > ADJUSTMENT_REASON_MAX)
        return error_set(error, ERR_USAGE, "--reason: found %zu bytes, expected at most %d", length,
                         ADJUSTMENT_REASON_MAX);
    if (strstr(reason, "\xEF\xBF\xBE") || strstr(reason, "\xEF\xBF\xBF"))
        return error_set(
            error, ERR_USAGE,
            "--reason: found U+FFFE or U+FFFF, which are no characters, and which break "
            "Odoo's answers");
    for (const char *c = reason; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            return error_set(error, ERR_USAGE,
                             "--reason: found a line break or another control character, expected "
                             "one line of text");
    return 0;
}

static int check_amount(minutes amount, struct error *error)
{
    const minutes most = (minutes)ADJUSTMENT_MAX_HOURS * 60;

    if (amount >= -most && amount <= most)
        return 0;
    return error_set(error, ERR_USAGE,
                     "found %lld minutes, expected at most %lld (%d hours) in one adjustment",
                     (long long)amount, (long long)most, ADJUSTMENT_MAX_HOURS);
}

static int check_days(const struct config *config, const struct adjustment_request *request,
                      struct error *error)
{
    char day[CIVIL_TEXT_SIZE], end[CIVIL_TEXT_SIZE];

    civil_format(request->day, day);
    if (request->has_end && request->amount < 0)
        return error_set(error, ERR_USAGE,
                         "--ends goes with minutes that are added: those that are removed have no "
                         "end");
    if (request->has_end && request->end <= request->day)
        return error_set(error, ERR_USAGE,
                         "--ends: found %s, expected a day after %s, the day the adjustment counts "
                         "from",
                         civil_format(request->end, end), day);
    if (config->credit.has_since && request->day < config->credit.since)
        return error_set(
            error, ERR_REFUSED,
            "an adjustment of %s would count for nothing: credit.since leaves out what "
            "is dated before %s",
            day, civil_format(config->credit.since, end));
    return 0;
}

int adjustment_check(const struct config *config, const struct adjustment_request *request,
                     struct error *error)
{
    /* Usage errors come first: they do not depend on the configuration. */
    int rc = check_key(request->key, error);

    if (rc == 0)
        rc = check_reason(request->reason, error);
    if (rc == 0)
        rc = check_amount(request->amount, error);
    if (rc == 0)
        rc = check_days(config, request, error);
    if (rc < 0 || request->dry_run)
        return rc;
    if (!config->writeback.enabled)
        return error_set(error, ERR_REFUSED,
                         "nothing is written into Odoo in shadow mode (writeback.enabled: false), "
                         "and adjustments are kept in Odoo: enable writeback to adjust");
    return 0;
}

/* ---- The state ---- */

static int compute_balance(struct writer *writer, minutes *ret, struct error *error)
{
    const struct config *config = writer->pull.config;
    struct store *store = writer->pull.store;
    const struct account_facts *facts;
    struct account_result result;
    struct facts *holder = NULL;
    struct accounts_order order = {0};
    struct policy policy;
    int rc = policy_open(config, store, &policy, error);

    if (rc < 0)
        return rc;
    order.today = policy_today(&policy);
    rc = accounts_update(store, config, &order, &writer->computed, error);
    holder = facts_new(store, &policy.facts);
    if (rc == 0 && !holder)
        rc = error_memory(error);
    if (rc == 0)
        rc = facts_load(holder, writer->customer, &facts, error);
    if (rc == 0)
        rc = account_compute(facts, &policy.account, policy_today(&policy), &result, error);
    if (rc == 0) {
        *ret = result.ledger.balance;
        account_result_free(&result);
    }
    facts_free(holder);
    policy_close(&policy);
    return rc;
}

/* Adds the adjustment of a dry run to the mirror; the store (STORE_TRIAL) drops it when closed. */
static int mirror_trial(struct writer *writer, struct error *error)
{
    const struct adjustment_request *request = writer->request;
    const struct model *model = &models[MODEL_ADJUSTMENT];
    struct mirror_value values[MIRROR_COLUMNS_MAX] = {0};
    char day[CIVIL_TEXT_SIZE], end[CIVIL_TEXT_SIZE];
    enum mirror_change change;
    int64_t last = 0;
    int rc = mirror_last_id(writer->pull.store, &model->table, &last, error);

    if (rc < 0)
        return rc;
    values[model_column(model, "partner_id")] =
        (struct mirror_value){.kind = VALUE_INTEGER, .integer = writer->customer};
    values[model_column(model, "minutes")] =
        (struct mirror_value){.kind = VALUE_INTEGER, .integer = request->amount};
    values[model_column(model, "date")] =
        (struct mirror_value){.kind = VALUE_TEXT, .text = civil_format(request->day, day)};
    if (request->has_end)
        values[model_column(model, "end")] =
            (struct mirror_value){.kind = VALUE_TEXT, .text = civil_format(request->end, end)};
    values[model_column(model, "valid")] =
        (struct mirror_value){.kind = VALUE_INTEGER, .integer = 1};
    return mirror_put(writer->pull.store,
                      &(struct mirror_row){&model->table, last + 1, values, true}, &change, error);
}

/* In one transaction, as in a cycle: readers see the state before or after. */
static int pull_and_compute(struct writer *writer, bool trial, minutes *ret, struct error *error)
{
    struct store *store = writer->pull.store;
    int rc = store_begin(store, error);

    if (rc < 0)
        return rc;
    rc = pull_adjustments(&writer->pull, writer->customer, error);
    if (rc == 0 && trial)
        rc = mirror_trial(writer, error);
    if (rc == 0)
        rc = compute_balance(writer, ret, error);
    if (rc == 0)
        rc = store_commit(store, error);
    if (rc < 0)
        store_rollback(store);
    return rc;
}

/* Updates the state. Without a complete first pull, pulls everything first: an account that lacks
 * facts has a wrong balance. */
static int update_state(struct writer *writer, bool trial, minutes *ret, struct error *error)
{
    bool complete = false;
    int rc = mirror_is_complete(writer->pull.store, &complete, error);

    if (rc == 0 && !complete)
        rc = pull_run(&writer->pull, error);
    return rc < 0 ? rc : pull_and_compute(writer, trial, ret, error);
}

/* Refuses with a wrong clock: the day of an adjustment is today by default. */
static int check_clock(const struct writer *writer, struct error *error)
{
    struct skew skew = {0};
    int rc = odoo_ping(writer->pull.odoo, error); /* for a Date: maybe no call was made yet */

    if (rc == 0)
        rc = skew_look(writer->pull.odoo, &skew, error);
    return rc == 0 && skew.found ? skew_error(&skew, error) : rc;
}

static int write_and_compute(struct writer *writer, struct adjustment_outcome *ret,
                             struct error *error)
{
    int rc = adjustment_write_remote(writer, ret, error);

    if (rc < 0)
        return rc;
    assert(ret->id > 0 || writer->request->dry_run);
    rc = update_state(writer, !ret->id, &ret->balance, error);
    if (rc == 0)
        rc = lookup_partner_name(writer->pull.store, writer->customer, &ret->name, error);
    if (rc < 0 && ret->id && !ret->repeated)
        error_prefix(
            error,
            "the adjustment is in Odoo (%lld, key %s), but the local state does not show it "
            "yet: the next 'qualiodoo sync' brings it",
            (long long)ret->id, writer->request->key);
    return rc;
}

int adjustment_write(const struct config *config, const struct adjustment_request *request,
                     struct adjustment_outcome *ret, struct error *error)
{
    struct writer writer = {.request = request, .pull = {.config = config}};
    struct adjustment_outcome outcome = {0};
    struct store_lock *lock = NULL;
    struct store *store = NULL;
    int rc = adjustment_check(config, request, error);

    writer.pull.report = &writer.pulled;
    if (rc == 0)
        rc = pull_report_open(&writer.pulled, error);
    if (rc == 0)
        rc = compute_report_open(&writer.computed, error);
    /* A dry run without a state creates no file, not even the lock. */
    if (rc == 0 && (!request->dry_run || access(config->state.path, F_OK) == 0))
        rc = store_lock(config->state.path, "adjust", LOCK_WAIT_MS, &lock, error);
    if (rc == 0)
        rc = store_open(config->state.path, request->dry_run ? STORE_TRIAL : STORE_WRITE, &store,
                        error);
    writer.pull.store = store;
    if (rc == 0)
        rc = connect_open(config, &writer.pull.odoo, error);
    if (rc == 0)
        rc = identity_check(&writer.pull, false, error);
    if (rc == 0)
        rc = pull_open(&writer.pull, error);
    if (rc == 0)
        rc = check_clock(&writer, error);
    if (rc == 0)
        rc = write_and_compute(&writer, &outcome, error);
    pull_close(&writer.pull);
    pull_report_free(&writer.pulled);
    compute_report_free(&writer.computed);
    odoo_free(writer.pull.odoo);
    store_close(store);
    store_unlock(lock);
    if (rc == 0)
        *ret = outcome;
    else
        adjustment_outcome_free(&outcome);
    return rc;
}

void adjustment_outcome_free(struct adjustment_outcome *outcome)
{
    free(outcome->name);
    *outcome = (struct adjustment_outcome){0};
}
