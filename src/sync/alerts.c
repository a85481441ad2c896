/* alerts.c - what is written on customers, where the configuration asks for it: alerts as notes
 * with an activity for the salesperson.
 *
 * An alert's key names what happened (credited.CUSTOMER.INVOICE, low.CUSTOMER.LOT,
 * overdraft.CUSTOMER.LOT, expiring.CUSTOMER.LOT.DAYS, expired.CUSTOMER.LOT.DAY), so that it is
 * given once, whatever is computed again. The accounts that changed are looked at, and all of them
 * once a day and when the rules change: time alone lets credit near its end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/alerts.h"
#include "qualiodoo/civil.h"
#include "qualiodoo/clock.h"
#include "verdicts.h"

#define KEY_SIZE 96

struct alerts {
    struct pull *pull;
    const struct config *config;
    civil_day today;
    struct texts texts;
    enum alert kind; /* being looked for */
};

static int add(struct alerts *alerts, const char *key, enum outbox_part part, int64_t customer,
               json_t *payload, struct error *error)
{
    char *text = payload ? json_dumps(payload, JSON_COMPACT) : NULL;
    bool enabled = alerts->config->writeback.enabled, added = false;
    struct outbox_row row = {.key = key,
                             .part = part,
                             .model = "res.partner",
                             .record = customer,
                             .subject = customer,
                             .payload = text,
                             .state = enabled ? OUTBOX_QUEUED : OUTBOX_SHADOW};
    int rc = text ? outbox_add(alerts->pull->store, &row, clock_now(), &added, error)
                  : error_memory(error);

    json_decref(payload);
    free(text);
    if (added && enabled)
        alerts->pull->report->writes_queued++;
    return rc;
}

/* ---- Alerts ---- */

/* Of several warnings before an expiry, the last one whose day has come. */
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
    int length = snprintf(key, KEY_SIZE, "%s.%lld.%lld", kinds[alerts->kind],
                          (long long)row->customer, (long long)row->record);

    if (alerts->kind == ALERT_EXPIRING)
        snprintf(key + length, KEY_SIZE - (size_t)length, ".%d",
                 days_before(alerts->config, row->day - alerts->today));
    if (alerts->kind == ALERT_EXPIRED)
        snprintf(key + length, KEY_SIZE - (size_t)length, ".%s", civil_format(row->day, day));
}

static int give_alert(void *context, const struct alert_row *row, struct error *error)
{
    struct alerts *alerts = context;
    char key[KEY_SIZE], day[CIVIL_TEXT_SIZE];
    char *summary, *html, *note;
    json_t *body = NULL, *activity = NULL;
    bool exists;
    int rc;

    alert_key(alerts, row, key);
    rc = outbox_exists(alerts->pull->store, key, &exists, error);
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
    rc = add(alerts, key, OUTBOX_NOTE, row->customer, body, error);
    if (rc < 0) {
        json_decref(activity);
        return rc;
    }
    return add(alerts, key, OUTBOX_ACTIVITY, row->customer, activity, error);
}

static int give_alerts(struct alerts *alerts, const char *customers, struct error *error)
{
    struct alert_query query = {.customers = customers,
                                .today = alerts->today,
                                .since = alerts->config->writeback.since,
                                .below = alerts->config->credit.warn_below,
                                .within_days = most_days_before(alerts->config)};
    int rc = 0;

    for (int kind = 0; kind < ALERT_COUNT && rc == 0; kind++) {
        query.kind = alerts->kind = (enum alert)kind;
        rc = alerts_each(alerts->pull->store, &query, give_alert, alerts, error);
    }
    return rc;
}

/* ---- Whom to look at ---- */

/* What was last looked at as a whole: the day and the rules. */
static char *occasion(const struct alerts *alerts)
{
    json_t *document = config_to_json(alerts->config), *made;
    char day[CIVIL_TEXT_SIZE], *text;

    made = json_pack("{ss sO* sO*}", "day", civil_format(alerts->today, day), "writeback",
                     json_object_get(document, "writeback"), "credit",
                     json_object_get(document, "credit"));
    text = made ? json_dumps(made, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(made);
    json_decref(document);
    return text;
}

static int look_at(struct alerts *alerts, const char *customers, struct error *error)
{
    int rc = 0;

    if (alerts->config->writeback.balance_alerts && alerts->config->writeback.has_since)
        rc = give_alerts(alerts, customers, error);
    return rc;
}

int alerts_update(struct pull *pull, civil_day today, struct error *error)
{
    const struct config *config = pull->config;
    struct alerts alerts = {
        .pull = pull, .config = config, .today = today, .texts = {.language = config->language}};
    char *now = NULL, *last = NULL, *changed = NULL;
    int rc = 0;

    if (!config->writeback.balance_alerts)
        return 0;
    now = occasion(&alerts);
    changed = json_dumps(pull->report->accounts_changed, JSON_COMPACT);
    rc = now && changed ? store_meta_get(pull->store, "alerts", &last, error) : error_memory(error);
    if (rc == 0 && last && strcmp(last, now) == 0) {
        rc = look_at(&alerts, changed, error);
    } else if (rc == 0) {
        rc = look_at(&alerts, NULL, error);
        if (rc == 0)
            rc = store_meta_set(pull->store, "alerts", now, error);
    }
    free(now);
    free(last);
    free(changed);
    return rc;
}
