/* money.h - which invoices are effectively paid, and since when: the payment date (DOMAIN.md,
 * section 3). No I/O, no clock.
 *
 * The verdict of an invoice can depend on another's: the credit note of a paid invoice may settle
 * it, and an invoice that deducts a down payment is paid only when the down payment's invoice is.
 * All are therefore judged together, again and again until no verdict changes. Invoices that only
 * settle each other (a circle of credit notes) are never paid. */
#ifndef QUALIODOO_CORE_MONEY_H
#define QUALIODOO_CORE_MONEY_H

#include "qualiodoo/core/credit.h"

/* Every move on which a verdict depends, once each, by id. */
struct money_book {
    const struct credit_move *const *moves; /* borrowed */
    struct credit_money *money;             /* one per move; owned by the caller */
    size_t count;
};

/* Fills book->money. Of `policy`, credit.since plays no part here: credit_invoice() applies it. */
void money_judge(struct money_book *book, const struct credit_policy *policy);

/* Index of a move in the book, or book->count. */
size_t money_find(const struct money_book *book, int64_t move);

/* Whether `settlement`, one of `invoice`, brought money, by the verdicts of the judged book. */
bool money_came_by(const struct money_book *book, const struct credit_move *invoice,
                   const struct credit_settlement *settlement);

/* Whether `final` is paid only when `invoice` is: `final` deducts a down payment, and `invoice`, of
 * the same customer and sales order, is posted and bills it. */
bool money_is_down_payment_of(const struct credit_move *invoice, const struct credit_move *final);

/* Whether a credit note was itself undone: each of its counterparts reverses it, and it has one. */
bool money_note_is_undone(const struct credit_move *note);

/* Whether `invoice` reverses a credit note of the book, settles it, and the note is undone: it has
 * no other purpose. */
bool money_only_undoes(const struct money_book *book, const struct credit_move *invoice);

#endif
