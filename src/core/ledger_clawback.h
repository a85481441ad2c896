/* ledger_clawback.h - a credit note takes back what its invoice granted; internal to ledger*.c. */
#ifndef QUALIODOO_CORE_LEDGER_CLAWBACK_H
#define QUALIODOO_CORE_LEDGER_CLAWBACK_H

#include "ledger_book.h"

/* Enters the clawback on book->day. */
void book_clawback(struct book *book, const struct ledger_clawback *clawback);

#endif
