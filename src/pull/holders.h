/* holders.h - who holds the account of each partner. */
#ifndef QUALIODOO_PULL_HOLDERS_H
#define QUALIODOO_PULL_HOLDERS_H

#include "qualiodoo/pull/pull.h"

/* Brings the accounts of partners and invoices in line with what was pulled of partners. Says which
 * move before they do (log, report->moves). */
int holders_follow(struct pull *pull, struct error *error);

#endif
