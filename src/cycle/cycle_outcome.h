/* cycle_outcome.h - how a cycle ended: for its report, and in the state for `status`. */
#ifndef QUALIODOO_CYCLE_CYCLE_OUTCOME_H
#define QUALIODOO_CYCLE_CYCLE_OUTCOME_H

#include "qualiodoo/cycle/cycle_report.h"

struct cycle_outcome {
    struct store *store;
    int64_t last_audit; /* number of the last audit row before the cycle */
    bool first_pulls;   /* a mirror completed its first pull */
};

/* Fills report->differences from the audit trail since the cycle began, and adds names to the
 * report's lists. Errors: ERR_NO_MEMORY and those of the store. */
int cycle_outcome_tell(struct cycle_report *report, const struct cycle_outcome *outcome,
                       struct error *error);

/* Saves for `status` how the cycle ended (error->code 0: well) and when. `reconcile`: it read every
 * record of all customers. Failures are ignored: the cycle itself has ended. */
void cycle_outcome_note(struct store *store, const struct error *error, bool reconcile);

/* Saves for `status` the protocol in use, by its name in odoo.protocol. Failures are ignored. */
void cycle_outcome_protocol(struct store *store, const char *name);

#endif
