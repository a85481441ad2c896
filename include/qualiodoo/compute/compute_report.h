/* compute_report.h - what was computed in a cycle: accounts, response targets and their events. */
#ifndef QUALIODOO_COMPUTE_COMPUTE_REPORT_H
#define QUALIODOO_COMPUTE_COMPUTE_REPORT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/store/results.h"
#include "qualiodoo/util/error.h"
#include "qualiodoo/util/units.h"

struct compute_report {
    int64_t accounts_recomputed;
    int64_t breaches_new, breaches_cleared;
    json_t *accounts_changed; /* array of customer ids */
    json_t *lost; /* accounts that lost credit other than by charged work: array of {"customer",
                     "name"?, "before_minutes", "after_minutes"} */
    /* Accounts whose credit would be revoked, which stopped the computation: array of
     * {"customer_id", "customer", "before_minutes", "after_minutes", "lots"}. */
    json_t *revoked;
    json_t *revoked_because; /* array of sentences: the causes (revoked_causes()) */
    json_t *events;          /* array of {"event", "ticket" or "customer", "minutes"?} */
};

/* Makes an empty report; free it with compute_report_free(), also after ERR_NO_MEMORY. */
int compute_report_open(struct compute_report *report, struct error *error);
void compute_report_free(struct compute_report *report);

/* ERR_NO_MEMORY when an entry was lost for lack of memory: the adding functions report no error. */
int compute_report_check(const struct compute_report *report, struct error *error);

/* Adds an event. `event` is "breach" or "cleared", of a ticket; or "credited" (granted, adjusted
 * upwards or returned), "consumed" or "expired", of a customer: `amount` is by how many minutes
 * that total of the account grew. Either `ticket` or `customer` is 0. The caller adds no event for
 * what a first pull finds, which is history. ("lost" events: see compute_report_lost().) */
void compute_report_event(struct compute_report *report, const char *event, int64_t ticket,
                          int64_t customer, minutes amount);

/* Removes all but the first `count` events: the transaction of the others was rolled back. */
void compute_report_undo_events(struct compute_report *report, size_t count);

/* Adds an account to report->lost when its balance fell by more than change->consumed, the work
 * charged to it (0: what is charged more is no work). Adds a "lost" event, with the balances before
 * and after, unless expiry explains all of it: expiry has its own event. */
void compute_report_lost(struct compute_report *report, int64_t account,
                         const struct results_change *change);

/* The lengths of the report's lists of accounts and events, by which compute_report_undo() removes
 * what was added since: the transaction was rolled back. */
struct compute_report_mark {
    size_t n_changed, n_lost, n_events;
};
struct compute_report_mark compute_report_mark(const struct compute_report *report);
void compute_report_undo(struct compute_report *report, struct compute_report_mark mark);

#endif
