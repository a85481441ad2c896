/* cycle_report.h - what a cycle did: the reports of its steps, and its own results. */
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

/* Printed by cycle_report_json(). */
struct cycle_report {
    struct pull_report pull;
    struct compute_report compute;
    struct writeback_report writeback;
    json_t *differences;   /* array of sentences: the first changes of accounts */
    int64_t n_differences; /* how many changes there are in all */
    int64_t duration_ms;
    struct odoo_stats odoo; /* calls, retries included */
    bool on_duty;           /* of several agents, this one may write into Odoo (lease.h) */
    bool took_duty;         /* it became so in this cycle */
    int64_t lease_in_ms;    /* when the lease is due again, from now; negative: it is not in use */
    bool skipped;   /* no invoice changed (cycle_options.if_invoices_changed): nothing was read */
    bool whole;     /* the cycle reached its end, even if it then failed: see cycle_run() */
    bool has_event; /* `event` is set */
    instant event;  /* when the next response target changes with time */
};

/* Makes an empty report; free it with cycle_report_free(), also after ERR_NO_MEMORY. */
int cycle_report_open(struct cycle_report *report, struct error *error);
void cycle_report_free(struct cycle_report *report);

/* ERR_NO_MEMORY when an entry was lost for lack of memory: the adding functions report no error. */
int cycle_report_check(const struct cycle_report *report, struct error *error);

/* Whether the mirror or an account changed. */
bool cycle_report_drift(const struct cycle_report *report);

/* The `reconcile` document of INTERFACE.md (new reference; NULL: out of memory). */
json_t *cycle_report_json(const struct cycle_report *report);

/* Adds "name" to the entries of the report's lists: the number of a ticket or the name of a
 * customer, where the state has it. Errors: ERR_NO_MEMORY and those of the store. */
int cycle_report_name(struct cycle_report *report, struct store *store, struct error *error);

#endif
