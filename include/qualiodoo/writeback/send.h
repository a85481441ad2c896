/* send.h - the outbox into Odoo, in steps that the cycle orders.
 *
 *     send_open      what is due
 *     send_settle    rows whose last call was cut off: are they in Odoo?
 *     (the cycle)    reads the tickets again that the rest is about, and judges them again
 *     send_rows      the rest: looked for, then written
 *     (the cycle)    reads back what was written to
 *     send_close
 */
#ifndef QUALIODOO_WRITEBACK_SEND_H
#define QUALIODOO_WRITEBACK_SEND_H

#include "qualiodoo/util/array.h"
#include "qualiodoo/writeback/writeback.h"

struct send;

/* Finds what is due. Borrows `writeback`. Close it with send_close(); NULL is allowed there. */
int send_open(struct writeback *writeback, struct send **ret, struct error *error);
void send_close(struct send *send);

/* How many writes are due. */
size_t send_count(const struct send *send);

/* The tickets that something is to be written about; sorted, borrowed until the next call. */
const struct ids *send_tickets(const struct send *send);

/* Settles the rows that were cut off. ERR_SAFETY when more is due than safety.max_writes allows. */
int send_settle(struct send *send, struct error *error);

/* Writes what is due by now: some of it may be void since the tickets were judged again, or new.
 * ERR_BUSY when this agent is not on duty any more: the rest waits. */
int send_rows(struct send *send, struct error *error);

/* A standby writes nothing. It notices what the agent on duty wrote, some rows in each cycle, so
 * that its own queue does not grow until safety.max_writes stops it when it takes over. */
int send_stand_by(struct send *send, struct error *error);

/* What was written to, and must be read back; sorted, borrowed until send_close(). */
struct send_touched {
    struct ids tickets, partners;
    struct ids accounts; /* rows of x_qualiodoo_account */
};
const struct send_touched *send_touched(const struct send *send);

#endif
