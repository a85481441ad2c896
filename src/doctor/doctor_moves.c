/* doctor_moves.c - lists the invoices and credit notes that give no credit, or take none back, for
 * a reason that a person should know. */
#include "doctor_moves.h"

#include "doctor_findings.h"
#include "doctor_list.h"
#include "qualiodoo/store/facts.h"
#include "qualiodoo/store/facts_changed.h"
#include "qualiodoo/util/progress.h"

struct inspection {
    const struct doctor *doctor;
    struct store *store;
    const struct policy *policy;
    civil_day today;
    /* The verdicts of account_compute() on the invoices and credit notes of all accounts. */
    struct doctor_list by_verdict[CREDIT_VERDICTS], offset, negative;
    bool found;
};

static const char *move_name(const struct credit_move *move)
{
    return *move->name ? move->name : "draft";
}

/* The verdicts that a person should know about. Draft and rejected payments are among them because
 * Odoo still calls their invoices paid. */
static const struct {
    bool of_notes; /* also reported for credit notes */
    const char *text, *advice;
} verdicts[CREDIT_VERDICTS] = {
    [CREDIT_NO_MONEY] =
        {false,
         "invoices settled without money, by credit notes or miscellaneous entries, which give "
         "no credit",
         "where credit is due all the same: qualiodoo adjust CUSTOMER MINUTES --reason TEXT; where "
         "a journal's entries are money: credit.money_journals"},
    [CREDIT_WRITTEN_OFF] =
        {false,
         "invoices of which more is written off than credit.max_write_off, which give no credit",
         "where credit is due all the same: raise credit.max_write_off, or qualiodoo adjust "
         "CUSTOMER "
         "MINUTES --reason TEXT"},
    [CREDIT_NOT_BEHIND] =
        {true,
         "invoices and credit notes that Odoo calls paid behind a payment or an entry that is a "
         "draft or cancelled, and that do not count",
         "post that payment again in Odoo, or remove it from the invoice"},
    [CREDIT_REJECTED] =
        {true,
         "invoices and credit notes that Odoo calls paid behind a payment that was rejected or "
         "cancelled, and that do not count",
         "remove that payment from the invoice in Odoo, and register the one that came instead"},
    [CREDIT_NO_DOWN_PAYMENT] =
        {false,
         "invoices that deduct a down payment of which there is no posted invoice of the same "
         "order and customer, which give no credit",
         "give the down payment's invoice the same source document and customer, or adjust by "
         "hand"},
    [CREDIT_NO_DATE] = {false, "posted invoices without a date, which give no credit",
                        "give them an invoice date in Odoo"},
    [CREDIT_NO_INVOICE] =
        {true, "credit notes of packs that reverse no invoice, taken like work done",
         "where one belongs to an invoice: cancel it and make it from the invoice (Add Credit "
         "Note)"},
};

static void list_verdict(struct inspection *inspection, const struct credit_move *move,
                         const struct credit_outcome *outcome)
{
    const struct credit_policy *policy = &inspection->policy->account.credit;
    bool note = move->type == MOVE_CREDIT_NOTE;

    if (!verdicts[outcome->verdict].text || (note && !verdicts[outcome->verdict].of_notes))
        return;
    if (!note && move->has_date && policy->has_since && move->date < policy->since)
        return;
    doctor_list_add(&inspection->by_verdict[outcome->verdict], "%s (%lld)", move_name(move),
                    (long long)move->id);
}

static void inspect_invoice(struct inspection *inspection, const struct credit_move *move,
                            const struct credit_outcome *outcome)
{
    bool offset = outcome->verdict == CREDIT_OFFSET;

    list_verdict(inspection, move, outcome);
    for (size_t i = 0; i < move->n_lines && outcome->verdict == CREDIT_GRANTED; i++)
        offset = offset || (credit_line_minutes(&move->lines[i]) > 0 &&
                            !credit_line_grants(move, &move->lines[i]));
    if (offset)
        doctor_list_add(&inspection->offset, "%s (%lld)", move_name(move), (long long)move->id);
}

static void inspect_note(struct inspection *inspection, const struct credit_move *move,
                         const struct credit_outcome *outcome)
{
    bool negative = false;

    list_verdict(inspection, move, outcome);
    for (size_t i = 0; i < move->n_lines; i++)
        negative = negative || move->lines[i].quantity < 0;
    if (negative && (outcome->verdict == CREDIT_GRANTED || outcome->verdict == CREDIT_NO_INVOICE))
        doctor_list_add(&inspection->negative, "%s (%lld)", move_name(move), (long long)move->id);
}

static int inspect_account(struct inspection *inspection, struct facts *holder, int64_t account,
                           struct error *error)
{
    const struct account_facts *facts;
    struct account_result result = {0};
    int rc = facts_load(holder, account, &facts, error);

    if (rc == 0)
        rc =
            account_compute(facts, &inspection->policy->account, inspection->today, &result, error);
    if (rc != 0)
        return error_prefix(error, "account %lld", (long long)account);
    for (size_t i = 0; i < facts->n_moves; i++)
        if (facts->moves[i].type == MOVE_INVOICE)
            inspect_invoice(inspection, &facts->moves[i], &result.outcomes[i]);
        else
            inspect_note(inspection, &facts->moves[i], &result.outcomes[i]);
    account_result_free(&result);
    return 0;
}

static int inspect_accounts(struct inspection *inspection, struct error *error)
{
    struct facts *holder = facts_new(inspection->store, &inspection->policy->facts);
    struct ids accounts = {0};
    int rc = holder ? facts_accounts(inspection->store, &accounts, error) : error_memory(error);

    progress_step("looking at the state");
    for (size_t i = 0; i < accounts.count && rc == 0; i++) {
        progress_count("accounts", (int64_t)i, (int64_t)accounts.count);
        rc = inspect_account(inspection, holder, accounts.items[i], error);
    }
    facts_free(holder);
    free(accounts.items);
    return rc;
}

static void report_moves(struct inspection *inspection, struct doctor_list *list, const char *text,
                         const char *advice)
{
    if (list->count) {
        inspection->found = true;
        doctor_note(inspection->doctor, advice, "%s: %s", text, doctor_list_text(list));
    }
    doctor_list_free(list);
}

int doctor_moves(const struct doctor *doctor, struct store *store, const struct policy *policy,
                 bool *ret_found, struct error *error)
{
    struct inspection inspection = {
        .doctor = doctor, .store = store, .policy = policy, .today = policy_today(policy)};
    int rc = inspect_accounts(&inspection, error);

    for (size_t i = 0; i < CREDIT_VERDICTS; i++)
        report_moves(&inspection, &inspection.by_verdict[i], verdicts[i].text, verdicts[i].advice);
    report_moves(
        &inspection, &inspection.offset,
        "invoices of amount zero with a pack that has a price, which gives no credit: only a "
        "pack without a price counts as offered",
        "where the pack is a gift: put its own price at zero, or adjust by hand");
    report_moves(&inspection, &inspection.negative,
                 "credit notes with a pack in a negative quantity, whose line takes nothing back",
                 "if credit is to be given, adjust it by hand");
    *ret_found = inspection.found;
    return rc;
}
