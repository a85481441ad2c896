/* results.h - stores the results of accounts; results_load.h loads them. */
#ifndef QUALIODOO_STORE_RESULTS_H
#define QUALIODOO_STORE_RESULTS_H

#include <stdbool.h>

#include "qualiodoo/core/account.h"
#include "qualiodoo/store/store.h"
#include "qualiodoo/util/array.h"

/* How a result differs from the stored one. `changed`: in anything a user sees. `before`, `after`:
 * the balance, 0 when nothing was stored. `credited` (grants, upward adjustments, minutes
 * returned), `consumed` and `expired`: the difference of their totals, in minutes; negative for
 * less. */
struct results_change {
    bool changed;
    minutes before, after;
    minutes credited, consumed, expired;
};

/* A result to store; all is borrowed for the call. */
struct results_new {
    int64_t account; /* id of its partner */
    civil_day today; /* for which it was computed */
    const struct account_result *result;
    const char *why; /* "the calendar", "no fact left": the cause that the audit trail names when no
                        noted change touches the account */
};

/* Stores the result of an account and, where it differs from the stored one, writes the audit
 * trail. Runs inside the caller's transaction. */
int results_save(struct store *store, const struct results_new *computed,
                 struct results_change *ret_change, struct error *error);

/* Removes the result of an account that has no fact left, and writes the audit trail. *ret_change
 * as in results_save(). Runs inside the caller's transaction. */
int results_remove(struct store *store, int64_t account_id, const char *why,
                   struct results_change *ret_change, struct error *error);

/* The accounts that have a stored result. Sorted; the caller frees ret->items. */
int results_accounts(struct store *store, struct ids *ret, struct error *error);

/* Deletes the noted changes. Every account they touch must have been saved in this transaction. */
int results_changes_done(struct store *store, struct error *error);

#endif
