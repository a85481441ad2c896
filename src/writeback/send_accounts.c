/* send_accounts.c - sends the rows of the outbox about x_qualiodoo_account, many in one call.
 *
 *     batch -> look (remote_accounts.c) -> those already right: DONE
 *           -> the others: SENDING, in one transaction
 *           -> write (remote_accounts.c)
 *           -> DONE, in one transaction
 *
 * Invariants:
 *  1. No record is created for a customer of whom the look just before found one.
 *  2. An interrupted batch is left SENDING. The next run looks again once Odoo must be done with
 *     the call, so that a record created by it is found.
 *  3. A batch that Odoo refuses is repeated one write at a time, so that only the refused write is
 *     parked. */
#include "send_accounts.h"

#include <stdio.h>
#include <stdlib.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/store/transactions.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/heartbeat.h"
#include "qualiodoo/util/interrupt.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/progress.h"
#include "qualiodoo/writeback/lease.h"
#include "remote_accounts.h"
#include "send_steps.h"

static void batch_clear(struct account_batch *batch)
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
    struct account_batch *batch = context;
    struct account_write *write = &batch->writes[batch->count];

    if (row->part != OUTBOX_ACCOUNT ||
        (row->state != OUTBOX_QUEUED && row->state != OUTBOX_SENDING))
        return 0;
    *write = (struct account_write){.row = *row,
                                    .payload = json_build_parsed(row->payload, JSON_DECODE_ANY)};
    if (!write->payload)
        return error_memory(error);
    snprintf(write->key, sizeof write->key, "%s", row->key);
    write->row.key = write->key;
    write->row.model = "res.partner";
    write->row.payload = write->row.reason = NULL;
    batch->count++;
    return 0;
}

/* ---- The rows of the outbox ---- */

static int settle(struct account_batch *batch, struct account_write *write, struct error *error)
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
static int each(struct account_batch *batch,
                int (*step)(struct account_batch *batch, struct account_write *write,
                            struct error *error),
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

static int settle_right(struct account_batch *batch, struct account_write *write,
                        struct error *error)
{
    return write->right ? settle(batch, write, error) : 0;
}

static int begin_sending(struct account_batch *batch, struct account_write *write,
                         struct error *error)
{
    write->row.state = OUTBOX_SENDING;
    write->row.changed_at = clock_now();
    return send_move(batch->writeback, &write->row, (struct send_step){.to = OUTBOX_SENDING},
                     error);
}

static int settle_rest(struct account_batch *batch, struct account_write *write,
                       struct error *error)
{
    return settle(batch, write, error);
}

/* ---- The whole ---- */

static size_t unsettled(const struct account_batch *batch)
{
    size_t count = 0;

    for (size_t i = 0; i < batch->count; i++)
        count += !batch->writes[i].settled;
    return count;
}

/* Moves the unsettled rows after a failure that can pass: they wait for another try, in SENDING
 * when the calls were begun and their effect is not known. Returns the failure. */
static int put_off(struct account_batch *batch, const struct error *cause, bool begun,
                   struct error *error)
{
    bool in_doubt = begun && ask_unknown_effect(cause->code);
    int rc = 0;

    for (size_t i = 0; i < batch->count && rc == 0; i++) {
        struct account_write *write = &batch->writes[i];
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

static int refuse_all(struct account_batch *batch, const struct error *cause, struct error *error)
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
static int run(struct account_batch *batch, bool *ret_refused, struct error *error)
{
    struct error cause = {0};
    bool begun = false;
    int rc = remote_accounts_look(batch, &cause);

    for (size_t i = 0; i < batch->count && rc == 0; i++)
        if (batch->writes[i].row.state == OUTBOX_SENDING && !batch->writes[i].right) {
            if ((rc = send_wait(&batch->writes[i].row, error)) < 0)
                return rc;
            rc = remote_accounts_look(batch, &cause);
            break;
        }
    if (rc == 0) {
        rc = each(batch, settle_right, error);
        if (rc == 0 && unsettled(batch) && (rc = lease_check(batch->writeback->lease, error)) == 0)
            rc = each(batch, begin_sending, error);
        if (rc < 0 || !unsettled(batch))
            return rc;
        begun = true;
        rc = remote_accounts_write(batch, &cause);
        if (rc == 0)
            return each(batch, settle_rest, error);
    }
    if (rc == ERR_FAULT && begun && batch->count == 1) { /* the write may have been made */
        struct error ignored;

        if (remote_accounts_look(batch, &ignored) == 0 && batch->writes[0].right)
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
static int run_each(struct account_batch *batch, struct error *error)
{
    int rc = 0;

    for (size_t i = 0; i < batch->count && rc == 0; i++) {
        struct account_batch *alone;
        bool ignored = false;

        if (batch->writes[i].settled)
            continue;
        alone = calloc(1, sizeof *alone);
        if (!alone)
            return error_memory(error);
        *alone = (struct account_batch){
            .writeback = batch->writeback, .count = 1, .touched = batch->touched};
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

static int run_batch(struct account_batch *batch, struct error *error)
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
    struct account_batch *batch = calloc(1, sizeof *batch);
    int rc = batch ? 0 : error_memory(error);

    if (batch)
        *batch = (struct account_batch){.writeback = writeback, .touched = touched};
    progress_step("writing the credit into Odoo");
    for (size_t i = 0; i < rows->count && rc == 0; i++) {
        progress_count("writes", (int64_t)i, (int64_t)rows->count);
        rc = outbox_get(writeback->store, rows->items[i], collect, batch, error);
        if (rc == 0 && batch->count == ACCOUNT_BATCH_MAX)
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
