/* send_accounts.c - writes the records of x_qualiodoo_account, many in one call.
 *
 *     batch -> look (one search_read) -> those already right: DONE
 *           -> the others: SENDING, in one transaction
 *           -> second records of a customer, and records that nobody wants: unlink (one call)
 *           -> customers without a record: create (one call)
 *           -> records with other values: load (one call)
 *           -> DONE, in one transaction
 *
 * Invariants:
 *  1. No record is created for a customer of whom the look just before found one.
 *  2. An interrupted batch is left SENDING. The next run looks again once Odoo must be done with
 *     the call, so that a record created by it is found.
 *  3. Of two records of a customer, the one with the smaller id is kept.
 *  4. A batch that Odoo refuses is repeated one write at a time, so that only the refused write is
 *     parked. */
#include "send_accounts.h"

#include <stdio.h>
#include <stdlib.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/made.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/heartbeat.h"
#include "qualiodoo/util/interrupt.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/progress.h"
#include "qualiodoo/writeback/lease.h"
#include "send_steps.h"

enum { BATCH_MAX = 200 };

/* One write: its row of the outbox, and what Odoo holds for that customer. */
struct write {
    struct outbox_row row; /* row.key points to `key`; row.payload and row.reason are NULL */
    char key[64];
    json_t *payload; /* the wanted values; JSON null: no record is wanted */
    int64_t remote;  /* the record in Odoo to keep; 0: none */
    bool right;      /* Odoo holds what is wanted, and nothing else for the customer */
    bool settled;    /* the row is DONE or REFUSED */
};

struct batch {
    const struct writeback *writeback;
    struct write writes[BATCH_MAX];
    size_t count;
    json_t *surplus;     /* ids of records to remove */
    struct ids *touched; /* of the caller: records written */
};

static void batch_clear(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        json_decref(batch->writes[i].payload);
    json_decref(batch->surplus);
    batch->surplus = NULL;
    batch->count = 0;
}

/* ---- What is due ---- */

static int collect(void *context, const struct outbox_row *row, struct error *error)
{
    struct batch *batch = context;
    struct write *write = &batch->writes[batch->count];

    if (row->part != OUTBOX_ACCOUNT ||
        (row->state != OUTBOX_QUEUED && row->state != OUTBOX_SENDING))
        return 0;
    *write =
        (struct write){.row = *row, .payload = json_build_parsed(row->payload, JSON_DECODE_ANY)};
    if (!write->payload)
        return error_memory(error);
    snprintf(write->key, sizeof write->key, "%s", row->key);
    write->row.key = write->key;
    write->row.model = "res.partner";
    write->row.payload = write->row.reason = NULL;
    batch->count++;
    return 0;
}

/* ---- What Odoo holds ---- */

static json_t *customers_of(const struct batch *batch)
{
    json_t *ids = json_array();

    for (size_t i = 0; i < batch->count; i++)
        json_build_add(&ids, json_integer(batch->writes[i].row.record));
    return ids;
}

/* Hours are compared with a margin: Odoo may return them rounded to their shortest decimal form. */
static bool same_value(json_t *wanted, json_t *now)
{
    if (json_is_real(wanted)) {
        double difference = json_number_value(now) - json_real_value(wanted);

        return json_is_number(now) && difference < 1e-9 && difference > -1e-9;
    }
    return json_equal(wanted, now) || (json_is_false(wanted) && !json_is_string(now));
}

static bool is_same(json_t *payload, json_t *record)
{
    json_t *value;
    const char *name;

    json_object_foreach(payload, name, value) {
        if (!same_value(value, json_object_get(record, name)))
            return false;
    }
    return true;
}

static struct write *find_write(struct batch *batch, int64_t customer)
{
    for (size_t i = 0; i < batch->count; i++)
        if (batch->writes[i].row.record == customer)
            return &batch->writes[i];
    return NULL;
}

/* Records come in the order of ids: the first of a customer is kept, the others are surplus. */
static void compare(struct batch *batch, json_t *record)
{
    struct write *write = find_write(batch, ask_field_id(record, "x_partner_id"));
    int64_t id = ask_field_id(record, "id");

    if (!write)
        return;
    if (!write->remote && !json_is_null(write->payload)) {
        write->remote = id;
        write->right = is_same(write->payload, record);
        return;
    }
    write->right = false;
    json_build_add(&batch->surplus, json_integer(id));
}

static int check_ids(json_t *records, struct error *error)
{
    json_t *record;
    size_t i;

    json_array_foreach(records, i, record) {
        if (ask_field_id(record, "id") <= 0 || ask_field_id(record, "x_partner_id") <= 0)
            return error_set(error, ERR_PROTOCOL,
                             ACCOUNT_MODEL ".search_read: a record without its number or customer");
    }
    return 0;
}

static int look(struct batch *batch, struct error *error)
{
    json_t *records = NULL, *record;
    size_t i;
    int rc = ask_records(batch->writeback->odoo, ACCOUNT_MODEL,
                         json_pack("[[sso]]", "x_partner_id", "in", customers_of(batch)),
                         json_pack("[ssssss]", "x_partner_id", "x_name", "x_minutes", "x_hours",
                                   "x_last_day", "x_state"),
                         &records, error);

    if (rc == 0)
        rc = check_ids(records, error);
    json_decref(batch->surplus);
    batch->surplus = json_array();
    for (i = 0; i < batch->count; i++) {
        batch->writes[i].remote = 0;
        batch->writes[i].right = json_is_null(batch->writes[i].payload);
    }
    if (rc == 0)
        json_array_foreach(records, i, record)
            compare(batch, record);
    if (rc == 0 && !batch->surplus)
        rc = error_memory(error);
    json_decref(records);
    return rc;
}

/* ---- The rows of the outbox ---- */

static int settle(struct batch *batch, struct write *write, struct error *error)
{
    int rc = 0;

    write->settled = true;
    writeback_report_written(batch->writeback->report, &write->row);
    if (write->remote && ids_add(batch->touched, write->remote) < 0)
        rc = error_memory(error);
    return rc < 0 ? rc
                  : send_move(batch->writeback, &write->row,
                              (struct send_step){.to = OUTBOX_DONE, .remote_id = write->remote},
                              error);
}

/* Calls `step` for each write that is not settled, in one transaction. */
static int each(struct batch *batch,
                int (*step)(struct batch *batch, struct write *write, struct error *error),
                struct error *error)
{
    int rc = store_begin(batch->writeback->store, error);

    for (size_t i = 0; i < batch->count && rc == 0; i++)
        if (!batch->writes[i].settled)
            rc = step(batch, &batch->writes[i], error);
    if (rc == 0)
        rc = store_commit(batch->writeback->store, error);
    if (rc < 0)
        store_rollback(batch->writeback->store);
    return rc;
}

static int settle_right(struct batch *batch, struct write *write, struct error *error)
{
    return write->right ? settle(batch, write, error) : 0;
}

static int begin_sending(struct batch *batch, struct write *write, struct error *error)
{
    write->row.state = OUTBOX_SENDING;
    write->row.changed_at = clock_now();
    return send_move(batch->writeback, &write->row, (struct send_step){.to = OUTBOX_SENDING},
                     error);
}

/* ---- The calls ---- */

static int remove_surplus(struct batch *batch, struct error *error)
{
    struct odoo_call call = {.model = ACCOUNT_MODEL, .method = "unlink", .safe = true};
    json_t *result = NULL, *id;
    size_t i;
    int rc;

    if (!json_array_size(batch->surplus))
        return 0;
    call.arguments = json_pack("[O]", batch->surplus);
    rc = ask(batch->writeback->odoo, call, &result, error);
    json_decref(result);
    if (rc < 0 && rc != ERR_MISSING_RECORD) /* missing: removed by a call whose answer was lost */
        return rc;
    json_array_foreach(batch->surplus, i, id) {
        if (ids_add(batch->touched, json_integer_value(id)) < 0)
            return error_memory(error);
    }
    return 0;
}

static bool is_to_make(const struct write *write)
{
    return !write->settled && !write->remote && !json_is_null(write->payload);
}

static bool is_to_change(const struct write *write)
{
    return !write->settled && write->remote && !write->right;
}

static json_t *values_to_make(const struct write *write)
{
    json_t *values = json_copy(write->payload);

    if (values)
        json_build_set(&values, "x_partner_id", json_integer(write->row.record));
    return values;
}

static int take_made_ids(struct batch *batch, json_t *result, struct error *error)
{
    size_t at = 0;

    for (size_t i = 0; i < batch->count; i++)
        if (is_to_make(&batch->writes[i])) {
            int64_t id = json_integer_value(json_array_get(result, at++));

            if (id <= 0)
                return error_set(error, ERR_PROTOCOL,
                                 ACCOUNT_MODEL ".create: the answer is not a list of numbers");
            batch->writes[i].remote = id;
            batch->writes[i].right = true;
        }
    return 0;
}

static int make_rows(struct batch *batch, struct error *error)
{
    struct odoo_call call = {.model = ACCOUNT_MODEL, .method = "create"};
    json_t *list = json_array(), *result = NULL;
    int rc = 0;

    for (size_t i = 0; i < batch->count; i++)
        if (is_to_make(&batch->writes[i]))
            json_build_add(&list, values_to_make(&batch->writes[i]));
    if (!list)
        return error_memory(error);
    if (json_array_size(list)) {
        call.arguments = json_pack("[O]", list);
        rc = ask(batch->writeback->odoo, call, &result, error);
        if (rc == 0)
            rc = take_made_ids(batch, result, error);
    }
    json_decref(list);
    json_decref(result);
    return rc;
}

/* The values of one record as `load` (Odoo's import) takes them: texts, "" to empty a field. */
static json_t *line_of(const struct write *write)
{
    json_t *payload = write->payload, *day = json_object_get(payload, "x_last_day");

    return json_pack(
        "[o s o o s s]", json_sprintf("%lld", (long long)write->remote),
        json_string_value(json_object_get(payload, "x_name")),
        json_sprintf("%lld", (long long)json_integer_value(json_object_get(payload, "x_minutes"))),
        json_sprintf("%.17g", json_number_value(json_object_get(payload, "x_hours"))),
        json_is_string(day) ? json_string_value(day) : "",
        json_string_value(json_object_get(payload, "x_state")));
}

/* `load` reports an error in its result instead of raising it; nothing was written then. */
static int check_import(json_t *result, struct error *error)
{
    json_t *message = json_array_get(json_object_get(result, "messages"), 0);
    const char *text = json_string_value(json_object_get(message, "message"));

    if (json_is_array(json_object_get(result, "ids")))
        return 0;
    return error_set(error, ERR_REFUSED, ACCOUNT_MODEL ".load: '%s'", text ? text : "");
}

static int change_rows(struct batch *batch, struct error *error)
{
    struct odoo_call call = {.model = ACCOUNT_MODEL, .method = "load", .safe = true};
    json_t *lines = json_array(), *result = NULL;
    int rc = 0;

    for (size_t i = 0; i < batch->count; i++)
        if (is_to_change(&batch->writes[i]))
            json_build_add(&lines, line_of(&batch->writes[i]));
    if (!lines)
        return error_memory(error);
    if (json_array_size(lines)) {
        call.arguments = json_pack("[[ssssss]O]", ".id", "x_name", "x_minutes", "x_hours",
                                   "x_last_day", "x_state", lines);
        rc = ask(batch->writeback->odoo, call, &result, error);
        if (rc == 0)
            rc = check_import(result, error);
    }
    json_decref(lines);
    json_decref(result);
    return rc;
}

static int settle_rest(struct batch *batch, struct write *write, struct error *error)
{
    return settle(batch, write, error);
}

static int write_batch(struct batch *batch, struct error *error)
{
    int rc = remove_surplus(batch, error);

    if (rc == 0)
        rc = make_rows(batch, error);
    return rc < 0 ? rc : change_rows(batch, error);
}

/* ---- The whole ---- */

static size_t unsettled(const struct batch *batch)
{
    size_t count = 0;

    for (size_t i = 0; i < batch->count; i++)
        count += !batch->writes[i].settled;
    return count;
}

/* Moves the unsettled rows after a failure that can pass: they wait for another try, in SENDING
 * when the calls were begun and their effect is not known. Returns the failure. */
static int put_off(struct batch *batch, const struct error *cause, bool begun, struct error *error)
{
    bool in_doubt = begun && ask_unknown_effect(cause->code);
    int rc = 0;

    for (size_t i = 0; i < batch->count && rc == 0; i++) {
        struct write *write = &batch->writes[i];
        enum outbox_state to = begun ? in_doubt ? OUTBOX_SENDING : OUTBOX_QUEUED : write->row.state;

        if (!write->settled)
            rc = send_move(batch->writeback, &write->row,
                           (struct send_step){.to = to, .reason = cause->message}, error);
    }
    if (rc == 0) {
        *error = *cause;
        rc = cause->code;
    }
    return rc;
}

static int refuse_all(struct batch *batch, const struct error *cause, struct error *error)
{
    int rc = 0;

    for (size_t i = 0; i < batch->count && rc == 0; i++)
        if (!batch->writes[i].settled) {
            batch->writes[i].settled = true;
            rc = send_refuse(batch->writeback, &batch->writes[i].row, cause, error);
        }
    return rc;
}

/* Looks, then writes what differs. When an earlier call was interrupted, looks once more after Odoo
 * must be done with it. *ret_refused: Odoo refused a batch of several writes, none was made, and
 * the caller must try each alone. */
static int run(struct batch *batch, bool *ret_refused, struct error *error)
{
    struct error cause = {0};
    bool begun = false;
    int rc = look(batch, &cause);

    for (size_t i = 0; i < batch->count && rc == 0; i++)
        if (batch->writes[i].row.state == OUTBOX_SENDING && !batch->writes[i].right) {
            if ((rc = send_wait(&batch->writes[i].row, error)) < 0)
                return rc;
            rc = look(batch, &cause);
            break;
        }
    if (rc == 0) {
        rc = each(batch, settle_right, error);
        if (rc == 0 && unsettled(batch) && (rc = lease_check(batch->writeback->lease, error)) == 0)
            rc = each(batch, begin_sending, error);
        if (rc < 0 || !unsettled(batch))
            return rc;
        begun = true;
        rc = write_batch(batch, &cause);
        if (rc == 0)
            return each(batch, settle_rest, error);
    }
    if (rc == ERR_FAULT && begun && batch->count == 1) { /* the write may have been made */
        struct error ignored;

        if (look(batch, &ignored) == 0 && batch->writes[0].right)
            return each(batch, settle_right, error);
    }
    if (send_is_refusal(rc) && batch->count > 1) {
        *ret_refused = true;
        return 0;
    }
    return send_is_refusal(rc) ? refuse_all(batch, &cause, error)
                               : put_off(batch, &cause, begun, error);
}

/* Runs each unsettled write in a batch of its own, after Odoo refused the whole batch. */
static int run_each(struct batch *batch, struct error *error)
{
    int rc = 0;

    for (size_t i = 0; i < batch->count && rc == 0; i++) {
        struct batch *alone;
        bool ignored = false;

        if (batch->writes[i].settled)
            continue;
        alone = calloc(1, sizeof *alone);
        if (!alone)
            return error_memory(error);
        *alone =
            (struct batch){.writeback = batch->writeback, .count = 1, .touched = batch->touched};
        alone->writes[0] = batch->writes[i];
        alone->writes[0].row.key = alone->writes[0].key;
        alone->writes[0].row.state = OUTBOX_QUEUED; /* the refused call had no effect */
        json_incref(alone->writes[0].payload);
        rc = run(alone, &ignored, error);
        batch_clear(alone);
        free(alone);
    }
    return rc;
}

static int run_batch(struct batch *batch, struct error *error)
{
    bool refused = false;
    int rc = batch->count ? run(batch, &refused, error) : 0;

    if (rc == 0 && refused)
        rc = run_each(batch, error);
    batch_clear(batch);
    heartbeat_beat();
    return rc < 0 ? rc : interrupt_check(error);
}

int send_accounts(const struct writeback *writeback, const struct ids *rows, struct ids *touched,
                  struct error *error)
{
    struct batch *batch = calloc(1, sizeof *batch);
    int rc = batch ? 0 : error_memory(error);

    if (batch)
        *batch = (struct batch){.writeback = writeback, .touched = touched};
    progress_step("writing the credit into Odoo");
    for (size_t i = 0; i < rows->count && rc == 0; i++) {
        progress_count("writes", (int64_t)i, (int64_t)rows->count);
        rc = outbox_get(writeback->store, rows->items[i], collect, batch, error);
        if (rc == 0 && batch->count == BATCH_MAX)
            rc = run_batch(batch, error);
    }
    if (rc == 0)
        rc = run_batch(batch, error);
    if (batch)
        batch_clear(batch);
    free(batch);
    ids_sort(touched->items, touched->count);
    return rc;
}
