/* audit.h - the audit trail: how the results of accounts changed, and by what. */
#ifndef QUALIODOO_STORE_AUDIT_H
#define QUALIODOO_STORE_AUDIT_H

#include <stdint.h>

#include "qualiodoo/store/store.h"

/* The number of the last row of the trail; 0 when there is none. */
int audit_last(struct store *store, int64_t *ret_seq, struct error *error);

/* One row. Texts are borrowed for the call; `before` and `after` may be NULL. */
struct audit_row {
    int64_t account;
    const char *subject, *before, *after, *cause;
};
/* Calls `row` for the rows with a number above `after`, oldest first. A negative code of `row`
 * stops and is returned. */
int audit_each(struct store *store, int64_t after,
               int (*row)(void *context, const struct audit_row *row), void *context,
               struct error *error);

#endif
