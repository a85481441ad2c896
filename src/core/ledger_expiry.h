/* ledger_expiry.h - the expiry step of a day; internal to ledger*.c. */
#ifndef QUALIODOO_CORE_LEDGER_EXPIRY_H
#define QUALIODOO_CORE_LEDGER_EXPIRY_H

#include "ledger_book.h"

/* Reinstates what a renewal on book->day brings back, then rolls over or expires the lots that end
 * on that day. */
void book_expiry_step(struct book *book);

#endif
