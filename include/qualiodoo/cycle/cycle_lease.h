/* cycle_lease.h - the lease in a cycle: opened before it, saved in the state after it, released
 * when the service stops. */
#ifndef QUALIODOO_CYCLE_CYCLE_LEASE_H
#define QUALIODOO_CYCLE_CYCLE_LEASE_H

#include "qualiodoo/cycle/cycle.h"
#include "qualiodoo/writeback/lease.h"
#include "qualiodoo/writeback/writeback.h"

/* Opens the lease of a cycle in `keeper`, and sets writeback->lease to it. In shadow mode and in a
 * dry run, writeback->lease stays NULL. `quick`: does not ask whether Odoo has the lease model, as
 * an earlier cycle did; before a write it is asked for where it was missing. Errors: those of
 * lease_open(); of lease_serve(), only those that stop any cycle (ERR_NETWORK, ERR_ACCESS_DENIED,
 * ERR_INTERRUPTED), or all with options->lease_only. Others are logged. */
int cycle_lease_open(struct writeback *writeback, struct lease_keeper *keeper,
                     const struct cycle_options *options, bool quick, struct error *error);

/* Saves the lease in the state and reports on it. Call it outside any transaction: what was sent to
 * Odoo stands even when the cycle's transaction was rolled back. */
void cycle_lease_close(struct writeback *writeback, struct cycle_report *report);

/* Releases the lease at a clean stop of the service, so that other agents need not wait until it
 * expires. Does nothing while another command works on the same state. Failures are ignored: the
 * lease then expires. */
void cycle_release_lease(const struct config *config);

#endif
