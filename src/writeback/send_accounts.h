/* send_accounts.h - the rows of x_qualiodoo_account, many in one call. */
#ifndef QUALIODOO_SEND_ACCOUNTS_H
#define QUALIODOO_SEND_ACCOUNTS_H

#include "qualiodoo/util/array.h"
#include "qualiodoo/writeback/writeback.h"

/* Writes those of `rows` that are OUTBOX_ACCOUNT; rows of other parts are left alone. Adds the ids
 * that were written to `touched`. */
int send_accounts(const struct writeback *writeback, const struct ids *rows, struct ids *touched,
                  struct error *error);

#endif
