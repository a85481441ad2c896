/* shown.c - queues the writes of the credit that Odoo shows on each customer.
 *
 * Every cycle compares the computed credit with the mirror of Odoo, for each customer of whom
 * something changed: a value that a person changed, a deleted record and a second record of a
 * customer are corrected as soon as they were read. `setup` makes the model; an Odoo that has only
 * the stored fields of 0.1.0 gets those filled. */
#include "qualiodoo/writeback/shown.h"

#include <stdio.h>

#include "qualiodoo/odoo/setup_names.h"
#include "qualiodoo/store/alerts.h"
#include "qualiodoo/store/shown.h"
#include "qualiodoo/util/civil.h"
#include "queue.h"

#define KEY_SIZE 48

/* Takes over `payload`; NULL is ERR_NO_MEMORY. */
static int queue(const struct writeback *writeback, enum outbox_part part, int64_t customer,
                 json_t *payload, struct error *error)
{
    char key[KEY_SIZE];
    const struct queue_write write = {
        .key = key, .part = part, .model = "res.partner", .record = customer, .payload = payload};

    snprintf(key, sizeof key, "credit.%lld", (long long)customer);
    return queue_add(writeback, &write, error);
}

static json_t *day_or_false(bool has_day, civil_day day)
{
    char text[CIVIL_TEXT_SIZE];

    return has_day ? json_string(civil_format(day, text)) : json_false();
}

static int queue_row(void *context, const struct shown_account *account, struct error *error)
{
    char name[SHOWN_NAME_SIZE];

    if (account->none)
        return queue(context, OUTBOX_ACCOUNT, account->customer, json_null(), error);
    return queue(context, OUTBOX_ACCOUNT, account->customer,
                 json_pack("{ss sI sf so ss}", "x_name", shown_name(account, name), "x_minutes",
                           (json_int_t)account->balance, "x_hours", (double)account->balance / 60,
                           "x_last_day", day_or_false(account->has_last_day, account->last_day),
                           "x_state", account->state),
                 error);
}

static int queue_fields(void *context, const struct shown_credit *credit, struct error *error)
{
    return queue(context, OUTBOX_FIELDS, credit->customer,
                 json_pack("{sI so}", PARTNER_MINUTES, (json_int_t)credit->balance,
                           PARTNER_LAST_DAY, day_or_false(credit->has_last_day, credit->last_day)),
                 error);
}

int shown_update(struct writeback *writeback, struct error *error)
{
    bool rows = writeback->shows_rows;
    int rc;

    if (!writeback->config->writeback.balance_fields || (!rows && !writeback->shows_fields))
        return shown_forget(writeback->store, error);
    rc = shown_begin(writeback->store, rows ? "rows" : "fields", error);
    if (rc < 0)
        return rc;
    if (!rows)
        return alerts_credit(writeback->store, queue_fields, writeback, error);
    rc = outbox_forget_fields(writeback->store, error);
    return rc < 0 ? rc
                  : shown_differences(writeback->store, writeback->config->credit.warn_below,
                                      queue_row, writeback, error);
}
