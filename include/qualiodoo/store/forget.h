/* forget.h - deletes what was mirrored and computed, so that it is read anew. */
#ifndef QUALIODOO_STORE_FORGET_H
#define QUALIODOO_STORE_FORGET_H

#include "qualiodoo/store/store.h"

/* Deletes every row except the audit trail, in one transaction. */
int store_forget(struct store *store, struct error *error);

/* Deletes the tickets and what is known by their ids: verdicts, histories, writes. The next pull
 * reads them anew. */
int store_forget_tickets(struct store *store, struct error *error);

#endif
