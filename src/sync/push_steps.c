/* push_steps.c - what every write does to its row of the outbox, whatever it writes. */
#include <string.h>

#include "qualiodoo/clock.h"
#include "qualiodoo/interrupt.h"
#include "qualiodoo/log.h"
#include "verdicts.h"

enum {
    RETRY_FIRST_SECONDS = 60, /* after a failure that can pass, then twice as long each time */
    RETRY_MAX_SECONDS = 3600,
    WAIT_SLICE_MS = 100,
    UNDER_WAY_SECONDS = 5, /* as long as Odoo may go on with a call whose caller was killed */
};

static instant next_try(const struct outbox_row *row)
{
    int64_t wait = RETRY_FIRST_SECONDS;

    for (int i = 0; i < row->attempts && wait < RETRY_MAX_SECONDS; i++)
        wait *= 2;
    return clock_now() + (wait < RETRY_MAX_SECONDS ? wait : RETRY_MAX_SECONDS);
}

int push_move(struct pull *pull, const struct outbox_row *row, enum outbox_state to,
              int64_t remote_id, const char *reason, struct error *error)
{
    struct outbox_move step = {.id = row->id, .to = to, .remote_id = remote_id, .reason = reason};

    if (reason && (to == OUTBOX_QUEUED || to == OUTBOX_SENDING))
        step.next_try = next_try(row);
    return outbox_move(pull->store, &step, clock_now(), error);
}

int push_refuse(struct pull *pull, const struct outbox_row *row, const struct error *cause,
                struct error *error)
{
    pull->report->writes_refused++;
    log_warning("write %lld (%s of %s, %s %lld) was refused: %s", (long long)row->id,
                outbox_part_name(row->part), row->key, row->model, (long long)row->record,
                cause->message);
    return push_move(pull, row, OUTBOX_REFUSED, 0, cause->message, error);
}

bool push_is_refusal(int code)
{
    return code == ERR_REFUSED || code == ERR_ACCESS_RIGHTS || code == ERR_MISSING_RECORD ||
           code == ERR_MISSING_MODEL || code == ERR_MISSING_FIELD || code == ERR_FAULT;
}

int push_wait(const struct outbox_row *row, struct error *error)
{
    int64_t age = clock_now() - row->changed_at; /* below 0: the clock was put back */
    int64_t left = age < 0 ? 0 : UNDER_WAY_SECONDS - age;
    int64_t until_ms = clock_monotonic_ms() + left * 1000;

    while (clock_monotonic_ms() < until_ms && !interrupt_requested(NULL))
        clock_sleep_ms(WAIT_SLICE_MS);
    return interrupt_check(error);
}
