/* holders.h - who holds the account of each mirrored partner and invoice (DOMAIN.md, section 2). */
#ifndef QUALIODOO_STORE_HOLDERS_H
#define QUALIODOO_STORE_HOLDERS_H

#include "qualiodoo/store/store.h"
#include "qualiodoo/util/array.h"

/* A partner whose account changes, with the invoices that move along; or, with partner 0, invoices
 * alone. */
struct holder_move {
    int64_t partner;     /* 0: invoices alone */
    int64_t from, to;    /* accounts: ids of partners */
    struct ids invoices; /* borrowed: the invoices on which the partner is stored */
};

/* Sets the account of every partner (its commercial entity or, with `top`, its topmost parent) and
 * of every invoice (that of the partner stored on it), and notes the accounts this touches. Calls
 * `moves` for each partner and group of invoices that had another account, before the account of
 * any invoice is changed; a negative return means a lack of memory. One transaction: nothing is
 * changed after a failure. */
int holders_update(struct store *store, bool top,
                   int (*moves)(void *context, const struct holder_move *move), void *context,
                   struct error *error);

#endif
