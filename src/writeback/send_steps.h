/* send_steps.h - what every write does to its row of the outbox, whatever it writes. */
#ifndef QUALIODOO_SEND_STEPS_H
#define QUALIODOO_SEND_STEPS_H

#include "qualiodoo/store/outbox.h"
#include "qualiodoo/writeback/writeback.h"

/* Moves a row; a failure that can pass (`reason` with QUEUED or SENDING) waits before the next try,
 * longer each time. */
struct send_step {
    enum outbox_state to;
    int64_t remote_id;  /* of what was made in Odoo; 0: nothing, or not known */
    const char *reason; /* of a failure; NULL: none */
};
int send_move(const struct writeback *writeback, const struct outbox_row *row,
              struct send_step step, struct error *error);

/* Parks a write that Odoo refuses, with its words; it blocks no other. */
int send_refuse(const struct writeback *writeback, const struct outbox_row *row,
                const struct error *cause, struct error *error);

/* Whether a failure is Odoo's refusal of this write. */
bool send_is_refusal(int code);

/* Waits until Odoo must be done with the row's last call. A service that was killed, or a call that
 * timed out, is tried again later than that anyway; a command typed again is not. */
int send_wait(const struct outbox_row *row, struct error *error);

#endif
