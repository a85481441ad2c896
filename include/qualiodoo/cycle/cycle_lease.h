/* cycle_lease.h - the lease in a cycle: taken up before it, kept with the state after it, and
 * released when the service stops. */
#ifndef QUALIODOO_CYCLE_CYCLE_LEASE_H
#define QUALIODOO_CYCLE_CYCLE_LEASE_H

#include "qualiodoo/cycle/cycle.h"
#include "qualiodoo/writeback/lease.h"
#include "qualiodoo/writeback/writeback.h"

/* Opens the lease of a cycle: writeback->lease is `keeper`, or NULL where nothing will be written.
 */
int cycle_lease_open(struct writeback *writeback, struct lease_keeper *keeper,
                     const struct cycle_options *options, struct error *error);

/* What the work since did to the lease goes into the state and the report, also where a transaction
 * was rolled back. */
void cycle_lease_close(struct writeback *writeback, struct cycle_report *report);

/* A clean stop of the service: other agents need not wait until its lease expires. Not when another
 * command of the same state is at work. Failures are of no consequence. */
void cycle_release_lease(const struct config *config);

#endif
