/* cycle_outcome.h - what came of a cycle: for people in its report, for `status` in the state. */
#ifndef QUALIODOO_CYCLE_CYCLE_OUTCOME_H
#define QUALIODOO_CYCLE_CYCLE_OUTCOME_H

#include "qualiodoo/cycle/cycle_report.h"

struct cycle_outcome {
    struct store *store;
    int64_t last_audit; /* of the audit trail, before the cycle began */
    bool first_pulls;   /* at least one mirror completed its first pull */
};

/* Fills in report->differences from the audit trail, and the names of what the report lists. */
int cycle_outcome_tell(struct cycle_report *report, const struct cycle_outcome *outcome,
                       struct error *error);

/* Notes for `status` how a cycle ended (error->code 0: well) and when; `reconcile`: it read
 * everything, of everybody. What cannot be noted is lost: the cycle itself has ended. */
void cycle_outcome_note(struct store *store, const struct error *error, bool reconcile);

#endif
