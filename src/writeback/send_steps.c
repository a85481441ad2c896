/* send_steps.c - moves of an outbox row that are common to all kinds of writes. */
#include "send_steps.h"

#include "qualiodoo/util/backoff.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/interrupt.h"
#include "qualiodoo/util/log.h"

enum {
    RETRY_FIRST_SECONDS = 60, /* after a failure that can pass; doubles with each attempt */
    RETRY_MAX_SECONDS = 3600,
    WAIT_SLICE_MS = 100,
    UNDER_WAY_SECONDS = 5, /* how long Odoo may still work on a call whose caller was killed */
};

int send_move(const struct writeback *writeback, const struct outbox_row *row,
              struct send_step step, struct error *error)
{
    struct outbox_move move = {
        .id = row->id, .to = step.to, .remote_id = step.remote_id, .reason = step.reason};

    if (step.reason && (step.to == OUTBOX_QUEUED || step.to == OUTBOX_SENDING))
        move.next_try =
            clock_now() + backoff_wait(RETRY_FIRST_SECONDS, RETRY_MAX_SECONDS, row->attempts);
    return outbox_move(writeback->store, &move, clock_now(), error);
}

int send_refuse(const struct writeback *writeback, const struct outbox_row *row,
                const struct error *cause, struct error *error)
{
    writeback->report->refused++;
    log_warning("write %lld (%s of %s, %s %lld) was refused: %s", (long long)row->id,
                outbox_part_name(row->part), row->key, row->model, (long long)row->record,
                cause->message);
    return send_move(writeback, row,
                     (struct send_step){.to = OUTBOX_REFUSED, .reason = cause->message}, error);
}

bool send_is_refusal(int code)
{
    return code == ERR_REFUSED || code == ERR_ACCESS_RIGHTS || code == ERR_MISSING_RECORD ||
           code == ERR_MISSING_MODEL || code == ERR_MISSING_FIELD || code == ERR_FAULT;
}

int send_wait(const struct outbox_row *row, struct error *error)
{
    int64_t age = clock_now() - row->changed_at; /* negative when the clock was put back */
    int64_t left = age < 0 ? 0 : UNDER_WAY_SECONDS - age;
    int64_t until_ms = clock_monotonic_ms() + left * 1000;

    while (clock_monotonic_ms() < until_ms && !interrupt_requested(NULL))
        clock_sleep_ms(WAIT_SLICE_MS);
    return interrupt_check(error);
}
