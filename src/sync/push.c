/* push.c - the outbox into Odoo.
 *
 * Rows found SENDING were cut off: they are looked for everywhere, and are DONE or QUEUED again
 * (settle). Before anything is said of a ticket, it is read again and judged again (confirm). Then,
 * for each row in order: is the note it stands on written? Is the write in Odoo already? Then it is
 * done. Otherwise SENDING is committed, the write is made, and what came of it is committed.
 */
#include <stdlib.h>
#include <string.h>

#include "cycle_report.h"
#include "qualiodoo/ask.h"
#include "qualiodoo/clock.h"
#include "qualiodoo/heartbeat.h"
#include "qualiodoo/interrupt.h"
#include "qualiodoo/log.h"
#include "verdicts.h"

enum { STANDBY_LOOKS = 50 }; /* rows that a standby looks for in one cycle */

struct push {
    struct pull *pull;
    struct ids rows;     /* to send, in order */
    struct ids tickets;  /* to read again before anything is written about them */
    struct ids touched;  /* tickets that were written to: read again afterwards */
    struct ids partners; /* the same of customers */
    struct ids accounts; /* the same of rows of x_qualiodoo_account */
};

/* ---- What is due ---- */

/* The others speak of credit. */
static bool speaks_of_ticket(const struct outbox_row *row)
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
    struct push *push = context;

    if (ids_add(&push->rows, row->id) < 0)
        return error_memory(error);
    return speaks_of_ticket(row) ? add_once(&push->tickets, row->subject, error) : 0;
}

static int find_due(struct push *push, struct error *error)
{
    /* A person who runs the command does not wait for a delay to pass. */
    struct outbox_query query = {.filter = OUTBOX_DUE,
                                 .now = push->pull->patient ? clock_now() : INT64_MAX};

    push->rows.count = push->tickets.count = 0;
    return outbox_each(push->pull->store, &query, collect, push, error);
}

static int check_storm(const struct push *push, struct error *error)
{
    int limit = push->pull->config->safety.max_writes;

    if (push->rows.count <= (size_t)limit || push->pull->force)
        return 0;
    return error_set(
        error, ERR_SAFETY,
        "%zu writes wait for Odoo, more than safety.max_writes allows in a cycle (%d): "
        "nothing was written; look at them with 'qualiodoo outbox', and run "
        "'qualiodoo reconcile --force' if they are right",
        push->rows.count, limit);
}

/* ---- The last word before a flag ---- */

static int confirm(struct push *push, struct error *error)
{
    struct pull *pull = push->pull;
    int rc;

    if (!push->tickets.count)
        return 0;
    rc = store_begin(pull->store, error);
    if (rc < 0)
        return rc;
    rc = pull_tickets(pull, &push->tickets, error);
    if (rc == 0)
        rc = cycle_compute(pull, &push->tickets, error);
    if (rc == 0)
        rc = store_commit(pull->store, error);
    if (rc < 0) {
        store_rollback(pull->store);
        return rc;
    }
    return find_due(push, error); /* less what is no longer true, and what that brought */
}

/* ---- One row ---- */

struct sending {
    struct push *push;
    bool note_done; /* of the row's set */
    enum outbox_state note_state;
};

static int find_note(void *context, const struct outbox_row *row, struct error *error)
{
    struct sending *sending = context;

    (void)error;
    if (row->part == OUTBOX_NOTE) {
        sending->note_state = row->state;
        sending->note_done = row->state == OUTBOX_DONE;
    }
    return 0;
}

/* The note of the set must be in Odoo first: it stands for the rest. */
static int stands_on_note(struct sending *sending, const struct outbox_row *row, bool *ret,
                          struct error *error)
{
    struct outbox_query query = {.filter = OUTBOX_OF_KEY, .key = row->key};
    int rc = 0;

    *ret = true;
    if (row->part == OUTBOX_NOTE || row->part == OUTBOX_FIELDS)
        return 0;
    rc = outbox_each(sending->push->pull->store, &query, find_note, sending, error);
    if (rc == 0)
        *ret = sending->note_done;
    return rc;
}

static int done(struct push *push, const struct outbox_row *row, int64_t id, struct error *error)
{
    bool ticket = strcmp(row->model, push->pull->flavour->ticket) == 0;
    int rc = add_once(ticket ? &push->touched : &push->partners, row->record, error);

    cycle_report_written(push->pull->report, row);
    return rc < 0 ? rc : push_move(push->pull, row, OUTBOX_DONE, id, NULL, error);
}

static int move(struct push *push, const struct outbox_row *row, enum outbox_state to,
                const char *reason, struct error *error)
{
    return push_move(push->pull, row, to, 0, reason, error);
}

/* What came of a call that failed: refused, or to be looked at again. `begun`: the write itself was
 * begun. Returns the failure when the whole push must stop. */
static int failed(struct push *push, const struct outbox_row *row, const struct error *cause,
                  bool begun, struct error *error)
{
    enum outbox_state to =
        begun && ask_unknown_effect(cause->code) ? OUTBOX_SENDING : OUTBOX_QUEUED;
    int rc;

    if (push_is_refusal(cause->code) && !(begun && cause->code == ERR_FAULT))
        return push_refuse(push->pull, row, cause, error);
    if (!begun)
        to = row->state;
    rc = move(push, row, to, cause->message, error);
    if (rc < 0)
        return rc;
    *error = *cause;
    return cause->code;
}

/* A fault of an unknown kind came back although the write may have been made: it is looked for at
 * once. What is then absent was refused. */
static int settle_fault(struct push *push, const struct outbox_row *row, const struct error *fault,
                        struct error *error)
{
    enum sent sent = SENT_ABSENT;
    struct error cause = {0};
    int64_t id = 0;
    int rc = remote_look(push->pull, row, true, &sent, &id, &cause);

    if (rc < 0)
        return failed(push, row, &cause, true, error);
    return sent == SENT_DONE ? done(push, row, id, error)
                             : push_refuse(push->pull, row, fault, error);
}

/* A row whose last call was cut off: is it in Odoo? What is not there now may be in a moment. */
static int settle_row(void *context, const struct outbox_row *row, struct error *error)
{
    struct push *push = ((struct sending *)context)->push;
    enum sent sent = SENT_ABSENT;
    struct error cause = {0};
    int64_t id = 0;
    int rc;

    if (row->state != OUTBOX_SENDING || row->part == OUTBOX_ACCOUNT)
        return 0;
    rc = remote_look(push->pull, row, true, &sent, &id, &cause);
    if (rc == 0 && sent != SENT_DONE) {
        rc = push_wait(row, error);
        if (rc < 0)
            return rc;
        rc = remote_look(push->pull, row, true, &sent, &id, &cause);
    }
    if (rc < 0)
        return failed(push, row, &cause, false, error);
    return sent == SENT_DONE ? done(push, row, id, error)
                             : move(push, row, OUTBOX_QUEUED, NULL, error);
}

static int send_row(void *context, const struct outbox_row *row, struct error *error)
{
    struct sending *sending = context;
    struct push *push = sending->push;
    struct error cause = {0};
    enum sent sent = SENT_ABSENT;
    bool ready = false;
    int64_t id = 0;
    int rc;

    if (row->state != OUTBOX_QUEUED || row->part == OUTBOX_ACCOUNT)
        return 0;
    rc = stands_on_note(sending, row, &ready, error);
    if (rc < 0 || !ready)
        return rc;
    rc = remote_look(push->pull, row, false, &sent, &id, &cause);
    if (rc < 0)
        return failed(push, row, &cause, false, error);
    if (sent == SENT_DONE)
        return done(push, row, id, error);
    rc = lease_check(push->pull->lease, error);
    if (rc == 0)
        rc = move(push, row, OUTBOX_SENDING, NULL, error);
    if (rc < 0)
        return rc;
    rc = remote_write(push->pull, row, &id, &cause);
    if (rc == 0)
        return done(push, row, id, error);
    return rc == ERR_FAULT ? settle_fault(push, row, &cause, error)
                           : failed(push, row, &cause, true, error);
}

/* What was written to, and the notes: so that the next cycle sees no difference. */
static int read_back(struct push *push, struct error *error)
{
    struct page page = {.pull = push->pull, .model = &models[MODEL_PARTNER], .log = true};
    struct page rows = {.pull = push->pull, .model = &models[MODEL_SHOWN], .log = true};
    struct pull *pull = push->pull;
    size_t events = json_array_size(pull->report->events);
    int rc;

    if (!push->touched.count && !push->partners.count && !push->accounts.count)
        return 0;
    rc = store_begin(pull->store, error);
    if (rc < 0)
        return rc;
    if (push->touched.count)
        rc = pull_tickets(pull, &push->touched, error);
    if (rc == 0)
        rc = page_read(&page, push->partners.items, push->partners.count, error);
    pull->doomed.count = 0;
    if (rc == 0)
        rc = page_read(&rows, push->accounts.items, push->accounts.count, error);
    if (rc == 0)
        rc = page_bury(pull, rows.model, error);
    if (rc == 0)
        rc = pull_markers(pull, error);
    if (rc == 0)
        rc = cycle_compute(pull, NULL, error);
    if (rc == 0)
        rc = store_commit(pull->store, error);
    if (rc < 0) {
        store_rollback(pull->store);
        cycle_report_undo_events(pull->report, events);
    }
    return rc;
}

static int each_row(struct push *push,
                    int (*step)(void *context, const struct outbox_row *row, struct error *error),
                    struct error *error)
{
    int rc = 0;

    for (size_t i = 0; i < push->rows.count && rc == 0; i++) {
        struct sending sending = {.push = push};
        bool found;

        rc = interrupt_check(error);
        heartbeat_beat();
        if (rc == 0)
            rc = outbox_get(push->pull->store, push->rows.items[i], step, &sending, &found, error);
    }
    return rc;
}

/* Marks a row that another agent has written meanwhile. */
static int notice_row(void *context, const struct outbox_row *row, struct error *error)
{
    struct push *push = ((struct sending *)context)->push;
    enum sent sent = SENT_ABSENT;
    struct error cause = {0};
    int64_t id = 0;
    int rc;

    if (row->state != OUTBOX_QUEUED || row->part == OUTBOX_ACCOUNT)
        return 0;
    rc = remote_look(push->pull, row, false, &sent, &id, &cause);
    if (rc < 0)
        return push_is_refusal(cause.code) ? 0 : failed(push, row, &cause, false, error);
    return sent == SENT_DONE ? push_move(push->pull, row, OUTBOX_DONE, id, NULL, error) : 0;
}

/* A standby writes nothing. It notices what the holder wrote, some rows in each cycle, so that its
 * own queue does not grow until safety.max_writes stops it when it takes over. */
static int stand_by(struct push *push, size_t most, struct error *error)
{
    struct ids *rows = &push->rows;
    size_t first = rows->count > most ? arc4random_uniform((uint32_t)rows->count) : 0;
    size_t count = rows->count - first < most ? rows->count - first : most;

    memmove(rows->items, rows->items + first, count * sizeof *rows->items);
    rows->count = count;
    return each_row(push, notice_row, error);
}

/* After a takeover the queue may be long with what the other agent wrote. */
static int notice_all(struct push *push, struct error *error)
{
    int rc = 0;

    if (!push->pull->lease || !push->pull->lease->in_use ||
        push->rows.count <= (size_t)push->pull->config->safety.max_writes)
        return 0;
    rc = each_row(push, notice_row, error);
    return rc < 0 ? rc : find_due(push, error);
}

static int send_all(struct push *push, struct error *error)
{
    int rc = notice_all(push, error);

    if (rc == 0)
        rc = check_storm(push, error);
    if (rc == 0)
        rc = each_row(push, settle_row, error);
    if (rc == 0)
        rc = confirm(push, error);
    if (rc == 0)
        rc = check_storm(push, error);
    if (rc == 0)
        rc = each_row(push, send_row, error);
    return rc < 0 ? rc : push_accounts(push->pull, &push->rows, &push->accounts, error);
}

/* Duty that ends in the middle is no failure: the rest waits. */
static int send_on_duty(struct push *push, struct error *error)
{
    struct lease_keeper *lease = push->pull->lease;
    int rc;

    lease_guard(push->pull, true);
    rc = send_all(push, error);
    lease_guard(push->pull, false);
    if (rc == ERR_BUSY && lease && lease->in_use && !lease_permits(lease)) {
        log_warning("%s", error->message);
        rc = 0;
    }
    return rc < 0 ? rc : read_back(push, error);
}

int push_run(struct pull *pull, struct error *error)
{
    struct push push = {.pull = pull};
    int64_t began = clock_monotonic_ms();
    bool duty = true;
    int rc = find_due(&push, error);

    if (rc == 0 && push.rows.count && pull->lease)
        rc = lease_take(pull->lease, !pull->patient, &duty, error);
    if (rc == 0 && push.rows.count)
        rc = duty ? send_on_duty(&push, error) : stand_by(&push, STANDBY_LOOKS, error);
    if (rc == 0 && push.rows.count)
        log_step("wrote into Odoo: %lld writes sent, %lld refused, %lld ms",
                 (long long)pull->report->writes_sent, (long long)pull->report->writes_refused,
                 (long long)(clock_monotonic_ms() - began));
    free(push.rows.items);
    free(push.tickets.items);
    free(push.touched.items);
    free(push.partners.items);
    free(push.accounts.items);
    return rc;
}
