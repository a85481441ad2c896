/* send_steps.h - moves of an outbox row that are common to all kinds of writes. */
#ifndef QUALIODOO_WRITEBACK_SEND_STEPS_H
#define QUALIODOO_WRITEBACK_SEND_STEPS_H

#include "qualiodoo/store/outbox.h"
#include "qualiodoo/writeback/writeback.h"

/* Moves a row to another state. With a `reason` and QUEUED or SENDING the next try is delayed, by
 * twice as long after each attempt. Errors: ERR_STATE, ERR_NO_MEMORY. */
struct send_step {
    enum outbox_state to;
    int64_t remote_id;  /* the record made in Odoo; 0: none, or not known */
    const char *reason; /* the failure in words; NULL: none */
};
int send_move(const struct writeback *writeback, const struct outbox_row *row,
              struct send_step step, struct error *error);

/* Moves a row to REFUSED with the words of `cause`, counts and logs it. */
int send_refuse(const struct writeback *writeback, const struct outbox_row *row,
                const struct error *cause, struct error *error);

/* Whether an ERR_ code says that Odoo refused this write, so that other writes may succeed. */
bool send_is_refusal(int code);

/* Waits until Odoo must be done with the row's last call: at most a few seconds after the row was
 * last changed. Only a command that is repeated at once has to wait; the service retries later than
 * that anyway. ERR_INTERRUPTED. */
int send_wait(const struct outbox_row *row, struct error *error);

#endif
