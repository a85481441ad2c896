/* audit_internal.h - writes the audit trail, for results.c. */
#ifndef QUALIODOO_STORE_AUDIT_INTERNAL_H
#define QUALIODOO_STORE_AUDIT_INTERNAL_H

#include <stdbool.h>

#include "qualiodoo/core/ledger.h"
#include "qualiodoo/store/store.h"

/* A result that differs from the stored one; all is borrowed for the call. */
struct audit_difference {
    int64_t account;
    bool has_before;             /* a result is stored */
    minutes before;              /* its balance */
    const struct ledger *ledger; /* the computed one; the stored lots are still those of before */
    const char *why;             /* the cause to name when no noted change touches the account */
};

/* Writes one row for the balance and one for each lot that differs. */
int audit_write(struct store *store, const struct audit_difference *difference,
                struct error *error);

#endif
