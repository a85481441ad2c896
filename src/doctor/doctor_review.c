/* doctor_review.c - lists the records of the local state that cannot be charged or credited, or not
 * as they are in Odoo: the questions of store/review.h. */
#include "doctor_review.h"

#include <stdlib.h>

#include "doctor_findings.h"
#include "doctor_list.h"
#include "qualiodoo/core/charge.h"
#include "qualiodoo/store/review.h"
#include "qualiodoo/util/civil.h"

static void format_item(struct doctor_list *list, enum review question,
                        const struct review_row *row)
{
    const char *name = row->name ? row->name : "-", *detail = row->detail ? row->detail : "-";
    long long id = row->id;
    char text[MINUTES_TEXT_SIZE];

    switch (question) {
    case REVIEW_UNREADABLE:
    case REVIEW_DAMAGED:
        doctor_list_add(list, "%s %lld (%s)", name, id, detail);
        break;
    case REVIEW_NO_CUSTOMER:
        doctor_list_add(list, "%s (%lld, %s)", name, id,
                        minutes_format(strtoll(detail, NULL, 10), text));
        break;
    case REVIEW_UNKNOWN_CUSTOMER:
    case REVIEW_ADJUSTMENT_CUSTOMER:
        doctor_list_add(list, "%s (%lld, partner %s)", name, id, detail);
        break;
    case REVIEW_TIMESHEET_UNITS:
        doctor_list_add(list, "%s (%s lines)", name, detail);
        break;
    case REVIEW_PACK_UNITS:
        doctor_list_add(list, "%s (line %lld, %s)", name, id, detail);
        break;
    case REVIEW_OTHER_CUSTOMER:
        doctor_list_add(list, "%s (%lld) of %s", name, id, detail);
        break;
    case REVIEW_ADJUSTMENT_INVALID:
        doctor_list_add(list, "%lld (customer %s, key %s)", id, detail, name);
        break;
    case REVIEW_ADJUSTMENT_IMPOSSIBLE:
        doctor_list_add(list, "%lld (%s)", id, detail);
        break;
    case REVIEW_ADJUSTMENT_GONE:
        doctor_list_add(list, "%lld (seen missing on %s)", id, detail);
        break;
    case REVIEW_ADJUSTMENT_TWICE:
        doctor_list_add(list, "key %s (%s)", name, detail);
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
                                "unless it was a test, make the adjustment again with 'qualiodoo "
                                "adjust'; a state that is made again no longer knows of it"},
    [REVIEW_ADJUSTMENT_TWICE] =
        {DOCTOR_PROBLEM, "adjustments that are in Odoo more than once, and count each time",
         "undo the surplus with an opposite adjustment whose reason names it"},
};

struct answer {
    enum review question;
    struct doctor_list list;
};

static int add_row(void *context, const struct review_row *row)
{
    struct answer *answer = context;

    format_item(&answer->list, answer->question, row);
    return 0;
}

struct inspection {
    const struct doctor *doctor;
    struct store *store;
    struct review_query query; /* its question is set by check_question() */
    bool found;
};

static int check_question(struct inspection *inspection, enum review question, struct error *error)
{
    struct answer answer = {.question = question};
    int rc;

    inspection->query.question = question;
    rc = review_list(inspection->store, &inspection->query, add_row, &answer, error);

    if (rc == 0 && answer.list.count) {
        inspection->found = true;
        if (questions[question].level == DOCTOR_PROBLEM)
            doctor_problem(inspection->doctor, questions[question].advice, "%s: %s",
                           questions[question].text, doctor_list_text(&answer.list));
        else
            doctor_note(inspection->doctor, questions[question].advice, "%s: %s",
                        questions[question].text, doctor_list_text(&answer.list));
    }
    doctor_list_free(&answer.list);
    return rc;
}

/* Reports timesheet lines that are not charged because their quantity is impossible. */
static int check_quantities(struct inspection *inspection, struct error *error)
{
    struct doctor_list list = {0};
    struct ids lines = {0};
    int rc = review_unfit_lines(inspection->store, &inspection->query, &lines, error);

    for (size_t i = 0; i < lines.count; i++)
        doctor_list_add(&list, "%lld", (long long)lines.items[i]);
    if (lines.count) {
        inspection->found = true;
        doctor_problem(inspection->doctor, "correct their duration in Odoo",
                       "timesheet lines of more than %d hours, or whose quantity is no number, not "
                       "charged: %s",
                       CHARGE_MAX_HOURS, doctor_list_text(&list));
    }
    doctor_list_free(&list);
    free(lines.items);
    return rc;
}

int doctor_review(const struct doctor *doctor, struct store *store, const struct policy *policy,
                  bool *ret_found, struct error *error)
{
    char since[CIVIL_TEXT_SIZE] = "";
    struct inspection inspection = {
        .doctor = doctor, .store = store, .query = {.policy = &policy->facts, .since = since}};
    int rc = 0;

    if (doctor->config->credit.has_since)
        civil_format(doctor->config->credit.since, since);
    for (enum review question = 0; question < REVIEW_COUNT && rc == 0; question++)
        rc = check_question(&inspection, question, error);
    if (rc == 0)
        rc = check_quantities(&inspection, error);
    *ret_found = inspection.found;
    return rc;
}
