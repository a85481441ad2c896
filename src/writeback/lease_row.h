/* lease_row.h - the agent's row of LEASE_MODEL in Odoo; internal to writeback.
 *
 * Each function changes keeper->lease by what Odoo answered. A row that was lost, changed by
 * another process or removed is no error: keeper->lease.row is then 0. Errors: as odoo_execute()'s;
 * the one for missing rights says what to do. */
#ifndef QUALIODOO_WRITEBACK_LEASE_ROW_H
#define QUALIODOO_WRITEBACK_LEASE_ROW_H

#include "qualiodoo/writeback/lease_state.h"

/* Asks Odoo once in a process whether it has the lease model: sets `asked` and `in_use`. */
int lease_row_model(struct lease_keeper *keeper, struct error *error);

/* Makes a row. After a lost answer, releases the row that may have been made. */
int lease_row_create(struct lease_keeper *keeper, struct error *error);

/* Gives the row up when another process changed it. */
int lease_row_check(struct lease_keeper *keeper, struct error *error);

/* Writes a new token into the row, so that it lives on. */
int lease_row_heartbeat(struct lease_keeper *keeper, struct error *error);

/* Reads the rows of all agents, and logs when that puts this one on duty or takes it off. */
int lease_row_look(struct lease_keeper *keeper, struct error *error);

/* Drops the row: releases it, or lets it expire when this agent was on duty. */
void lease_row_expire(struct lease_keeper *keeper);

/* Releases a row; 0 is allowed. Best effort: after a failure the row expires by itself. */
void lease_row_release(struct lease_keeper *keeper, int64_t row);

#endif
