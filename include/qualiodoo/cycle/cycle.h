/* cycle.h - one cycle: pull, compute, settle and confirm, send, read back. */
#ifndef QUALIODOO_CYCLE_CYCLE_H
#define QUALIODOO_CYCLE_CYCLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/config/config.h"
#include "qualiodoo/cycle/cycle_report.h"
#include "qualiodoo/odoo/protocol.h"

struct cycle_options {
    bool reconcile; /* read every record again, not only changes */
    bool dry_run;   /* write nothing into Odoo, and undo every local change at the end */
    bool force; /* ignore safety.max_delete, accept revoked credit; in a reconcile of all customers,
                   also forget the state of another Odoo */
    const char *const *customers; /* reconcile only these: ids, references or names */
    size_t n_customers;           /* 0: all */
    /* Called by the service, which soon runs the next cycle: does not wait for the cycle lock
     * (ERR_BUSY) or for an Odoo that does not answer, and repeats failed writes only after their
     * pause. */
    bool service;
    bool lease_only;          /* keep the lease alive, and do nothing else */
    bool if_invoices_changed; /* ask first, in one call, whether an invoice changed; if not, stop */
    /* In and out, may be NULL: the agent's user and the protocol that the last cycle of this
     * process found, which saves a login; with the uid 0: none, also after a failed cycle. */
    struct odoo_login *login;
};

/* Runs one whole cycle: takes the cycle lock, opens the state, pulls, computes, writes into Odoo.
 * Saves the outcome in the state for `status`. The caller frees *ret_report with
 * cycle_report_free(), also after a failure; it is then filled as far as the cycle went. ERR_BUSY:
 * another process holds the lock. ERR_SAFETY: too many records would be deleted, credit would be
 * revoked, or another Odoo answers. Also fails after a complete cycle (ret_report->whole):
 * ERR_REFUSED for a refused write or a wrong clock, ERR_CALENDAR for a calendar that cannot be
 * used, ERR_SAFETY for revoked credit in the service. */
int cycle_run(const struct config *config, const struct cycle_options *options,
              struct cycle_report *ret_report, struct error *error);

#endif
