/* transactions.h - transactions on the state. */
#ifndef QUALIODOO_STORE_TRANSACTIONS_H
#define QUALIODOO_STORE_TRANSACTIONS_H

#include "qualiodoo/store/store.h"

/* Transactions nest: an inner one is a savepoint. After a failure inside one call store_rollback(),
 * which undoes the innermost; it does nothing outside of any. */
int store_begin(struct store *store, struct error *error);
int store_commit(struct store *store, struct error *error);
void store_rollback(struct store *store);

#endif
