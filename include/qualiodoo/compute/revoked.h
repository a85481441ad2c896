/* revoked.h - revoked credit (DOMAIN.md, section 3): lots that would be lost although Odoo still
 * says the same of their invoices and payments.
 *
 * The cause is a changed "word", as the code calls what decides how facts are read: a reference, a
 * unit or a type of journal in Odoo, a key of the configuration, or the version of the program. */
#ifndef QUALIODOO_COMPUTE_REVOKED_H
#define QUALIODOO_COMPUTE_REVOKED_H

#include "qualiodoo/compute/accounts.h"

/* The balance of an account before and after this computation. */
struct balance_change {
    int64_t account;
    minutes before, after;
};

/* A computation of accounts whose transaction is not committed yet. All pointers are borrowed. */
struct revocation {
    struct store *store;
    const struct accounts_order *order;
    const struct ids *computed;           /* the accounts that may differ; NULL: all */
    const char *rules_before, *rules_now; /* as JSON; rules_before NULL: this state is new */
    const struct balance_change *changes; /* of the accounts that changed, sorted */
    size_t n_changes;
    struct compute_report *report;
};

/* Compares the lots just stored with their evidence (evidence.h). ERR_SAFETY when credit was
 * revoked that order->force does not accept: the message names the causes and the first accounts,
 * the report all of them; the caller rolls back. Otherwise logs each account that lost credit of a
 * lot. */
int revoked_check(const struct revocation *revocation, struct error *error);

/* Saves in the state what a stopped computation would have revoked, for `status`. `error` is that
 * of revoked_check(). With `log`, logs the first accounts when they differ from what was saved and
 * the message could not name all. Returns ERR_SAFETY with `error` unchanged; when saving fails,
 * that error instead. */
int revoked_note(struct store *store, const struct compute_report *report, bool log,
                 struct error *error);

/* Saves the words by which the accounts were computed, for the next comparison, and removes what
 * revoked_note() saved. */
int revoked_keep_words(struct store *store, struct error *error);

/* *ret: this version of the program computed the accounts last, and the state was not migrated
 * since. */
int revoked_same_version(struct store *store, bool *ret, struct error *error);

#endif
