/* ledger_book.h - the ledger under construction; internal to ledger*.c. */
#ifndef QUALIODOO_CORE_LEDGER_BOOK_H
#define QUALIODOO_CORE_LEDGER_BOOK_H

#include "qualiodoo/core/ledger.h"

/* Invariants, asserted after each day:
 *  I1  every lot has left >= 0; a lot whose end has passed has left == 0;
 *  I2  overdraft >= 0, and overdraft == 0 while an open lot has minutes left;
 *  I3  balance == sum of left - overdraft == sum of the entries. */
struct book {
    const struct ledger_policy *policy;
    struct ledger ledger;
    size_t entries_size;
    size_t *order; /* lots in the order in which they are used: end, start, invoices first, id */
    civil_day day; /* being entered */
    int failed;    /* 0, or ERR_NO_MEMORY once an entry was lost */
};

/* Kind and source of the entries that one operation writes. */
struct cause {
    enum ledger_kind kind;
    enum ledger_source source;
    int64_t source_id;
};

/* The lot at index `rank` of `order`. */
struct ledger_lot *book_lot(struct book *book, size_t rank);

/* Adds a copy of `lot`; the returned pointer stays valid while days are entered. */
struct ledger_lot *book_open(struct book *book, struct ledger_lot lot);

/* Restores `order` after the end of a lot changed. */
void book_reorder(struct book *book);

/* Writes one entry and changes the lot and the balance; 0 writes none. `lot` NULL is the overdraft:
 * a negative amount deepens it. */
void book_enter(struct book *book, struct ledger_lot *lot, minutes amount, struct cause cause);

/* Adds minutes to a lot, then repays the overdraft out of it. */
void book_credit(struct book *book, struct ledger_lot *lot, minutes amount, struct cause cause);

/* Takes `amount` from the lots open today in their order (with `ending`, also from lots that end
 * today); what they do not hold becomes overdraft. */
void book_take(struct book *book, minutes amount, bool ending, struct cause cause);

/* Gives minutes back: to the overdraft, then to the first open lot. Without an open lot, the rest
 * is lost. */
void book_give_back(struct book *book, minutes amount, struct cause cause);

#endif
