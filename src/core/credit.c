/* credit.c - judges an invoice or a credit note: what stands, since which day, and how many minutes
 * each line is worth. */
#include "qualiodoo/core/credit.h"

#include <string.h>

#include "qualiodoo/core/duration.h"

enum credit_counterpart credit_counterpart_kind(const struct credit_counterpart_facts *facts,
                                                const struct credit_policy *policy)
{
    static const char *const money_types[] = {"bank", "cash", "credit"};

    for (size_t i = 0; facts->journal_type && i < sizeof money_types / sizeof *money_types; i++)
        if (strcmp(facts->journal_type, money_types[i]) == 0)
            return COUNTERPART_MONEY;
    for (size_t i = 0; facts->journal_code && i < policy->n_money_journals; i++)
        if (strcmp(facts->journal_code, policy->money_journals[i]) == 0)
            return COUNTERPART_MONEY;
    if (facts->move_type && strcmp(facts->move_type, "out_refund") == 0)
        return facts->reverses == facts->own ? COUNTERPART_OWN_REFUND : COUNTERPART_REFUND;
    return COUNTERPART_MISCELLANEOUS;
}

static bool is_word(const char *text, const char *word)
{
    return text && strcmp(text, word) == 0;
}

enum credit_counterpart_state credit_counterpart_state(const char *move_state,
                                                       const char *payment_state)
{
    if ((move_state && !is_word(move_state, "posted")) || is_word(payment_state, "draft"))
        return COUNTERPART_NOT_POSTED;
    return is_word(payment_state, "rejected") || is_word(payment_state, "canceled") ||
                   is_word(payment_state, "cancel")
               ? COUNTERPART_REJECTED
               : COUNTERPART_POSTED;
}

enum credit_verdict credit_standing(const struct credit_move *move)
{
    for (size_t i = 0; i < move->n_settlements; i++) {
        if (move->settlements[i].state == COUNTERPART_NOT_POSTED)
            return CREDIT_NOT_BEHIND;
        if (move->settlements[i].state == COUNTERPART_REJECTED)
            return CREDIT_REJECTED;
    }
    return CREDIT_GRANTED;
}

static enum credit_verdict dated_verdict(civil_day day, const struct credit_policy *policy,
                                         civil_day today, enum credit_verdict otherwise)
{
    if (policy->has_since && day < policy->since)
        return CREDIT_BEFORE_SINCE;
    return day > today ? CREDIT_FUTURE : otherwise;
}

bool credit_line_grants(const struct credit_move *invoice, const struct credit_line *line)
{
    return invoice->total != 0 || invoice->deducts_down_payment || line->untaxed == 0;
}

/* Whether an invoice has packs and grants none of them: its total is zero and each has a price. */
static bool only_offset_packs(const struct credit_move *invoice)
{
    bool offset = false;

    for (size_t i = 0; i < invoice->n_lines; i++) {
        if (credit_line_minutes(&invoice->lines[i]) <= 0)
            continue;
        if (credit_line_grants(invoice, &invoice->lines[i]))
            return false;
        offset = true;
    }
    return offset;
}

struct credit_outcome credit_invoice(const struct credit_move *invoice,
                                     const struct credit_money *money,
                                     const struct credit_policy *policy, civil_day today)
{
    struct credit_outcome outcome = {
        .verdict = money->verdict, .has_payment = money->has_date, .payment = money->date};

    if (money->verdict != CREDIT_GRANTED)
        return outcome;
    outcome.start = money->date > invoice->date ? money->date : invoice->date;
    outcome.renewed = money->date < invoice->date ? money->date : invoice->date;
    if (only_offset_packs(invoice))
        outcome.verdict = CREDIT_OFFSET;
    else
        outcome.verdict = dated_verdict(outcome.start, policy, today, CREDIT_GRANTED);
    return outcome;
}

/* Latest date among the settlements, of whatever kind. */
static bool latest_settlement(const struct credit_move *move, civil_day *ret_date)
{
    bool found = false;

    for (size_t i = 0; i < move->n_settlements; i++) {
        const struct credit_settlement *settlement = &move->settlements[i];

        if (settlement->exchange || (found && settlement->date <= *ret_date))
            continue;
        *ret_date = settlement->date;
        found = true;
    }
    return found;
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
    outcome.verdict = credit_standing(note);
    if (outcome.verdict != CREDIT_GRANTED)
        return outcome;
    outcome.start = note->date;
    outcome.has_payment = latest_settlement(note, &outcome.start);
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

/* The line's amount in the move's currency or, to compare moves of two currencies, the
 * company's. */
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
        [CREDIT_NOT_BEHIND] = "settled by a payment or an entry that is a draft or cancelled",
        [CREDIT_REJECTED] = "settled by a payment that was rejected or cancelled",
        [CREDIT_WRITTEN_OFF] = "more is written off than credit.max_write_off allows",
        [CREDIT_NO_DOWN_PAYMENT] = "deducts a down payment of which there is no posted invoice",
        [CREDIT_DOWN_UNPAID] = "the invoice of its down payment is not paid",
        [CREDIT_OFFSET] = "of amount zero, where only a pack without a price is given",
        [CREDIT_UNDONE] = "was itself undone: takes nothing back",
        [CREDIT_UNDOES] = "only undoes a credit note",
    };

    return texts[verdict];
}
