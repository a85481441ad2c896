/* parts.h - parts that vanish without a trace: the lines of a ticket, those of an invoice and
 * its reconciliations. */
#ifndef QUALIODOO_PULL_PARTS_H
#define QUALIODOO_PULL_PARTS_H

#include "qualiodoo/pull/pull.h"

/* Lists again the lines of the tickets that were marked when they were read. */
int parts_of_tickets(struct pull *pull, struct error *error);

/* The same of invoices: their lines of packs and down payments, and what settles them. */
int parts_of_moves(struct pull *pull, struct error *error);

#endif
