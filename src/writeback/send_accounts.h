/* send_accounts.h - writes the records of x_qualiodoo_account, many in one call. */
#ifndef QUALIODOO_WRITEBACK_SEND_ACCOUNTS_H
#define QUALIODOO_WRITEBACK_SEND_ACCOUNTS_H

#include "qualiodoo/util/array.h"
#include "qualiodoo/writeback/writeback.h"

/* Sends the due rows of the part OUTBOX_ACCOUNT.
 *
 * rows:    ids of outbox rows; those of other parts are ignored.
 * touched: the ids of the records written are added, and the array is sorted.
 *
 * Errors as send_rows()'s. What was sent before a failure is committed. */
int send_accounts(const struct writeback *writeback, const struct ids *rows, struct ids *touched,
                  struct error *error);

#endif
