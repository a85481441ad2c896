/* account.c - one account from its facts to its ledger, by rules that are the same for every
 * account: paid invoices, lots, charged lines, the days in order. */
#include "qualiodoo/core/account.h"

#include <stdlib.h>

#include "qualiodoo/util/error.h"

/* The ledger's input under construction. */
struct input {
    struct ledger_grant *grants;
    struct ledger_clawback *clawbacks;
    struct ledger_adjustment *adjustments;
    struct ledger_debit *debits;
    struct ledger_input counts;
};

static void input_free(struct input *input)
{
    free(input->grants);
    free(input->clawbacks);
    free(input->adjustments);
    free(input->debits);
}

static const struct credit_move *find_move(const struct account_facts *facts, int64_t id)
{
    size_t low = 0, high = facts->n_moves;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (facts->moves[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < facts->n_moves && facts->moves[low].id == id ? &facts->moves[low] : NULL;
}

static void add_clawback(struct input *input, const struct credit_move *move,
                         const struct credit_line *line, const struct credit_move *invoice,
                         civil_day day)
{
    minutes amount = credit_clawback_minutes(move, line, invoice);

    if (amount > 0)
        input->clawbacks[input->counts.n_clawbacks++] =
            (struct ledger_clawback){.id = line->id,
                                     .move = move->id,
                                     .invoice = invoice ? invoice->id : 0,
                                     .day = day,
                                     .amount = amount};
}

static void add_invoice(struct input *input, const struct credit_move *invoice,
                        const struct credit_outcome *outcome)
{
    for (size_t i = 0; i < invoice->n_lines; i++) {
        minutes amount = credit_line_minutes(&invoice->lines[i]);

        if (amount > 0 && !credit_line_grants(invoice, &invoice->lines[i]))
            continue;
        if (amount > 0)
            input->grants[input->counts.n_grants++] =
                (struct ledger_grant){.id = invoice->lines[i].id,
                                      .invoice = invoice->id,
                                      .start = outcome->start,
                                      .renewed = outcome->renewed,
                                      .amount = amount};
        else
            add_clawback(input, invoice, &invoice->lines[i], invoice, outcome->start);
    }
}

/* The account's moves and the related ones in one list by id. */
static void fill_book(const struct account_facts *facts, const struct credit_move **list)
{
    size_t own = 0, related = 0;

    for (size_t i = 0; i < facts->n_moves + facts->n_related; i++) {
        bool take_own = own < facts->n_moves && (related == facts->n_related ||
                                                 facts->moves[own].id < facts->related[related].id);

        list[i] = take_own ? &facts->moves[own++] : &facts->related[related++];
    }
}

static void add_invoices(struct input *input, const struct account_facts *facts,
                         const struct account_policy *policy, civil_day today,
                         struct account_result *result)
{
    for (size_t i = 0; i < facts->n_moves; i++) {
        const struct credit_move *invoice = &facts->moves[i];
        struct credit_outcome *outcome = &result->outcomes[i];

        if (invoice->type != MOVE_INVOICE)
            continue;
        *outcome =
            credit_invoice(invoice, &result->book.money[money_find(&result->book, invoice->id)],
                           &policy->credit, today);
        if (money_only_undoes(&result->book, invoice))
            outcome->verdict = CREDIT_UNDOES;
        if (outcome->verdict == CREDIT_GRANTED)
            add_invoice(input, invoice, outcome);
    }
}

/* Runs after add_invoices(): what a credit note takes back depends on its invoice's outcome. */
static void add_notes(struct input *input, const struct account_facts *facts,
                      const struct account_policy *policy, civil_day today,
                      struct account_result *result)
{
    struct credit_outcome *outcomes = result->outcomes;

    for (size_t i = 0; i < facts->n_moves; i++) {
        const struct credit_move *note = &facts->moves[i];
        const struct credit_move *invoice;

        if (note->type != MOVE_CREDIT_NOTE)
            continue;
        invoice = note->reversed_entry ? find_move(facts, note->reversed_entry) : NULL;
        if (invoice && invoice->type != MOVE_INVOICE)
            invoice = NULL;
        outcomes[i] = credit_note(note, invoice, invoice ? &outcomes[invoice - facts->moves] : NULL,
                                  &policy->credit, today);
        if (outcomes[i].verdict != CREDIT_GRANTED && outcomes[i].verdict != CREDIT_NO_INVOICE)
            continue;
        if (money_note_is_undone(note)) {
            outcomes[i].verdict = CREDIT_UNDONE;
            continue;
        }
        for (size_t j = 0; j < note->n_lines; j++)
            add_clawback(input, note, &note->lines[j], invoice, outcomes[i].start);
    }
}

static void add_adjustments(struct input *input, const struct account_facts *facts,
                            const struct account_policy *policy)
{
    for (size_t i = 0; i < facts->n_adjustments; i++) {
        const struct ledger_adjustment *adjustment = &facts->adjustments[i];

        if (policy->credit.has_since && adjustment->day < policy->credit.since)
            continue;
        if (adjustment->amount == 0 || (adjustment->has_end && adjustment->end <= adjustment->day))
            continue;
        input->adjustments[input->counts.n_adjustments++] = *adjustment;
    }
}

static void add_tickets(struct input *input, const struct account_facts *facts,
                        const struct account_policy *policy, civil_day today,
                        struct account_result *result)
{
    for (size_t i = 0; i < facts->n_tickets; i++) {
        const struct charge_ticket *ticket = &facts->tickets[i];
        struct charge *charges = &result->charges[result->n_charges];

        result->held += charge_ticket_lines(ticket, &policy->charge, today, charges);
        result->n_charges += ticket->n_lines;
        for (size_t j = 0; j < ticket->n_lines; j++)
            if (charges[j].reason == CHARGE_COUNTED && charges[j].charged)
                input->debits[input->counts.n_debits++] =
                    (struct ledger_debit){.id = ticket->lines[j].id,
                                          .day = ticket->lines[j].day,
                                          .amount = charges[j].charged};
    }
}

static void note_change(struct account_result *result, civil_day day, civil_day today)
{
    if (day > today && (!result->has_next_change || day < result->next_change)) {
        result->has_next_change = true;
        result->next_change = day;
    }
}

/* The first later day on which the same facts give another result. */
static void find_next_change(const struct account_facts *facts, civil_day today,
                             struct account_result *result)
{
    if (result->ledger.has_next_change)
        note_change(result, result->ledger.next_change, today);
    for (size_t i = 0; i < facts->n_moves; i++)
        if (result->outcomes[i].verdict == CREDIT_FUTURE)
            note_change(result, result->outcomes[i].start, today);
    for (size_t i = 0; i < facts->n_adjustments; i++)
        note_change(result, facts->adjustments[i].day, today);
    for (size_t i = 0; i < facts->n_tickets; i++) {
        const struct charge_ticket *ticket = &facts->tickets[i];

        if (ticket->has_response)
            note_change(result, ticket->response, today);
        if (ticket->n_lines) /* by day: walk back to the first line after today */
            for (size_t j = ticket->n_lines; j-- > 0 && ticket->lines[j].day > today;)
                note_change(result, ticket->lines[j].day, today);
    }
}

static bool allocate(struct input *input, const struct account_facts *facts,
                     struct account_result *result)
{
    size_t n_move_lines = 0, n_lines = 0;

    for (size_t i = 0; i < facts->n_moves; i++)
        n_move_lines += facts->moves[i].n_lines;
    for (size_t i = 0; i < facts->n_tickets; i++)
        n_lines += facts->tickets[i].n_lines;
    result->outcomes = calloc(facts->n_moves + 1, sizeof *result->outcomes);
    result->moves =
        calloc(facts->n_moves + facts->n_related + 1, sizeof(const struct credit_move *));
    result->book = (struct money_book){
        .moves = result->moves,
        .money = calloc(facts->n_moves + facts->n_related + 1, sizeof *result->book.money),
        .count = facts->n_moves + facts->n_related};
    result->charges = calloc(n_lines + 1, sizeof *result->charges);
    input->grants = calloc(n_move_lines + 1, sizeof *input->grants);
    input->clawbacks = calloc(n_move_lines + 1, sizeof *input->clawbacks);
    input->adjustments = calloc(facts->n_adjustments + 1, sizeof *input->adjustments);
    input->debits = calloc(n_lines + 1, sizeof *input->debits);
    return result->outcomes && result->moves && result->book.money && result->charges &&
           input->grants && input->clawbacks && input->adjustments && input->debits;
}

int account_compute(const struct account_facts *facts, const struct account_policy *policy,
                    civil_day today, struct account_result *ret, struct error *error)
{
    struct input input = {0};
    struct account_result result = {0};
    int rc = ERR_NO_MEMORY;

    if (!allocate(&input, facts, &result)) {
        error_memory(error);
        goto done;
    }
    fill_book(facts, result.moves);
    money_judge(&result.book, &policy->credit);
    add_invoices(&input, facts, policy, today, &result);
    add_notes(&input, facts, policy, today, &result);
    add_adjustments(&input, facts, policy);
    add_tickets(&input, facts, policy, today, &result);
    input.counts.grants = input.grants;
    input.counts.clawbacks = input.clawbacks;
    input.counts.adjustments = input.adjustments;
    input.counts.debits = input.debits;
    rc = ledger_compute(&input.counts, &policy->ledger, today, &result.ledger, error);
    if (rc == 0)
        find_next_change(facts, today, &result);
done:
    input_free(&input);
    if (rc == 0)
        *ret = result;
    else
        account_result_free(&result);
    return rc;
}

static bool has_pack(const struct credit_move *move)
{
    for (size_t i = 0; i < move->n_lines; i++)
        if (credit_line_minutes(&move->lines[i]) > 0 && credit_line_grants(move, &move->lines[i]))
            return true;
    return false;
}

/* Whether a later payment would change the verdict. */
static bool awaits_payment(enum credit_verdict verdict)
{
    return verdict == CREDIT_NOT_PAID || verdict == CREDIT_NOT_BEHIND ||
           verdict == CREDIT_REJECTED || verdict == CREDIT_DOWN_UNPAID;
}

const struct credit_move *account_lost_unless_paid(const struct account_facts *facts,
                                                   const struct account_policy *policy,
                                                   const struct account_result *result,
                                                   const struct ledger_lot *lot, civil_day today)
{
    if (lot->explicit_end || lot->lost <= lot->barred || lot->end > today)
        return NULL;
    for (size_t i = 0; i < facts->n_moves; i++) {
        const struct credit_move *move = &facts->moves[i];

        civil_day renewed = move->date < today ? move->date : today;

        /* The lots of an invoice paid today would start after the end of `lot`; the contract would
         * be renewed on the earlier of today and the invoice date. */
        if (move->type == MOVE_INVOICE && awaits_payment(result->outcomes[i].verdict) &&
            renewed <= lot->end + policy->ledger.renewal_grace_days && has_pack(move))
            return move;
    }
    return NULL;
}

struct account_totals account_totals(const struct account_result *result)
{
    struct account_totals totals = {0};

    for (size_t i = 0; i < result->ledger.n_entries; i++) {
        const struct ledger_entry *entry = &result->ledger.entries[i];

        switch (entry->kind) {
        case LEDGER_GRANT:
            totals.grants += entry->amount;
            break;
        case LEDGER_CLAWBACK:
            totals.clawbacks -= entry->amount;
            break;
        case LEDGER_DEBIT:
            totals.debits -= entry->amount;
            break;
        case LEDGER_EXPIRE:
            totals.expired -= entry->amount;
            break;
        case LEDGER_REINSTATE:
            totals.reinstated += entry->amount;
            break;
        case LEDGER_ADJUST:
            if (entry->amount > 0)
                totals.adjusted_in += entry->amount;
            else
                totals.adjusted_out -= entry->amount;
            break;
        case LEDGER_ROLLOVER_OUT: /* moves minutes within the account */
        case LEDGER_ROLLOVER_IN:
        case LEDGER_OVERDRAFT_REPAID:
            break;
        }
    }
    return totals;
}

void account_result_free(struct account_result *result)
{
    free(result->outcomes);
    free(result->moves);
    free(result->book.money);
    free(result->charges);
    ledger_free(&result->ledger);
    *result = (struct account_result){0};
}
