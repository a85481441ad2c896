/* facts_moves.h - the invoices and credit notes of an account, for facts.c. */
#ifndef QUALIODOO_STORE_FACTS_MOVES_H
#define QUALIODOO_STORE_FACTS_MOVES_H

#include "facts_internal.h"

/* Loads the invoices and credit notes of an account with their lines and settlements, and the moves
 * on which their payment depends. Call facts_moves_link() after all queries: it sets pointers into
 * the arrays, which move while they grow. */
int facts_moves_load(struct facts *facts, int64_t account, struct error *error);
void facts_moves_link(struct facts *facts);

#endif
