/* results.h - the stored results of accounts, and the audit trail of their changes. */
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

/* Stores the result of an account and, where it differs from the stored one, writes the audit
 * trail. The cause named there are the records noted as changes or, without one, `why` ("the
 * calendar", "the configuration"). Runs inside the caller's transaction. */
int results_save(struct store *store, int64_t account_id, civil_day today,
                 const struct account_result *result, const char *why,
                 struct results_change *ret_change, struct error *error);

/* Loads a stored result, without the outcomes of its invoices and the charges of its lines, and the
 * day for which it was computed. *ret_found is false, and *ret empty, when there is none. The
 * caller calls account_result_free(). */
int results_load(struct store *store, int64_t account_id, struct account_result *ret,
                 civil_day *ret_day, bool *ret_found, struct error *error);

/* Removes the result of an account that has no fact left, and writes the audit trail. *ret_change
 * as in results_save(). Runs inside the caller's transaction. */
int results_remove(struct store *store, int64_t account_id, const char *why,
                   struct results_change *ret_change, struct error *error);

/* The accounts that have a stored result. Sorted; the caller frees ret->items. */
int results_accounts(struct store *store, struct ids *ret, struct error *error);

/* Deletes the noted changes. Every account they touch must have been saved in this transaction. */
int results_changes_done(struct store *store, struct error *error);

/* The number of the last audit row; 0 when there is none. */
int results_last_audit(struct store *store, int64_t *ret_seq, struct error *error);

/* One row of the audit trail. Texts are borrowed for the call; `before` and `after` may be NULL. */
struct audit_row {
    int64_t account;
    const char *subject, *before, *after, *cause;
};
/* Calls `row` for the audit rows with a number above `after`, oldest first. A negative code of
 * `row` stops and is returned. */
int results_audit(struct store *store, int64_t after,
                  int (*row)(void *context, const struct audit_row *row), void *context,
                  struct error *error);

#endif
