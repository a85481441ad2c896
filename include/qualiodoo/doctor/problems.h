/* problems.h - what keeps an agent from being healthy, read from its state: `status` lists it, and
 * GET /health says whether there is any. */
#ifndef QUALIODOO_DOCTOR_PROBLEMS_H
#define QUALIODOO_DOCTOR_PROBLEMS_H

#include <jansson.h>
#include <stdbool.h>

#include "qualiodoo/compute/policy.h"
#include "qualiodoo/config/config.h"
#include "qualiodoo/store/store.h"
#include "qualiodoo/util/units.h"

struct problems {
    json_t *texts; /* array of sentences; they name customers, tickets and products */
    bool has_lapse;
    instant lapses_at; /* with no other change, there is one more problem from then on: a mirror is
                          older than status.max_lag, or the reconciliation than its age */
};

/* Reads the state as of clock_now(). problems_free() in every case. */
int problems_find(struct store *store, const struct config *config, const struct policy *policy,
                  struct problems *ret, struct error *error);
void problems_free(struct problems *problems);

#endif
