/* ledger_expiry.c - the expiry step of a day (DOMAIN.md, section 5): reinstate what a
 * renewal brings back, then roll over or expire the lots that end today. */
#include "ledger_expiry.h"

#include "ledger_book.h"

/* The lot that renews the contract: the one with the latest end among those that an invoice opened
 * and that end after `end`; NULL: none. With `renewed_by`, only among the lots that start today and
 * whose contract was renewed on that day or earlier. */
static struct ledger_lot *renewal(struct book *book, civil_day end, const civil_day *renewed_by)
{
    for (size_t i = book->ledger.n_lots; i-- > 0;) {
        struct ledger_lot *lot = book_lot(book, i);

        if (lot->end <= end)
            return NULL;
        if (lot->name.origin != LOT_INVOICE || lot->reversed)
            continue;
        if (!renewed_by || (lot->start == book->day && lot->renewed <= *renewed_by))
            return lot;
    }
    return NULL;
}

/* The record that opened `lot`, as the cause of an entry. */
static struct cause lot_cause(const struct ledger_lot *lot, enum ledger_kind kind)
{
    if (lot->name.origin == LOT_ADJUSTMENT)
        return (struct cause){kind, SOURCE_ADJUSTMENT, lot->name.id};
    return (struct cause){kind, SOURCE_MOVE, lot->invoice};
}

static void reinstate(struct book *book, struct ledger_lot *lot)
{
    minutes back = lot->lost - lot->barred;
    civil_day renewed_by = lot->end + book->policy->renewal_grace_days;
    struct ledger_lot *target;

    if (back <= 0 || lot->explicit_end)
        return;
    target = renewal(book, lot->end, &renewed_by);
    if (!target)
        return;
    lot->lost -= back;
    book_credit(book, target, back, lot_cause(lot, LEDGER_REINSTATE));
}

static void end_lot(struct book *book, struct ledger_lot *lot)
{
    minutes left = lot->left;
    struct ledger_lot *target = lot->explicit_end ? NULL : renewal(book, lot->end, NULL);

    if (target) {
        lot->moved = true;
        book_enter(book, lot, -left, lot_cause(target, LEDGER_ROLLOVER_OUT));
        book_credit(book, target, left, lot_cause(lot, LEDGER_ROLLOVER_IN));
        return;
    }
    lot->expired = true;
    lot->lost += left;
    book_enter(book, lot, -left, lot_cause(lot, LEDGER_EXPIRE));
}

void book_expiry_step(struct book *book)
{
    for (size_t i = 0; i < book->ledger.n_lots; i++)
        reinstate(book, book_lot(book, i));
    for (size_t i = 0; i < book->ledger.n_lots; i++)
        if (book_lot(book, i)->end == book->day && book_lot(book, i)->left > 0)
            end_lot(book, book_lot(book, i));
}
