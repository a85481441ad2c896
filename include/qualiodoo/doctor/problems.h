/* problems.h - the problems of an agent, as its state shows them: `status` lists them, GET /health
 * answers whether there are any. No call is made to Odoo. */
#ifndef QUALIODOO_DOCTOR_PROBLEMS_H
#define QUALIODOO_DOCTOR_PROBLEMS_H

#include <jansson.h>
#include <stdbool.h>

#include "qualiodoo/compute/policy.h"
#include "qualiodoo/config/config.h"
#include "qualiodoo/store/store.h"
#include "qualiodoo/util/units.h"

struct problems {
    json_t *texts;     /* array of sentences; they name customers, tickets and products */
    bool has_lapse;    /* lapses_at is set */
    instant lapses_at; /* when the next problem arises if no cycle succeeds before: a mirror gets
                          older than status.max_lag, the last reconciliation older than
                          status.max_reconcile_age, or the API key is about to expire */
};

/* Finds the problems as of clock_now(). The caller holds a read transaction, and frees `ret` with
 * problems_free() also after a failure.
 *
 * policy: opened on the same store and configuration.
 *
 * Errors: ERR_STATE, ERR_NO_MEMORY; `ret` then lists only some problems. */
int problems_find(struct store *store, const struct config *config, const struct policy *policy,
                  struct problems *ret, struct error *error);
void problems_free(struct problems *problems);

#endif
