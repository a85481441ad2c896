/* money.c - which invoices are effectively paid, and on which day. The day on which their credit
 * starts is decided in credit.c. */
#include "qualiodoo/core/money.h"

#include <string.h>

size_t money_find(const struct money_book *book, int64_t move)
{
    size_t low = 0, high = book->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (book->moves[middle]->id < move)
            low = middle + 1;
        else
            high = middle;
    }
    return low < book->count && book->moves[low]->id == move ? low : book->count;
}

/* Whether `id` is an invoice that is effectively paid, by the verdicts reached so far. */
static bool is_paid_invoice(const struct money_book *book, int64_t id)
{
    size_t i = id ? money_find(book, id) : book->count;

    return i < book->count && book->moves[i]->type == MOVE_INVOICE &&
           book->money[i].verdict == CREDIT_GRANTED;
}

bool money_came_by(const struct money_book *book, const struct credit_move *invoice,
                   const struct credit_settlement *settlement)
{
    if (settlement->kind == COUNTERPART_MONEY)
        return true;
    return settlement->kind == COUNTERPART_REFUND && settlement->reverses != invoice->id &&
           is_paid_invoice(book, settlement->reverses);
}

bool money_note_is_undone(const struct credit_move *note)
{
    bool found = false;

    for (size_t i = 0; i < note->n_settlements; i++) {
        if (note->settlements[i].exchange)
            continue;
        if (note->settlements[i].reverses != note->id)
            return false;
        found = true;
    }
    return found;
}

bool money_only_undoes(const struct money_book *book, const struct credit_move *invoice)
{
    size_t at = invoice->reversed_entry ? money_find(book, invoice->reversed_entry) : book->count;
    const struct credit_move *note = at < book->count ? book->moves[at] : NULL;

    if (!note || note->type != MOVE_CREDIT_NOTE || !money_note_is_undone(note))
        return false;
    for (size_t i = 0; i < note->n_settlements; i++)
        if (note->settlements[i].move == invoice->id)
            return true;
    return false;
}

/* The counterparts of an invoice, summed up. */
struct sums {
    bool money;        /* one brought money */
    bool other_refund; /* one is a credit note of another invoice */
    civil_day date;    /* latest of those that brought money */
    micro settled, written_off;
};

/* A sum out of the range of int64 stays at its largest number. */
static void add_amount(micro *sum, micro amount)
{
    if (__builtin_add_overflow(*sum, amount, sum))
        *sum = amount < 0 ? INT64_MIN : INT64_MAX;
}

static struct sums sum_counterparts(const struct money_book *book,
                                    const struct credit_move *invoice)
{
    struct sums sums = {0};

    for (size_t i = 0; i < invoice->n_settlements; i++) {
        const struct credit_settlement *settlement = &invoice->settlements[i];

        if (settlement->exchange)
            continue;
        add_amount(&sums.settled, settlement->amount);
        if (settlement->kind == COUNTERPART_MISCELLANEOUS)
            add_amount(&sums.written_off, settlement->amount);
        if (settlement->kind == COUNTERPART_REFUND && settlement->reverses)
            sums.other_refund = true;
        if (!money_came_by(book, invoice, settlement))
            continue;
        if (!sums.money || settlement->date > sums.date)
            sums.date = settlement->date;
        sums.money = true;
    }
    return sums;
}

/* The verdict of an invoice settled without money: CREDIT_REVERSED when only its own credit notes
 * settle it. */
static enum credit_verdict no_money(const struct credit_move *invoice)
{
    bool refunded = false;

    for (size_t i = 0; i < invoice->n_settlements; i++) {
        if (invoice->settlements[i].exchange)
            continue;
        if (invoice->settlements[i].kind != COUNTERPART_OWN_REFUND)
            return CREDIT_NO_MONEY;
        refunded = true;
    }
    return refunded ? CREDIT_REVERSED : CREDIT_NO_MONEY;
}

/* Whether an invoice without residual is paid according to Odoo. Odoo itself never sets `partial`
 * or `not_paid` there; an automation rule did, so the amounts of the counterparts decide. */
static bool is_called_paid(const struct credit_move *invoice, const struct sums *sums,
                           const struct credit_policy *policy)
{
    switch (invoice->payment_state) {
    case MOVE_PAID:
        return true;
    case MOVE_IN_PAYMENT:
        return policy->accept_in_payment;
    case MOVE_REVERSED:
        return sums->other_refund;
    case MOVE_PARTIAL:
    case MOVE_NOT_PAID:
        return sums->settled > 0 && sums->settled >= invoice->total;
    case MOVE_OTHER_STATE:
        break;
    }
    return false;
}

static enum credit_verdict judge_counterparts(const struct credit_move *invoice,
                                              const struct sums *sums,
                                              const struct credit_policy *policy)
{
    enum credit_verdict standing = credit_standing(invoice);

    if (!invoice->residual_zero)
        return CREDIT_NOT_PAID;
    if (!is_called_paid(invoice, sums, policy))
        return invoice->payment_state == MOVE_REVERSED && !sums->money ? no_money(invoice)
                                                                       : CREDIT_NOT_PAID;
    if (standing != CREDIT_GRANTED)
        return standing;
    if (!sums->money)
        return no_money(invoice);
    if ((__int128)sums->written_off * 100 >
        (__int128)invoice->total * policy->max_write_off_percent)
        return CREDIT_WRITTEN_OFF;
    return CREDIT_GRANTED;
}

bool money_is_down_payment_of(const struct credit_move *invoice, const struct credit_move *final)
{
    return final->deducts_down_payment && invoice != final && invoice->type == MOVE_INVOICE &&
           invoice->state == MOVE_POSTED && invoice->bills_down_payment &&
           invoice->customer == final->customer && invoice->origin && final->origin &&
           strcmp(invoice->origin, final->origin) == 0;
}

/* An invoice that deducts a down payment is paid only when all invoices that bill it are; the
 * latest payment date counts. */
static void judge_down_payments(const struct money_book *book, const struct credit_move *final,
                                struct credit_money *money)
{
    bool found = false;

    for (size_t i = 0; i < book->count; i++) {
        if (!money_is_down_payment_of(book->moves[i], final))
            continue;
        found = true;
        if (book->money[i].verdict != CREDIT_GRANTED) {
            money->verdict = CREDIT_DOWN_UNPAID;
            return;
        }
        if (book->money[i].date > money->date)
            money->date = book->money[i].date;
    }
    if (!found)
        money->verdict = CREDIT_NO_DOWN_PAYMENT;
}

static struct credit_money judge(const struct money_book *book, const struct credit_move *invoice,
                                 const struct credit_policy *policy)
{
    struct credit_money money = {.verdict = CREDIT_NOT_POSTED};
    struct sums sums;

    if (invoice->type != MOVE_INVOICE || invoice->state != MOVE_POSTED)
        return money;
    sums = sum_counterparts(book, invoice);
    money.has_date = sums.money;
    money.date = sums.date;
    if (!invoice->has_date) {
        money.verdict = CREDIT_NO_DATE;
    } else if (invoice->total == 0) {
        money = (struct credit_money){CREDIT_GRANTED, true, invoice->date};
    } else {
        money.verdict = judge_counterparts(invoice, &sums, policy);
    }
    if (money.verdict == CREDIT_GRANTED && invoice->deducts_down_payment)
        judge_down_payments(book, invoice, &money);
    return money;
}

/* Least fixed point: the book starts with no invoice paid, and one more paid invoice can only make
 * others paid or their date later. The loop therefore ends, and a circle of credit notes stays
 * unpaid. */
void money_judge(struct money_book *book, const struct credit_policy *policy)
{
    bool changed = true;

    for (size_t i = 0; i < book->count; i++)
        book->money[i] = (struct credit_money){.verdict = CREDIT_NOT_POSTED};
    while (changed) {
        changed = false;
        for (size_t i = 0; i < book->count; i++) {
            struct credit_money money = judge(book, book->moves[i], policy);

            if (money.verdict != book->money[i].verdict || money.date != book->money[i].date)
                changed = true;
            book->money[i] = money;
        }
    }
}
