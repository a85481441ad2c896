/* alerts.c - alerts about a customer's credit (writeback.balance.alerts): a note on the customer
 * and an activity for the salesperson.
 *
 * An alert's key names what happened, so that the alert is given once, however often the account is
 * computed:
 *
 *     credited.CUSTOMER.INVOICE       withdrawn.CUSTOMER.INVOICE when it is no longer paid; paid
 *                                     again, credited.CUSTOMER.INVOICE.2, and so on
 *     low.CUSTOMER.LOT, overdraft.CUSTOMER.LOT
 *     expiring.CUSTOMER.LOT.DAYS, expired.CUSTOMER.LOT.DAY
 *
 * LOT is "aID" for the lot of an adjustment. A cycle examines the accounts that changed. Once a day
 * and after a change of the rules it examines all: credit expires without any change. */
#include "qualiodoo/writeback/alerts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/config/config_show.h"
#include "qualiodoo/core/ledger.h"
#include "qualiodoo/store/alerts.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/json_build.h"
#include "queue.h"
#include "texts.h"

#define KEY_SIZE 96

struct alerts {
    const struct writeback *writeback;
    const struct config *config;
    civil_day today;
    struct texts texts;
    enum alert kind; /* of the query that runs now */
};

/* Queues a write about a customer: write.record. */
static int add(struct alerts *alerts, struct queue_write write, struct error *error)
{
    write.model = "res.partner";
    return queue_add(alerts->writeback, &write, error);
}

/* ---- Alerts ---- */

/* The smallest configured number of days that is at least `left`: the warning that is due now. 0
 * when none is. */
static int days_before(const struct config *config, int left)
{
    int found = 0;

    for (size_t i = 0; i < config->credit.n_warn_before_expiry; i++) {
        int days = config->credit.warn_before_expiry_days[i];

        if (left <= days && (!found || days < found))
            found = days;
    }
    return found;
}

static int most_days_before(const struct config *config)
{
    int most = 0;

    for (size_t i = 0; i < config->credit.n_warn_before_expiry; i++)
        if (config->credit.warn_before_expiry_days[i] > most)
            most = config->credit.warn_before_expiry_days[i];
    return most;
}

static void alert_key(const struct alerts *alerts, const struct alert_row *row, char key[KEY_SIZE])
{
    static const char *const kinds[ALERT_COUNT] = {
        [ALERT_CREDITED] = "credited", [ALERT_LOW] = "low",         [ALERT_OVERDRAFT] = "overdraft",
        [ALERT_EXPIRING] = "expiring", [ALERT_EXPIRED] = "expired",
    };
    char day[CIVIL_TEXT_SIZE];
    bool of_adjustment = row->lot_origin == LOT_ADJUSTMENT;
    int length =
        snprintf(key, KEY_SIZE, "%s.%lld.%s%lld", kinds[alerts->kind], (long long)row->customer,
                 of_adjustment ? "a" : "", (long long)row->record);

    if (alerts->kind == ALERT_EXPIRING)
        snprintf(key + length, KEY_SIZE - (size_t)length, ".%d",
                 days_before(alerts->config, row->day - alerts->today));
    if (alerts->kind == ALERT_EXPIRED)
        snprintf(key + length, KEY_SIZE - (size_t)length, ".%s", civil_format(row->day, day));
}

/* "withdrawn.X" for "credited.X". */
static void withdrawal_key(const char *credited, char key[KEY_SIZE])
{
    snprintf(key, KEY_SIZE, "withdrawn%s", strchr(credited, '.'));
}

/* Whether the alert `key` is in the outbox and was not withdrawn. When it was withdrawn, `key`
 * becomes that of the next time (".2", ".3"...). */
static int is_given(struct alerts *alerts, char key[KEY_SIZE], bool *ret, struct error *error)
{
    struct store *store = alerts->writeback->store;
    char base[KEY_SIZE], withdrawn[KEY_SIZE];
    int rc = outbox_exists(store, key, ret, error);

    snprintf(base, sizeof base, "%s", key);
    for (int time = 2; rc == 0 && *ret && alerts->kind == ALERT_CREDITED; time++) {
        bool taken_back = false;

        withdrawal_key(key, withdrawn);
        rc = outbox_void(store, withdrawn, "paid again before it was written", clock_now(), error);
        if (rc == 0)
            rc = outbox_exists(store, withdrawn, &taken_back, error);
        if (rc < 0 || !taken_back)
            break;
        snprintf(key, KEY_SIZE, "%.80s.%d", base, time);
        rc = outbox_exists(store, key, ret, error);
    }
    return rc;
}

static int queue_alert(void *context, const struct alert_row *row, struct error *error)
{
    struct alerts *alerts = context;
    char key[KEY_SIZE], day[CIVIL_TEXT_SIZE];
    char *summary, *html, *note;
    json_t *body = NULL, *activity = NULL;
    bool exists;
    int rc;

    alert_key(alerts, row, key);
    rc = is_given(alerts, key, &exists, error);
    if (rc < 0 || exists)
        return rc;
    summary = texts_alert(&alerts->texts, alerts->kind, row);
    html = summary ? texts_paragraph(summary) : NULL;
    note = html ? texts_activity(html, key) : NULL;
    if (note) {
        body = json_pack("{ss}", "body", html);
        activity = json_pack("{sI ss ss ss}", "user", (json_int_t)row->salesperson, "summary",
                             summary, "note", note, "date", civil_format(alerts->today, day));
    }
    free(summary);
    free(html);
    free(note);
    rc = add(alerts,
             (struct queue_write){
                 .key = key, .part = OUTBOX_NOTE, .record = row->customer, .payload = body},
             error);
    if (rc < 0) {
        json_decref(activity);
        return rc;
    }
    return add(
        alerts,
        (struct queue_write){
            .key = key, .part = OUTBOX_ACTIVITY, .record = row->customer, .payload = activity},
        error);
}

static int queue_alerts(struct alerts *alerts, const char *customers, struct error *error)
{
    struct alert_query query = {.customers = customers,
                                .today = alerts->today,
                                .since = alerts->config->writeback.since,
                                .below = alerts->config->credit.warn_below,
                                .within_days = most_days_before(alerts->config)};
    int rc = 0;

    for (int kind = 0; kind < ALERT_COUNT && rc == 0; kind++) {
        query.kind = alerts->kind = (enum alert)kind;
        rc = alerts_each(alerts->writeback->store, &query, queue_alert, alerts, error);
    }
    return rc;
}

/* ---- Alerts that are no longer true ---- */

static int collect_untrue(void *context, const struct alert_untrue *untrue, struct error *error)
{
    json_t *item = json_pack("{ss sI ss}", "key", untrue->key, "customer",
                             (json_int_t)untrue->customer, "move", untrue->move);

    return json_array_append_new(context, item) < 0 ? error_memory(error) : 0;
}

/* Voids the parts that were not sent. When Odoo holds the note, queues a correcting note and the
 * removal of the activity. */
static int withdraw(struct alerts *alerts, const json_t *untrue, struct error *error)
{
    const char *credited = json_string_value(json_object_get(untrue, "key"));
    int64_t customer = json_integer_value(json_object_get(untrue, "customer"));
    char key[KEY_SIZE], *text, *html;
    json_t *body;
    bool stands = false;
    int rc = outbox_void(alerts->writeback->store, credited, "no longer true before it was written",
                         clock_now(), error);

    if (rc == 0)
        rc = outbox_exists(alerts->writeback->store, credited, &stands, error);
    if (rc < 0 || !stands)
        return rc;
    withdrawal_key(credited, key);
    text = texts_withdrawn(&alerts->texts, json_string_value(json_object_get(untrue, "move")));
    html = text ? texts_paragraph(text) : NULL;
    body = html ? json_pack("{ss}", "body", html) : NULL;
    free(text);
    free(html);
    rc = add(
        alerts,
        (struct queue_write){.key = key, .part = OUTBOX_NOTE, .record = customer, .payload = body},
        error);
    return rc < 0 ? rc
                  : add(alerts,
                        (struct queue_write){.key = key,
                                             .part = OUTBOX_DONE_WITH,
                                             .record = customer,
                                             .payload = json_pack("{ss}", "key", credited)},
                        error);
}

static int withdraw_untrue(struct alerts *alerts, const char *customers, struct error *error)
{
    json_t *found = json_array(), *untrue;
    size_t i;
    int rc = found
                 ? alerts_untrue(alerts->writeback->store, customers, collect_untrue, found, error)
                 : error_memory(error);

    json_array_foreach(found, i, untrue) {
        if (rc == 0)
            rc = withdraw(alerts, untrue, error);
    }
    json_decref(found);
    return rc;
}

/* ---- Which accounts are examined ---- */

/* The day and the rules, as text: when it differs from the one saved, all accounts are examined. */
static char *day_and_rules(const struct alerts *alerts)
{
    json_t *document = config_to_json(alerts->config), *made;
    char day[CIVIL_TEXT_SIZE], *text;

    made = !document ? NULL
                     : json_pack("{ss sO* sO*}", "day", civil_format(alerts->today, day),
                                 "writeback", json_object_get(document, "writeback"), "credit",
                                 json_object_get(document, "credit"));
    text = json_build_text(made, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(made);
    json_decref(document);
    return text;
}

static int examine(struct alerts *alerts, const char *customers, struct error *error)
{
    int rc;

    if (!alerts->config->writeback.has_since)
        return 0;
    rc = withdraw_untrue(alerts, customers, error);
    return rc < 0 ? rc : queue_alerts(alerts, customers, error);
}

int alerts_update(const struct writeback *writeback, const json_t *accounts, civil_day today,
                  struct error *error)
{
    const struct config *config = writeback->config;
    struct alerts alerts = {.writeback = writeback,
                            .config = config,
                            .today = today,
                            .texts = {.language = config->language}};
    char *now = NULL, *last = NULL, *changed = NULL;
    int rc = 0;

    if (!config->writeback.balance_alerts)
        return 0;
    now = day_and_rules(&alerts);
    changed = json_build_text(accounts, JSON_COMPACT);
    rc = now && changed ? store_meta_get(writeback->store, "alerts", &last, error)
                        : error_memory(error);
    if (rc == 0 && last && strcmp(last, now) == 0) {
        rc = json_array_size(accounts) ? examine(&alerts, changed, error) : 0;
    } else if (rc == 0) {
        rc = examine(&alerts, NULL, error);
        if (rc == 0)
            rc = store_meta_set(writeback->store, "alerts", now, error);
    }
    free(now);
    free(last);
    free(changed);
    return rc;
}
