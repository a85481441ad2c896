/* compute_report.h - what was computed anew: accounts, response targets, and what happened in them.
 */
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
    json_t *lost; /* array of {"customer", "name"?, "before_minutes", "after_minutes"}: accounts
                     that lost credit otherwise than by work */
    json_t
        *revoked; /* array of {"customer_id", "customer", "before_minutes", "after_minutes",
                     "lots"}: credit that a changed word would take away, which stopped the cycle */
    json_t *revoked_because; /* array of texts: the words that changed */
    json_t *events;          /* array of {"event", "ticket" or "customer", "minutes"?} */
};

/* An empty report; free it with compute_report_free(), also after a failure. */
int compute_report_open(struct compute_report *report, struct error *error);
void compute_report_free(struct compute_report *report);

/* ERR_NO_MEMORY when something could not be noted for lack of memory. */
int compute_report_check(const struct compute_report *report, struct error *error);

/* What happened, once each: "breach" and "cleared" of a ticket; "credited" (granted, adjusted
 * upwards or come back), "consumed" and "expired" of a customer, with how many more minutes of it
 * the account has than before; "lost" of one whose balance fell otherwise than by work and expiry,
 * with "before_minutes" and "after_minutes". What a first pull finds is history, and no event; what
 * is undone with its transaction is none either. `ticket` or `customer` is 0: it is about the other
 * one. */
void compute_report_event(struct compute_report *report, const char *event, int64_t ticket,
                          int64_t customer, minutes amount);

/* Takes back the events after the first `count`: their transaction was rolled back. */
void compute_report_undo_events(struct compute_report *report, size_t count);

/* Notes an account whose balance fell by more than the work that was charged to it; an event
 * unless it is all expiry, which is one of its own. */
void compute_report_lost(struct compute_report *report, int64_t account,
                         const struct results_change *change);

/* What the report says of accounts, so that it can be taken back with their transaction. */
struct compute_report_mark {
    size_t n_changed, n_lost, n_events;
};
struct compute_report_mark compute_report_mark(const struct compute_report *report);
void compute_report_undo(struct compute_report *report, struct compute_report_mark mark);

#endif
