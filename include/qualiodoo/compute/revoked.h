/* revoked.h - credit that a changed word would take away. */
#ifndef QUALIODOO_COMPUTE_REVOKED_H
#define QUALIODOO_COMPUTE_REVOKED_H

#include "qualiodoo/compute/accounts.h"
#include "qualiodoo/util/array.h"

/* What became of the balance of an account in this cycle. */
struct balance_change {
    int64_t account;
    minutes before, after;
};

/* A cycle whose accounts are computed and not committed yet. */
struct revocation {
    struct store *store;
    const struct accounts_order *order;
    const char *rules_before, *rules_now; /* policy_text(); rules_before may be NULL */
    const struct balance_change *changes; /* by account */
    size_t n_changes;
    struct compute_report *report;
};

/* Compares the stored lots with what was kept of them. ERR_SAFETY when credit was revoked that
 * nobody accepted: the message names the cause and the first accounts, the report all of them.
 * Otherwise each account from which a lot was taken is named in the log. */
int revoked_check(const struct revocation *revocation, struct error *error);

/* Keeps what a stopped cycle would have revoked, for readers; with `log` the log names the first
 * accounts when it is news. `error` is that of revoked_check(); returns ERR_SAFETY, or what failed
 * instead. */
int revoked_note(struct store *store, const struct compute_report *report, bool log,
                 struct error *error);

/* Keeps the words by which the accounts were computed, for the next comparison. */
int revoked_keep_words(struct store *store, struct error *error);

/* Whether this version of the program computed the accounts last. */
int revoked_same_version(struct store *store, bool *ret, struct error *error);

/* --- revoked_causes.c --- */

/* Why: the words that differ between what was kept and today, as sentences (new array; NULL: out of
 * memory). `words` are those of evidence_words(), `rules` those of policy_text(); what was kept may
 * be NULL. Only products among `products` are named. */
struct revoked_words {
    json_t *words_before, *words_now, *rules_before, *rules_now;
};
json_t *revoked_causes(const struct revoked_words *words, const struct ids *products);

#endif
