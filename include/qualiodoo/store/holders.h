/* holders.h - who holds the account of each mirrored partner and invoice (DOMAIN.md, section 2). */
#ifndef QUALIODOO_STORE_HOLDERS_H
#define QUALIODOO_STORE_HOLDERS_H

#include "qualiodoo/store/store.h"
#include "qualiodoo/util/array.h"

/* A partner whose account is another one than before, and the invoices that follow it there; or
 * invoices alone. */
struct holder_move {
    int64_t partner;     /* 0: invoices alone */
    int64_t from, to;    /* accounts: ids of partners */
    struct ids invoices; /* borrowed: those on which the partner is stored */
};

/* Sets the account of every partner (its commercial entity or, with `top`, its topmost parent) and
 * of every invoice (that of the partner stored on it), and notes the accounts that this touches.
 * `moves` is told of each partner and invoice that had another account, before the account of any
 * invoice is changed. */
int holders_update(struct store *store, bool top,
                   int (*moves)(void *context, const struct holder_move *move), void *context,
                   struct error *error);

#endif
