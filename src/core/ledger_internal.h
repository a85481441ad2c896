/* ledger_internal.h - the ledger under construction, shared by ledger*.c only. */
#ifndef QUALIODOO_LEDGER_INTERNAL_H
#define QUALIODOO_LEDGER_INTERNAL_H

#include "qualiodoo/core/ledger.h"

/* Invariants, asserted after each day:
 *  I1  every lot has left >= 0; a lot whose end has passed has left == 0;
 *  I2  overdraft >= 0, and it is 0 as long as an open lot has minutes left;
 *  I3  balance == sum of left - overdraft == sum of the entries. */
struct book {
    const struct ledger_policy *policy;
    struct ledger ledger;
    size_t entries_size, lots_size;
    size_t *order; /* lots in the order of choice: earliest end, start, invoices first, id */
    civil_day day;
    int failed; /* sticky ERR_NO_MEMORY */
};

/* What is being written: the cause of the entries of one operation. */
struct cause {
    enum ledger_kind kind;
    enum ledger_source source;
    int64_t source_id;
};

struct ledger_lot *book_lot(struct book *book, size_t rank); /* by order of choice */
struct ledger_lot *book_open(struct book *book, struct ledger_lot lot);
void book_reorder(struct book *book);
void book_enter(struct book *book, struct ledger_lot *lot, minutes amount, struct cause cause);

/* Minutes arrive in a lot: one entry, then the overdraft is paid back at once. */
void book_arrive(struct book *book, struct ledger_lot *lot, minutes amount, struct cause cause);

/* Takes `amount` from the lots open today in the order of choice (`ending`: also from those that
 * end today), then as overdraft. */
void book_take(struct book *book, minutes amount, bool ending, struct cause cause);

/* Gives minutes back: to the overdraft, then to the first open lot, else lost. */
void book_give_back(struct book *book, minutes amount, struct cause cause);

/* The day's steps that are rooms of their own. */
void book_clawback(struct book *book, const struct ledger_clawback *clawback);
void book_expiry_step(struct book *book);

#endif
