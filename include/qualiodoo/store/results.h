/* results.h - what was computed, kept to be compared with, and the audit trail of what changed. */
#ifndef QUALIODOO_STORE_RESULTS_H
#define QUALIODOO_STORE_RESULTS_H

#include <stdbool.h>

#include "qualiodoo/core/account.h"
#include "qualiodoo/store/store.h"
#include "qualiodoo/util/array.h"

/* How an account differs from what was kept: whether in anything a user sees, its balance before (0
 * when nothing was kept) and after, and how much more it was credited (grants, upward adjustments,
 * minutes come back), consumed and expired in all; less is negative. */
struct results_change {
    bool changed;
    minutes before, after;
    minutes credited, consumed, expired;
};

/* Compares the result with what is stored for the account and, where they differ, replaces it and
 * writes the audit trail, naming the records noted in `change` as the cause (or `why` when there
 * is none: "the calendar", "the configuration"). Runs inside the caller's transaction. */
int results_save(struct store *store, int64_t account_id, civil_day today,
                 const struct account_result *result, const char *why,
                 struct results_change *ret_change, struct error *error);

/* The result of an account as it was kept, without the outcomes of its invoices and the charges of
 * its lines, and the day as of which it was computed; empty, with *ret_found false, when there is
 * none. The caller calls account_result_free(). */
int results_load(struct store *store, int64_t account_id, struct account_result *ret,
                 civil_day *ret_day, bool *ret_found, struct error *error);

/* Removes the result of an account that has no fact left. */
int results_remove(struct store *store, int64_t account_id, const char *why,
                   struct results_change *ret_change, struct error *error);

/* Accounts that have a stored result; sorted; the caller frees ret->items. */
int results_accounts(struct store *store, struct ids *ret, struct error *error);

/* Forgets the noted changes: every account they touch was saved in this transaction. */
int results_changes_done(struct store *store, struct error *error);

/* Number of the last audit row; 0 when there is none. */
int results_last_audit(struct store *store, int64_t *ret_seq, struct error *error);

/* The audit trail of an account (0: all), oldest first, rows after `after`. Each call of `row`
 * gets borrowed texts; before and after may be NULL. */
struct audit_row {
    int64_t seq, account;
    const char *at, *subject, *before, *after, *cause;
};
int results_audit(struct store *store, int64_t account_id, int64_t after,
                  int (*row)(void *context, const struct audit_row *row), void *context,
                  struct error *error);

#endif
