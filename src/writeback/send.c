/* send.c - sends the outbox to Odoo. Rows of the part `account` are sent by send_accounts.c; a
 * standby (lease.c) sends and settles none.
 *
 * send_settle(): the last call of a SENDING row was interrupted. Its write is searched in Odoo; the
 * row becomes DONE when it is found, else QUEUED.
 * send_rows(), for each QUEUED row in order: skip it until the note of its set is DONE; mark it
 * DONE when Odoo holds the write already; otherwise commit SENDING, make the write, commit the
 * result. */
#include "qualiodoo/writeback/send.h"

#include <stdlib.h>
#include <string.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/heartbeat.h"
#include "qualiodoo/util/interrupt.h"
#include "qualiodoo/util/progress.h"
#include "qualiodoo/writeback/lease.h"
#include "remote.h"
#include "send_accounts.h"
#include "send_steps.h"

enum { STANDBY_LOOKS = 50 }; /* rows that a standby searches in Odoo in one cycle */

struct send {
    struct writeback *writeback;
    struct ids rows;    /* due, in the order of sending */
    struct ids tickets; /* that the rows are about */
    struct send_touched touched;
};

/* ---- What is due ---- */

/* Rows on res.partner concern credit, not a ticket. */
static bool concerns_ticket(const struct outbox_row *row)
{
    return strcmp(row->model, "res.partner") != 0;
}

static int add_once(struct ids *ids, int64_t id, struct error *error)
{
    if (ids_contain(ids->items, ids->count, id))
        return 0;
    if (ids_add(ids, id) < 0)
        return error_memory(error);
    ids_sort(ids->items, ids->count);
    return 0;
}

static int collect(void *context, const struct outbox_row *row, struct error *error)
{
    struct send *send = context;

    if (ids_add(&send->rows, row->id) < 0)
        return error_memory(error);
    return concerns_ticket(row) ? add_once(&send->tickets, row->subject, error) : 0;
}

static int find_due(struct send *send, struct error *error)
{
    /* A command run by a person retries at once, whatever delay a failure left. */
    struct outbox_query query = {.filter = OUTBOX_DUE,
                                 .now = send->writeback->patient ? clock_now() : INT64_MAX};

    send->rows.count = send->tickets.count = 0;
    return outbox_each(send->writeback->store, &query, collect, send, error);
}

static int check_max_writes(const struct send *send, struct error *error)
{
    int limit = send->writeback->config->safety.max_writes;

    if (send->rows.count <= (size_t)limit || send->writeback->force)
        return 0;
    return error_set(
        error, ERR_SAFETY,
        "%zu writes wait for Odoo, more than safety.max_writes allows in a cycle (%d): "
        "nothing was written; look at them with 'qualiodoo outbox', and run "
        "'qualiodoo reconcile --force' if they are right",
        send->rows.count, limit);
}

/* ---- One row ---- */

static int find_note(void *context, const struct outbox_row *row, struct error *error)
{
    bool *done = context;

    (void)error;
    if (row->part == OUTBOX_NOTE)
        *done = row->state == OUTBOX_DONE;
    return 0;
}

/* Whether the row may be sent: the note of its set must be DONE first, as it is the set's
 * idempotency marker. Fields have no note. */
static int is_ready(const struct send *send, const struct outbox_row *row, bool *ret,
                    struct error *error)
{
    struct outbox_query query = {.filter = OUTBOX_OF_KEY, .key = row->key};

    *ret = row->part == OUTBOX_NOTE || row->part == OUTBOX_FIELDS;
    return *ret ? 0 : outbox_each(send->writeback->store, &query, find_note, ret, error);
}

static int done(struct send *send, const struct outbox_row *row, int64_t id, struct error *error)
{
    bool ticket = strcmp(row->model, send->writeback->flavour->ticket) == 0;
    int rc =
        add_once(ticket ? &send->touched.tickets : &send->touched.partners, row->record, error);

    writeback_report_written(send->writeback->report, row);
    return rc < 0 ? rc
                  : send_move(send->writeback, row,
                              (struct send_step){.to = OUTBOX_DONE, .remote_id = id}, error);
}

static int move(struct send *send, const struct outbox_row *row, enum outbox_state to,
                const char *reason, struct error *error)
{
    return send_move(send->writeback, row, (struct send_step){.to = to, .reason = reason}, error);
}

/* Moves a row after a call that failed: REFUSED, or back to wait for another try; SENDING when the
 * write may have been made. `begun`: the call was the write itself, not a look. Returns the failure
 * when no further row can be sent. */
static int failed(struct send *send, const struct outbox_row *row, const struct error *cause,
                  bool begun, struct error *error)
{
    enum outbox_state to =
        begun && ask_unknown_effect(cause->code) ? OUTBOX_SENDING : OUTBOX_QUEUED;
    int rc;

    if (send_is_refusal(cause->code) && !(begun && cause->code == ERR_FAULT))
        return send_refuse(send->writeback, row, cause, error);
    if (!begun)
        to = row->state;
    rc = move(send, row, to, cause->message, error);
    if (rc < 0)
        return rc;
    *error = *cause;
    return cause->code;
}

/* After a fault of an unknown kind the write may have been made all the same: it is searched at
 * once, and counts as refused when Odoo does not hold it. */
static int settle_fault(struct send *send, const struct outbox_row *row, const struct error *fault,
                        struct error *error)
{
    struct remote_found found = {0};
    struct error cause = {0};
    int rc = remote_look(send->writeback, row, true, &found, &cause);

    if (rc < 0)
        return failed(send, row, &cause, true, error);
    return found.there ? done(send, row, found.id, error)
                       : send_refuse(send->writeback, row, fault, error);
}

/* Settles a row whose last call was interrupted. A write that is absent is searched once more after
 * send_wait(): Odoo may still be working on the call. */
static int settle_row(void *context, const struct outbox_row *row, struct error *error)
{
    struct send *send = context;
    struct remote_found found = {0};
    struct error cause = {0};
    int rc;

    if (row->state != OUTBOX_SENDING || row->part == OUTBOX_ACCOUNT)
        return 0;
    rc = remote_look(send->writeback, row, true, &found, &cause);
    if (rc == 0 && !found.there) {
        rc = send_wait(row, error);
        if (rc < 0)
            return rc;
        rc = remote_look(send->writeback, row, true, &found, &cause);
    }
    if (rc < 0)
        return failed(send, row, &cause, false, error);
    return found.there ? done(send, row, found.id, error)
                       : move(send, row, OUTBOX_QUEUED, NULL, error);
}

static int send_row(void *context, const struct outbox_row *row, struct error *error)
{
    struct send *send = context;
    struct error cause = {0};
    struct remote_found found = {0};
    bool ready = false;
    int64_t id = 0;
    int rc;

    if (row->state != OUTBOX_QUEUED || row->part == OUTBOX_ACCOUNT)
        return 0;
    rc = is_ready(send, row, &ready, error);
    if (rc < 0 || !ready)
        return rc;
    rc = remote_look(send->writeback, row, false, &found, &cause);
    if (rc < 0)
        return failed(send, row, &cause, false, error);
    if (found.there)
        return done(send, row, found.id, error);
    rc = lease_check(send->writeback->lease, error);
    if (rc == 0)
        rc = move(send, row, OUTBOX_SENDING, NULL, error);
    if (rc < 0)
        return rc;
    rc = remote_write(send->writeback, row, &id, &cause);
    if (rc == 0)
        return done(send, row, id, error);
    return rc == ERR_FAULT ? settle_fault(send, row, &cause, error)
                           : failed(send, row, &cause, true, error);
}

/* Calls `step` for each due row. `doing`: the name of the step in the progress display. */
static int each_row(struct send *send, const char *doing,
                    int (*step)(void *context, const struct outbox_row *row, struct error *error),
                    struct error *error)
{
    int rc = 0;

    progress_step("%s", doing);
    for (size_t i = 0; i < send->rows.count && rc == 0; i++) {
        rc = interrupt_check(error);
        heartbeat_beat();
        progress_count("writes", (int64_t)i, (int64_t)send->rows.count);
        if (rc == 0)
            rc = outbox_get(send->writeback->store, send->rows.items[i], step, send, error);
    }
    return rc;
}

#define LOOKING "looking for what another agent wrote"

/* Marks a row DONE when another agent has made its write. */
static int notice_row(void *context, const struct outbox_row *row, struct error *error)
{
    struct send *send = context;
    struct remote_found found = {0};
    struct error cause = {0};
    int rc;

    if (row->state != OUTBOX_QUEUED || row->part == OUTBOX_ACCOUNT)
        return 0;
    rc = remote_look(send->writeback, row, false, &found, &cause);
    if (rc < 0)
        return send_is_refusal(cause.code) ? 0 : failed(send, row, &cause, false, error);
    return found.there
               ? send_move(send->writeback, row,
                           (struct send_step){.to = OUTBOX_DONE, .remote_id = found.id}, error)
               : 0;
}

int send_stand_by(struct send *send, struct error *error)
{
    struct ids *rows = &send->rows;
    size_t most = STANDBY_LOOKS;
    size_t first = rows->count > most ? arc4random_uniform((uint32_t)rows->count) : 0;
    size_t count = rows->count - first < most ? rows->count - first : most;

    memmove(rows->items, rows->items + first, count * sizeof *rows->items);
    rows->count = count;
    return each_row(send, LOOKING, notice_row, error);
}

/* When more rows are due than safety.max_writes allows, marks those DONE that another agent wrote:
 * an agent that just came on duty may have many of them. */
static int notice_all(struct send *send, struct error *error)
{
    const struct writeback *writeback = send->writeback;
    int rc = 0;

    if (!writeback->lease || !writeback->lease->in_use ||
        send->rows.count <= (size_t)writeback->config->safety.max_writes)
        return 0;
    rc = each_row(send, LOOKING, notice_row, error);
    return rc < 0 ? rc : find_due(send, error);
}

/* ---- The steps ---- */

int send_open(struct writeback *writeback, struct send **ret, struct error *error)
{
    struct send *send = calloc(1, sizeof *send);
    int rc;

    if (!send)
        return error_memory(error);
    send->writeback = writeback;
    rc = find_due(send, error);
    if (rc < 0)
        send_close(send);
    else
        *ret = send;
    return rc;
}

void send_close(struct send *send)
{
    if (!send)
        return;
    free(send->rows.items);
    free(send->tickets.items);
    free(send->touched.tickets.items);
    free(send->touched.partners.items);
    free(send->touched.accounts.items);
    free(send);
}

size_t send_count(const struct send *send)
{
    return send->rows.count;
}

const struct ids *send_tickets(const struct send *send)
{
    return &send->tickets;
}

const struct send_touched *send_touched(const struct send *send)
{
    return &send->touched;
}

int send_settle(struct send *send, struct error *error)
{
    int rc = notice_all(send, error);

    if (rc == 0)
        rc = check_max_writes(send, error);
    return rc < 0 ? rc : each_row(send, "settling writes that were cut off", settle_row, error);
}

int send_rows(struct send *send, struct error *error)
{
    int rc = find_due(send, error);

    if (rc == 0)
        rc = check_max_writes(send, error);
    if (rc == 0)
        rc = each_row(send, "writing into Odoo", send_row, error);
    return rc < 0 ? rc
                  : send_accounts(send->writeback, &send->rows, &send->touched.accounts, error);
}
