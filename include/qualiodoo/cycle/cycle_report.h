/* cycle_report.h - what a cycle did: the reports of its steps, and its own. */
#ifndef QUALIODOO_CYCLE_CYCLE_REPORT_H
#define QUALIODOO_CYCLE_CYCLE_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/compute/compute_report.h"
#include "qualiodoo/odoo/odoo.h"
#include "qualiodoo/pull/pull_report.h"
#include "qualiodoo/store/store.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/writeback/writeback_report.h"

/* What one cycle did; the interface's `reconcile` document. */
struct cycle_report {
    struct pull_report pull;
    struct compute_report compute;
    struct writeback_report writeback;
    json_t *differences;   /* array of texts for people, the first changes of accounts */
    int64_t n_differences; /* of all */
    int64_t duration_ms;
    struct odoo_stats odoo; /* calls made, retries among them */
    bool on_duty;        /* this agent may write into Odoo, as far as several agents go (lease.h) */
    bool took_duty;      /* since the cycle began */
    int64_t lease_in_ms; /* so much later the lease must be looked after; negative: it is not in
                            use */
    bool skipped;        /* cycle_options.if_invoices_changed, and none did: nothing was read */
    bool whole;          /* the cycle went to its end, even when what it met there makes it fail: a
                            write that was refused, a calendar that cannot be used */
    bool has_event;      /* a response target changes by itself at `event` */
    instant event;
};

/* An empty report; cycle_report_free() frees it, also after a failure. */
int cycle_report_open(struct cycle_report *report, struct error *error);
void cycle_report_free(struct cycle_report *report);

/* ERR_NO_MEMORY when something could not be noted for lack of memory. */
int cycle_report_check(const struct cycle_report *report, struct error *error);

/* Whether anything differed. */
bool cycle_report_drift(const struct cycle_report *report);

/* The document of INTERFACE.md (new reference). */
json_t *cycle_report_json(const struct cycle_report *report);

/* Gives tickets their numbers and customers their names, as the state has them, under "name". */
int cycle_report_name(struct cycle_report *report, struct store *store, struct error *error);

#endif
