/* cycle_lease.h - the lease in a cycle: taken up before it, and kept with the state after it. */
#ifndef QUALIODOO_CYCLE_LEASE_H
#define QUALIODOO_CYCLE_LEASE_H

#include "lease.h"
#include "qualiodoo/sync.h"
#include "writeback.h"

/* Opens the lease of a cycle: writeback->lease is `keeper`, or NULL where nothing will be written.
 */
int cycle_lease_open(struct writeback *writeback, struct lease_keeper *keeper,
                     const struct cycle_options *options, struct error *error);

/* What the work since did to the lease goes into the state and the report, also where a transaction
 * was rolled back. */
void cycle_lease_close(struct writeback *writeback, struct cycle_report *report);

#endif
