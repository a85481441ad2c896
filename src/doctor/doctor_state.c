/* doctor_state.c - checks the local state: whether it exists and is recent, and what in it cannot
 * be charged or credited. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor_internal.h"
#include "qualiodoo/compute/policy.h"
#include "qualiodoo/store/review.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/progress.h"

struct inspection {
    const struct doctor *doctor;
    struct store *store;
    struct policy policy;
    civil_day today;
    /* The verdicts of account_compute() on the invoices and credit notes of all accounts. */
    struct listing by_verdict[CREDIT_VERDICTS], offset, negative;
    size_t n_findings;
};

/* ---- The file ---- */

static void check_age(const struct doctor *doctor, const char *last_success)
{
    int64_t limit = doctor->config->status.max_lag_ms / 1000, age;
    instant when;

    if (!last_success || !instant_parse_iso(last_success, &when)) {
        doctor_note(doctor, "run 'qualiodoo sync'", "no cycle has succeeded yet");
        return;
    }
    age = clock_now() - when;
    if (age > limit)
        doctor_note(doctor,
                    "run 'qualiodoo sync', or see why the service does not (qualiodoo status)",
                    "the local state is of %s; what follows is as of then", last_success);
    else
        doctor_ok(doctor, "the local state is of %s", last_success);
}

static int check_meta(const struct doctor *doctor, struct store *store, bool *ret_own,
                      struct error *error)
{
    char *success = NULL, *failure = NULL, *failed_at = NULL, *database = NULL;
    int rc = store_meta_get(store, "database", &database, error);

    if (rc == 0)
        rc = store_meta_get(store, "last_success", &success, error);
    if (rc == 0)
        rc = store_meta_get(store, "last_error", &failure, error);
    if (rc == 0)
        rc = store_meta_get(store, "last_error_at", &failed_at, error);
    *ret_own = !database || strcmp(database, doctor->config->odoo.database) == 0;
    if (rc == 0 && !*ret_own)
        doctor_problem(doctor, "give each database its own state.path",
                       "%s holds the state of the database '%s', and odoo.database is '%s'",
                       doctor->config->state.path, database, doctor->config->odoo.database);
    else if (rc == 0)
        check_age(doctor, success);
    if (rc == 0 && failed_at && (!success || strcmp(failed_at, success) > 0))
        doctor_problem(doctor, "see to its cause, then run 'qualiodoo sync'",
                       "the last cycle failed on %s: %s", failed_at, failure ? failure : "");
    free(success);
    free(failure);
    free(failed_at);
    free(database);
    return rc;
}

/* ---- Invoices and credit notes ---- */

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
    const struct credit_policy *policy = &inspection->policy.account.credit;
    bool note = move->type == MOVE_CREDIT_NOTE;

    if (!verdicts[outcome->verdict].text || (note && !verdicts[outcome->verdict].of_notes))
        return;
    if (!note && move->has_date && policy->has_since && move->date < policy->since)
        return;
    listing_add(&inspection->by_verdict[outcome->verdict], "%s (%lld)", move_name(move),
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
        listing_add(&inspection->offset, "%s (%lld)", move_name(move), (long long)move->id);
}

static void inspect_note(struct inspection *inspection, const struct credit_move *move,
                         const struct credit_outcome *outcome)
{
    bool negative = false;

    list_verdict(inspection, move, outcome);
    for (size_t i = 0; i < move->n_lines; i++)
        negative = negative || move->lines[i].quantity < 0;
    if (negative && (outcome->verdict == CREDIT_GRANTED || outcome->verdict == CREDIT_NO_INVOICE))
        listing_add(&inspection->negative, "%s (%lld)", move_name(move), (long long)move->id);
}

static int inspect_account(struct inspection *inspection, struct facts *holder, int64_t account,
                           struct error *error)
{
    const struct account_facts *facts;
    struct account_result result = {0};
    int rc = facts_load(holder, account, &facts, error);

    if (rc == 0)
        rc = account_compute(facts, &inspection->policy.account, inspection->today, &result, error);
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
    struct facts *holder = facts_new(inspection->store, &inspection->policy.facts);
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

static void say_moves(struct inspection *inspection, struct listing *listing, const char *text,
                      const char *advice)
{
    if (listing->count) {
        inspection->n_findings++;
        doctor_note(inspection->doctor, advice, "%s: %s", text, listing_text(listing));
    }
    listing_free(listing);
}

static int check_moves(struct inspection *inspection, struct error *error)
{
    int rc = inspect_accounts(inspection, error);

    for (size_t i = 0; i < CREDIT_VERDICTS; i++)
        say_moves(inspection, &inspection->by_verdict[i], verdicts[i].text, verdicts[i].advice);
    say_moves(inspection, &inspection->offset,
              "invoices of amount zero with a pack that has a price, which is not given: only a "
              "pack without a price is an offered one",
              "where the pack is a gift: put its own price at zero, or adjust by hand");
    say_moves(inspection, &inspection->negative,
              "credit notes with a pack in a negative quantity, a line that takes nothing back",
              "if credit is to be given, adjust it by hand");
    return rc;
}

/* ---- The questions of review.h ---- */

static void format_item(struct listing *listing, enum review question, const struct review_row *row)
{
    const char *name = row->name ? row->name : "-", *detail = row->detail ? row->detail : "-";
    long long id = row->id;
    char text[MINUTES_TEXT_SIZE];

    switch (question) {
    case REVIEW_UNREADABLE:
    case REVIEW_DAMAGED:
        listing_add(listing, "%s %lld (%s)", name, id, detail);
        break;
    case REVIEW_NO_CUSTOMER:
        listing_add(listing, "%s (%lld, %s)", name, id,
                    minutes_format(strtoll(detail, NULL, 10), text));
        break;
    case REVIEW_UNKNOWN_CUSTOMER:
    case REVIEW_ADJUSTMENT_CUSTOMER:
        listing_add(listing, "%s (%lld, partner %s)", name, id, detail);
        break;
    case REVIEW_TIMESHEET_UNITS:
        listing_add(listing, "%s (%s lines)", name, detail);
        break;
    case REVIEW_PACK_UNITS:
        listing_add(listing, "%s (line %lld, %s)", name, id, detail);
        break;
    case REVIEW_OTHER_CUSTOMER:
        listing_add(listing, "%s (%lld) of %s", name, id, detail);
        break;
    case REVIEW_ADJUSTMENT_INVALID:
        listing_add(listing, "%lld (customer %s, key %s)", id, detail, name);
        break;
    case REVIEW_ADJUSTMENT_IMPOSSIBLE:
        listing_add(listing, "%lld (%s)", id, detail);
        break;
    case REVIEW_ADJUSTMENT_GONE:
        listing_add(listing, "%lld (seen missing on %s)", id, detail);
        break;
    case REVIEW_ADJUSTMENT_TWICE:
        listing_add(listing, "key %s (%s)", name, detail);
        break;
    case REVIEW_COUNT:
        break;
    }
}

static const struct {
    enum doctor_level level;
    const char *text, *advice;
} questions[REVIEW_COUNT] = {
    [REVIEW_UNREADABLE] =
        {DOCTOR_PROBLEM, "records that could not be read and are left out",
         "in Odoo, remove the character of their texts that XML forbids, then run "
         "'qualiodoo reconcile'"},
    [REVIEW_DAMAGED] = {DOCTOR_NOTE,
                        "records whose texts cannot be read, kept without them (ids, dates and "
                        "numbers count)",
                        "in Odoo, remove the character of their texts that XML forbids, then run "
                        "'qualiodoo reconcile'"},
    [REVIEW_NO_CUSTOMER] =
        {DOCTOR_PROBLEM, "tickets with work and without a customer, charged to nobody",
         "give each its customer in Odoo, or leave it out (tickets.excluded_tags, "
         "tickets.domain)"},
    [REVIEW_UNKNOWN_CUSTOMER] =
        {DOCTOR_PROBLEM, "tickets whose customer cannot be read, charged to nobody",
         "let the agent's user see these partners (their company, the rules "
         "on contacts), then run 'qualiodoo reconcile'"},
    [REVIEW_TIMESHEET_UNITS] = {DOCTOR_NOTE,
                                "timesheet lines in a unit that is no time, not charged",
                                "where one is work, correct its unit of measure in Odoo"},
    [REVIEW_PACK_UNITS] = {DOCTOR_PROBLEM,
                           "lines of packs in a unit that does not convert to the product's, whose "
                           "quantity is taken as it is",
                           "correct the unit of the line or of the product in Odoo"},
    [REVIEW_OTHER_CUSTOMER] = {DOCTOR_NOTE,
                               "credit notes that reverse an invoice of another customer, and take "
                               "nothing back",
                               "make them on the invoice's own customer, or adjust by hand"},
    [REVIEW_ADJUSTMENT_CUSTOMER] = {DOCTOR_PROBLEM,
                                    "adjustments whose customer cannot be read, given to nobody",
                                    "let the agent's user see these partners (their company, the "
                                    "rules on contacts), then run 'qualiodoo reconcile'"},
    [REVIEW_ADJUSTMENT_INVALID] = {DOCTOR_PROBLEM,
                                   "adjustments that somebody altered, which no longer count",
                                   "see in Odoo who did it; make the adjustment again with "
                                   "'qualiodoo adjust'"},
    [REVIEW_ADJUSTMENT_IMPOSSIBLE] = {DOCTOR_PROBLEM, "adjustments that count for nothing",
                                      "make them again with 'qualiodoo adjust', which checks them"},
    [REVIEW_ADJUSTMENT_GONE] = {DOCTOR_PROBLEM,
                                "adjustments that are missing from Odoo, and no longer count",
                                "where it was no test, make the adjustment again with 'qualiodoo "
                                "adjust'; this is forgotten when the state is made again"},
    [REVIEW_ADJUSTMENT_TWICE] =
        {DOCTOR_PROBLEM, "adjustments that stand in Odoo more than once, and count each time",
         "undo the surplus with an opposite adjustment whose reason names it"},
};

struct answer {
    enum review question;
    struct listing listing;
};

static int add_row(void *context, const struct review_row *row)
{
    struct answer *answer = context;

    format_item(&answer->listing, answer->question, row);
    return 0;
}

static int check_question(struct inspection *inspection, enum review question, const char *since,
                          struct error *error)
{
    const struct review_query query = {
        .question = question, .policy = &inspection->policy.facts, .since = since};
    struct answer answer = {.question = question};
    int rc = review_list(inspection->store, &query, add_row, &answer, error);

    if (rc == 0 && answer.listing.count) {
        inspection->n_findings++;
        if (questions[question].level == DOCTOR_PROBLEM)
            doctor_problem(inspection->doctor, questions[question].advice, "%s: %s",
                           questions[question].text, listing_text(&answer.listing));
        else
            doctor_note(inspection->doctor, questions[question].advice, "%s: %s",
                        questions[question].text, listing_text(&answer.listing));
    }
    listing_free(&answer.listing);
    return rc;
}

/* Reports timesheet lines that are not charged because their quantity is impossible. */
static int check_quantities(struct inspection *inspection, const char *since, struct error *error)
{
    const struct review_query query = {.policy = &inspection->policy.facts, .since = since};
    struct listing listing = {0};
    struct ids lines = {0};
    int rc = review_unfit_lines(inspection->store, &query, &lines, error);

    for (size_t i = 0; i < lines.count; i++)
        listing_add(&listing, "%lld", (long long)lines.items[i]);
    if (lines.count) {
        inspection->n_findings++;
        doctor_problem(inspection->doctor, "correct their duration in Odoo",
                       "timesheet lines of more than %d hours, or whose quantity is no number, not "
                       "charged: %s",
                       CHARGE_MAX_HOURS, listing_text(&listing));
    }
    listing_free(&listing);
    free(lines.items);
    return rc;
}

static int check_data(struct inspection *inspection, struct error *error)
{
    const struct config *config = inspection->doctor->config;
    char since[CIVIL_TEXT_SIZE] = "";
    bool doubled = false;
    int rc = policy_open(config, inspection->store, &inspection->policy, error);

    if (rc < 0)
        return rc;
    inspection->today = policy_today(&inspection->policy);
    if (config->credit.has_since)
        civil_format(config->credit.since, since);
    for (enum review question = 0; question < REVIEW_COUNT && rc == 0; question++)
        rc = check_question(inspection, question, since, error);
    if (rc == 0)
        rc = check_quantities(inspection, since, error);
    if (rc == 0)
        rc = check_moves(inspection, error);
    policy_close(&inspection->policy);
    if (rc == 0)
        rc = doctor_doubled(inspection->doctor, inspection->store, &doubled, error);
    if (rc == 0 && !doubled && !inspection->n_findings)
        doctor_ok(inspection->doctor, "nothing stands in the way of charging and crediting");
    return rc;
}

/* ---- The whole ---- */

static int check_state(struct doctor *doctor, struct store *store, struct error *error)
{
    struct inspection inspection = {.doctor = doctor, .store = store};
    bool own = false, complete = false;
    int rc = store_begin(store, error); /* one snapshot */

    if (rc == 0)
        rc = check_meta(doctor, store, &own, error);
    if (rc < 0 || !own || doctor->foreign_state)
        return rc;
    rc = mirror_is_complete(store, &complete, error);
    if (rc == 0 && !complete) {
        doctor_problem(doctor, "run 'qualiodoo sync', which goes on from where it stopped",
                       "the first pull from Odoo is not complete");
        return 0;
    }
    doctor->topic = "data";
    if (rc == 0)
        rc = check_data(&inspection, error);
    return rc < 0 ? rc : doctor_untold(doctor, store, error);
}

int doctor_state(struct doctor *doctor, struct error *error)
{
    const char *path = doctor->config->state.path;
    struct store *store = NULL;
    int rc;

    doctor->topic = "state";
    if (access(path, F_OK) < 0) {
        doctor_note(doctor,
                    "start the service, or run 'qualiodoo reconcile', once all else is right",
                    "there is no local state at %s yet", path);
        return 0;
    }
    rc = store_open(path, STORE_READ, &store, error);
    if (rc == 0)
        rc = check_state(doctor, store, error);
    store_close(store);
    if (rc == ERR_NO_MEMORY)
        return rc;
    if (rc < 0)
        doctor_problem(doctor, NULL, "%s", error->message);
    return 0;
}
