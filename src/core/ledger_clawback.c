/* ledger_clawback.c - a credit note takes back what its invoice granted (DOMAIN.md, section 3).
 *
 * Which lots lose the minutes and which lots the clawback is counted against are two questions: it
 * takes from the lots of its invoice first, then from any lot, but is counted (`counted`) against
 * the lots of its invoice only, up to what they granted and did not lose by expiry. What it asks
 * for beyond that limit may have expired: `barred` keeps as much from being reinstated. */
#include "ledger_clawback.h"

#include <assert.h>

#include "ledger_book.h"

/* The next lot of the invoice by line id, after `after`; NULL when there is none. */
static struct ledger_lot *next_lot(struct book *book, int64_t invoice, int64_t after)
{
    struct ledger_lot *next = NULL;

    for (size_t i = 0; i < book->ledger.n_lots; i++) {
        struct ledger_lot *lot = &book->ledger.lots[i];

        if (lot->name.origin == LOT_INVOICE && lot->invoice == invoice && lot->name.id > after &&
            (!next || lot->name.id < next->name.id))
            next = lot;
    }
    return next;
}

#define for_each_lot_of(book, invoice, lot)                                                        \
    for (struct ledger_lot *lot = next_lot(book, invoice, INT64_MIN); lot;                         \
         lot = next_lot(book, invoice, lot->name.id))

static minutes at_most(minutes amount, minutes limit)
{
    if (limit < 0)
        limit = 0;
    return amount < limit ? amount : limit;
}

/* How much of the lot's grant a clawback can still take back. */
static minutes count_limit(const struct ledger_lot *lot)
{
    minutes limit = lot->granted - lot->counted - lot->lost;

    return limit > 0 ? limit : 0;
}

/* Bars the minutes that were asked for beyond the limit from being reinstated. Runs before
 * count_taken(), since it needs `counted` as it was before this clawback. */
static void bar_excess(struct book *book, int64_t invoice, minutes excess)
{
    for_each_lot_of(book, invoice, lot) {
        minutes uncounted = lot->granted - lot->counted;
        minutes limit = (lot->lost < uncounted ? lot->lost : uncounted) - lot->barred;
        minutes part = at_most(excess, limit);

        lot->barred += part;
        excess -= part;
    }
}

/* Counts `taken` against the lots of the invoice; a lot whose whole grant is counted closes
 * today. */
static void count_taken(struct book *book, int64_t invoice, minutes taken)
{
    for_each_lot_of(book, invoice, lot) {
        minutes part = at_most(taken, count_limit(lot));

        lot->counted += part;
        taken -= part;
        if (lot->counted < lot->granted)
            continue;
        lot->reversed = true;
        if (book->day < lot->end)
            lot->end = book->day;
    }
    assert(taken == 0);
    book_reorder(book);
}

void book_clawback(struct book *book, const struct ledger_clawback *clawback)
{
    struct cause cause = {LEDGER_CLAWBACK, SOURCE_MOVE, clawback->move};
    minutes limit = 0, taken, rest;

    if (!clawback->invoice) {
        book_take(book, clawback->amount, true, cause);
        return;
    }
    for_each_lot_of(book, clawback->invoice, lot)
        limit += count_limit(lot);
    taken = rest = at_most(clawback->amount, limit);
    for_each_lot_of(book, clawback->invoice, lot) {
        minutes part = at_most(rest, lot->left);

        book_enter(book, lot, -part, cause);
        rest -= part;
    }
    book_take(book, rest, true, cause);
    bar_excess(book, clawback->invoice, clawback->amount - taken);
    count_taken(book, clawback->invoice, taken);
}
