#include "qualiodoo/credit.h"

#include "qualiodoo/duration.h"

/* Latest date among the settlements, of money only or of every kind. */
static bool latest_settlement(const struct credit_move *move, bool money_only, civil_day *ret_date)
{
    bool found = false;

    for (size_t i = 0; i < move->n_settlements; i++) {
        const struct credit_settlement *settlement = &move->settlements[i];

        if (money_only && settlement->kind != COUNTERPART_MONEY)
            continue;
        if (!found || settlement->date > *ret_date)
            *ret_date = settlement->date;
        found = true;
    }
    return found;
}

/* An invoice paid without money: by the credit notes that reverse it, or by anything else? */
static enum credit_verdict no_money_verdict(const struct credit_move *invoice)
{
    for (size_t i = 0; i < invoice->n_settlements; i++)
        if (invoice->settlements[i].kind != COUNTERPART_OWN_REFUND)
            return CREDIT_NO_MONEY;
    return invoice->n_settlements ? CREDIT_REVERSED : CREDIT_NO_MONEY;
}

static enum credit_verdict dated_verdict(civil_day day, const struct credit_policy *policy,
                                         civil_day today, enum credit_verdict otherwise)
{
    if (policy->has_since && day < policy->since)
        return CREDIT_BEFORE_SINCE;
    return day > today ? CREDIT_FUTURE : otherwise;
}

struct credit_outcome credit_invoice(const struct credit_move *invoice,
                                     const struct credit_policy *policy, civil_day today)
{
    struct credit_outcome outcome = {0};
    bool state_paid = invoice->payment_state == MOVE_PAID ||
                      (policy->accept_in_payment && invoice->payment_state == MOVE_IN_PAYMENT);

    outcome.verdict = CREDIT_NOT_POSTED;
    if (invoice->state != MOVE_POSTED)
        return outcome;
    outcome.has_payment = latest_settlement(invoice, true, &outcome.payment);
    outcome.verdict = CREDIT_NO_DATE;
    if (!invoice->has_date)
        return outcome;
    if (!invoice->residual_zero || !state_paid) {
        /* Settled by its own credit note, Odoo calls the unpaid invoice `reversed`. */
        outcome.verdict = invoice->residual_zero && !outcome.has_payment &&
                                  invoice->payment_state == MOVE_OTHER_STATE &&
                                  invoice->n_settlements
                              ? no_money_verdict(invoice)
                              : CREDIT_NOT_PAID;
        return outcome;
    }
    if (invoice->total_zero) { /* an offered pack is paid on its invoice date */
        outcome.has_payment = true;
        outcome.payment = invoice->date;
    }
    if (!outcome.has_payment) {
        outcome.verdict = no_money_verdict(invoice);
        return outcome;
    }
    outcome.start = outcome.payment > invoice->date ? outcome.payment : invoice->date;
    outcome.renewed = outcome.payment < invoice->date ? outcome.payment : invoice->date;
    outcome.verdict = dated_verdict(outcome.start, policy, today, CREDIT_GRANTED);
    return outcome;
}

struct credit_outcome credit_note(const struct credit_move *note, const struct credit_move *invoice,
                                  const struct credit_outcome *invoice_outcome,
                                  const struct credit_policy *policy, civil_day today)
{
    struct credit_outcome outcome = {0};
    bool granted = invoice && invoice_outcome->verdict == CREDIT_GRANTED;

    outcome.verdict = CREDIT_NOT_POSTED;
    if (note->state != MOVE_POSTED)
        return outcome;
    outcome.verdict = CREDIT_NOT_PAID;
    if (!note->residual_zero)
        return outcome;
    outcome.start = note->date;
    outcome.has_payment = latest_settlement(note, false, &outcome.start);
    outcome.payment = outcome.start;
    outcome.verdict = CREDIT_NO_DATE;
    if (!outcome.has_payment && !note->has_date)
        return outcome;
    if (granted && outcome.start < invoice_outcome->start)
        outcome.start = invoice_outcome->start;
    outcome.verdict = CREDIT_NOTHING_GRANTED;
    if (note->reversed_entry && !granted)
        return outcome;
    outcome.verdict = dated_verdict(outcome.start, policy, today,
                                    note->reversed_entry ? CREDIT_GRANTED : CREDIT_NO_INVOICE);
    return outcome;
}

minutes credit_line_minutes(const struct credit_line *line)
{
    return round_half_away((__int128)line->quantity * line->pack_minutes, NANO_ONE);
}

/* The amounts to compare: the move's own currency, or the company's when the two moves differ. */
static micro line_untaxed(const struct credit_line *line, bool company)
{
    return company ? line->untaxed_company : line->untaxed;
}

minutes credit_clawback_minutes(const struct credit_move *move, const struct credit_line *line,
                                const struct credit_move *invoice)
{
    bool own = move == invoice;
    bool company = invoice && move->currency != invoice->currency;
    nano quantity = own ? -line->quantity : line->quantity;
    micro amount = line_untaxed(line, company);
    nano sold = 0;
    __int128 price = 0;

    if (quantity <= 0)
        return 0;
    if (own)
        amount = -amount;
    if (amount < 0)
        amount = 0;
    for (size_t i = 0; invoice && i < invoice->n_lines; i++) {
        const struct credit_line *other = &invoice->lines[i];

        if (other->product != line->product || other->quantity <= 0)
            continue;
        sold += other->quantity;
        price += line_untaxed(other, company);
    }
    /* amount / (price x quantity / sold) < 1, without a division */
    if (price > 0 && (__int128)amount * sold < price * quantity)
        return round_half_away((__int128)line->pack_minutes * amount * sold, price * NANO_ONE);
    return round_half_away((__int128)quantity * line->pack_minutes, NANO_ONE);
}

const char *credit_verdict_text(enum credit_verdict verdict)
{
    static const char *const texts[] = {
        [CREDIT_GRANTED] = "counted",
        [CREDIT_NOT_POSTED] = "not posted",
        [CREDIT_NOT_PAID] = "not fully paid",
        [CREDIT_NO_MONEY] = "settled without money (credit notes or miscellaneous entries)",
        [CREDIT_REVERSED] = "settled by its own credit note",
        [CREDIT_NO_DATE] = "no invoice date",
        [CREDIT_BEFORE_SINCE] = "before credit.since",
        [CREDIT_FUTURE] = "dated after today",
        [CREDIT_NOTHING_GRANTED] = "its invoice granted nothing",
        [CREDIT_NO_INVOICE] = "reverses no invoice: taken like a debit",
    };

    return texts[verdict];
}
