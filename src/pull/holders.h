/* holders.h - keeps the account holder of each partner and invoice. */
#ifndef QUALIODOO_PULL_HOLDERS_H
#define QUALIODOO_PULL_HOLDERS_H

#include "qualiodoo/pull/open.h"

/* Updates the accounts of partners and invoices after partners were pulled. Each move to another
 * account is logged and added to report->moves. Errors: those of the store and of the calls. */
int holders_follow(struct pull *pull, struct error *error);

#endif
