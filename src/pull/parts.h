/* parts.h - parts that Odoo deletes without a trace: the lines of a ticket, those of an invoice and
 * its reconciliations. Errors of all functions: those of the calls and of the store; owners that
 * were not completed stay marked. */
#ifndef QUALIODOO_PULL_PARTS_H
#define QUALIODOO_PULL_PARTS_H

#include "qualiodoo/pull/open.h"

/* Lists the timesheet lines again of the tickets that are marked as `pending`. */
int parts_of_tickets(struct pull *pull, struct error *error);

/* The same for invoices: their lines of packs and down payments, and their settlements. */
int parts_of_moves(struct pull *pull, struct error *error);

/* Lists the replies on these tickets again, marked or not. */
int parts_replies(struct pull *pull, const struct ids *tickets, struct error *error);

#endif
