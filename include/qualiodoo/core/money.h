/* money.h - which invoices are effectively paid (DOMAIN.md, section 3). Pure.
 *
 * Invoices decide about each other: one may be paid by the credit note of another, whose own
 * payment then counts, and one that deducts a down payment waits for the invoice of it. They are
 * therefore judged together, until nothing changes; what only rests on itself (a circle of credit
 * notes) is never paid. */
#ifndef QUALIODOO_CORE_MONEY_H
#define QUALIODOO_CORE_MONEY_H

#include "qualiodoo/core/credit.h"

/* Every move that has a say, once each, by id. */
struct money_book {
    const struct credit_move *const *moves; /* borrowed */
    struct credit_money *money;             /* one per move; owned by the caller */
    size_t count;
};

/* Fills book->money. Neither `today` nor credit.since has a say here. */
void money_judge(struct money_book *book, const struct credit_policy *policy);

/* Index of a move in the book, or book->count. */
size_t money_find(const struct money_book *book, int64_t move);

/* Whether that counterpart of `invoice` brought money, in a judged book. */
bool money_came_by(const struct money_book *book, const struct credit_move *invoice,
                   const struct credit_settlement *settlement);

/* Whether the payment of `final` waits for that of `invoice`: `final` deducts a down payment, and
 * `invoice` is posted and carries it. */
bool money_is_down_payment_of(const struct credit_move *invoice, const struct credit_move *final);

/* Whether a credit note was itself undone: everything that settles it reverses it. */
bool money_note_is_undone(const struct credit_move *note);

/* Whether the invoice is one of those that undo a credit note, and does nothing else. */
bool money_only_undoes(const struct money_book *book, const struct credit_move *invoice);

#endif
