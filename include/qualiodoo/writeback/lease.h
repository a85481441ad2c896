/* lease.h - the lease that lets exactly one of several agents write into an Odoo. Every function is
 * called under the cycle lock. */
#ifndef QUALIODOO_WRITEBACK_LEASE_H
#define QUALIODOO_WRITEBACK_LEASE_H

#include "qualiodoo/writeback/lease_state.h"

/* Does what is due to keep the agent's row alive (create, heartbeat, look), and saves the result.
 * Does nothing where Odoo has no lease model. Errors as odoo_execute()'s, or ERR_STATE. */
int lease_serve(struct lease_keeper *keeper, struct error *error);

/* Heartbeat and look, when due, in the middle of long work. Failures are ignored: the next call
 * tries again. NULL is allowed. */
void lease_keep(struct lease_keeper *keeper);

/* Before a batch of writes: finds out whether this agent may write, and saves the result.
 *
 * wait:     wait (with a warning in the log) for the second look that gives duty, unless another
 *           agent holds the lease. Used by commands; the service comes back by itself.
 * ret_duty: the agent may write; always true where Odoo has no lease model. False on failure.
 *
 * Errors as odoo_execute()'s, ERR_STATE, ERR_INTERRUPTED while waiting. */
int lease_take(struct lease_keeper *keeper, bool wait, bool *ret_duty, struct error *error);

/* Just before a write: 0, or ERR_BUSY when this agent is no longer on duty. Makes a heartbeat that
 * is due. NULL is allowed: there is no lease to hold. */
int lease_check(struct lease_keeper *keeper, struct error *error);

/* Makes every call to Odoo ask lease_permits() once its connection is established, until it is
 * switched off: a process that was suspended while it connected then sends nothing.
 *
 * keeper: must outlive the guard. NULL is allowed and does nothing.
 * on:     guard the calls, or no longer. */
void lease_guard(struct lease_keeper *keeper, bool on);

/* Releases the row on a clean stop, so that another agent need not wait for it to expire. The row
 * is kept while a write is in state SENDING, which may still reach Odoo. Failures are ignored: the
 * row then expires by itself. */
void lease_release(struct lease_keeper *keeper);

/* Milliseconds until lease_serve() has something to do; negative where Odoo has no lease model. */
int64_t lease_due_in_ms(const struct lease_keeper *keeper);

#endif
