/* cycle.h - one cycle: pull, compute, settle and confirm, send, read back. */
#ifndef QUALIODOO_CYCLE_CYCLE_H
#define QUALIODOO_CYCLE_CYCLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/config/config.h"
#include "qualiodoo/cycle/cycle_report.h"

struct cycle_options {
    bool reconcile;               /* read everything again, not only what changed */
    bool dry_run;                 /* undo every local change at the end */
    bool force;                   /* go past safety.max_delete, accept revoked credit */
    const char *const *customers; /* reconcile only these: ids, references or names */
    size_t n_customers;           /* 0: all */
    bool service;    /* does not wait for the cycle lock (ERR_BUSY), nor long for Odoo, as it comes
                        again, nor tries again too soon what Odoo    did not take */
    bool lease_only; /* looks after the lease, and does nothing else */
    bool if_invoices_changed; /* first asks, in one call, whether any invoice did */
    int64_t *uid; /* or NULL: the user's number that the last cycle of this process found; 0: none.
                     Forgotten when a cycle fails */
};

/* One whole cycle: takes the cycle lock, opens the state, talks to Odoo, computes. The outcome is
 * noted in the state for `status`. Caller frees the report (also filled as far as it went when the
 * cycle fails). ERR_SAFETY when too much would be deleted, or credit be revoked. */
int cycle_run(const struct config *config, const struct cycle_options *options,
              struct cycle_report *ret_report, struct error *error);

#endif
