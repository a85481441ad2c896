/* send.h - sends the outbox to Odoo, in steps that the cycle calls in this order:
 *
 *     send_open      finds the rows that are due
 *     send_settle    looks in Odoo for the rows whose last call was interrupted
 *     (the cycle)    reads and judges again the tickets of the other rows
 *     send_rows      looks in Odoo for each remaining row, and writes what is missing
 *     (the cycle)    reads back the records that were written
 *     send_close
 *
 * An agent that is not on duty calls send_stand_by() in place of send_settle and send_rows. */
#ifndef QUALIODOO_WRITEBACK_SEND_H
#define QUALIODOO_WRITEBACK_SEND_H

#include "qualiodoo/util/array.h"
#include "qualiodoo/writeback/writeback.h"

struct send;

/* Finds the rows that are due. Borrows `writeback` until send_close(), which accepts NULL. Errors:
 * ERR_STATE, ERR_NO_MEMORY. */
int send_open(struct writeback *writeback, struct send **ret, struct error *error);
void send_close(struct send *send);

/* How many rows are due. */
size_t send_count(const struct send *send);

/* The tickets that the due rows are about: sorted ids, borrowed until the next call. */
const struct ids *send_tickets(const struct send *send);

/* Settles the rows whose last call was interrupted: each is DONE when Odoo holds its write, else
 * QUEUED again. ERR_SAFETY when more rows are due than safety.max_writes allows; nothing was
 * written then. Other errors as odoo_execute()'s, ERR_STATE, ERR_INTERRUPTED; the rows settled so
 * far stay so. */
int send_settle(struct send *send, struct error *error);

/* Writes the rows that are due now; they are selected again, since judging the tickets again may
 * have voided or added some. A write that Odoo refuses is parked and is no error. ERR_BUSY when
 * this agent is no longer on duty: the remaining rows wait. Other errors as send_settle()'s; what
 * was sent before is committed. */
int send_rows(struct send *send, struct error *error);

/* Writes nothing: marks as DONE the rows that the agent on duty has written already, for a limited
 * number of rows per call. Without it the queue of a standby would grow until safety.max_writes
 * stops it when it comes on duty. Errors as send_settle()'s, but for ERR_SAFETY. */
int send_stand_by(struct send *send, struct error *error);

/* The records that were written and must be read back: sorted ids, borrowed until send_close(). */
struct send_touched {
    struct ids tickets, partners;
    struct ids accounts; /* rows of x_qualiodoo_account */
};
const struct send_touched *send_touched(const struct send *send);

#endif
