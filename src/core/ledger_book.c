/* ledger_book.c - the primitive movements of minutes: only book_enter() writes an entry. */
#include "ledger_book.h"

#include <stdlib.h>

/* The order in which lots are used (DOMAIN.md, section 4). */
static int compare_choice(const struct ledger_lot *a, const struct ledger_lot *b)
{
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->name.origin != b->name.origin)
        return a->name.origin < b->name.origin ? -1 : 1;
    return (a->name.id > b->name.id) - (a->name.id < b->name.id);
}

struct ledger_lot *book_lot(struct book *book, size_t rank)
{
    return &book->ledger.lots[book->order[rank]];
}

/* Insertion sort: few lots are out of place. */
void book_reorder(struct book *book)
{
    for (size_t i = 1; i < book->ledger.n_lots; i++) {
        size_t moving = book->order[i], j = i;

        while (j > 0 && compare_choice(book_lot(book, j - 1), &book->ledger.lots[moving]) > 0) {
            book->order[j] = book->order[j - 1];
            j--;
        }
        book->order[j] = moving;
    }
}

struct ledger_lot *book_open(struct book *book, struct ledger_lot lot)
{
    size_t index = book->ledger.n_lots;

    /* ledger_compute() allocated `lots` and `order` for every grant and adjustment. */
    book->ledger.lots[index] = lot;
    book->order[index] = index;
    book->ledger.n_lots++;
    book_reorder(book);
    return &book->ledger.lots[index];
}

static bool reserve_entry(struct book *book)
{
    size_t size = book->entries_size ? book->entries_size * 2 : 64;
    struct ledger_entry *grown;

    if (book->ledger.n_entries < book->entries_size)
        return true;
    grown = realloc(book->ledger.entries, size * sizeof *grown);
    if (!grown) {
        book->failed = ERR_NO_MEMORY;
        return false;
    }
    book->ledger.entries = grown;
    book->entries_size = size;
    return true;
}

void book_enter(struct book *book, struct ledger_lot *lot, minutes amount, struct cause cause)
{
    if (amount == 0 || !reserve_entry(book))
        return;
    if (lot)
        lot->left += amount;
    else
        book->ledger.overdraft -= amount;
    book->ledger.balance += amount;
    book->ledger.entries[book->ledger.n_entries++] = (struct ledger_entry){
        .day = book->day,
        .kind = cause.kind,
        .amount = amount,
        .balance = book->ledger.balance,
        .lot = lot ? lot->name : (struct ledger_lot_name){LOT_NONE, 0},
        .source = cause.source,
        .source_id = cause.source_id,
    };
}

void book_credit(struct book *book, struct ledger_lot *lot, minutes amount, struct cause cause)
{
    minutes repaid = amount < book->ledger.overdraft ? amount : book->ledger.overdraft;

    book_enter(book, lot, amount, cause);
    cause.kind = LEDGER_OVERDRAFT_REPAID;
    book_enter(book, lot, -repaid, cause);
    book_enter(book, NULL, repaid, cause);
}

void book_take(struct book *book, minutes amount, bool ending, struct cause cause)
{
    for (size_t i = 0; i < book->ledger.n_lots && amount > 0; i++) {
        struct ledger_lot *lot = book_lot(book, i);
        minutes part = lot->left < amount ? lot->left : amount;

        if (lot->end < book->day || (lot->end == book->day && !ending))
            continue;
        book_enter(book, lot, -part, cause);
        amount -= part;
    }
    book_enter(book, NULL, -amount, cause);
}

void book_give_back(struct book *book, minutes amount, struct cause cause)
{
    minutes repaid = amount < book->ledger.overdraft ? amount : book->ledger.overdraft;

    book_enter(book, NULL, repaid, cause);
    amount -= repaid;
    for (size_t i = 0; i < book->ledger.n_lots; i++) {
        struct ledger_lot *lot = book_lot(book, i);

        if (lot->end <= book->day)
            continue;
        book_enter(book, lot, amount, cause);
        return;
    }
}
