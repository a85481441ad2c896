/* explain_charge.c - explain charge: each timesheet line of a ticket, how it was rounded, and which
 * lots paid it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "output.h"
#include "qualiodoo/cli/table.h"
#include "qualiodoo/store/history.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/json_build.h"
#include "view.h"

static const char *const reasons[] = {
    [CHARGE_COUNTED] = "counted",
    [CHARGE_EXCLUDED] = "not charged: excluded tag, or outside tickets.domain",
    [CHARGE_BEFORE_SINCE] = "not charged: before credit.since",
    [CHARGE_FUTURE] = "not yet: dated after today",
    [CHARGE_BEFORE_RESPONSE] = "not charged: before the response",
    [CHARGE_OUTSIDE] = "not charged: outside timesheets.domain",
    [CHARGE_NO_TIME] = "not charged: its unit is no time",
    [CHARGE_UNFIT] = "not charged: its quantity is no number, or more than 10000 hours",
    [CHARGE_HELD] = "held: no response yet",
};

/* The ticket, and the account that it is charged to. */
struct explained {
    struct account_view account;
    int64_t ticket;
    char *number;
    const char *history; /* with count_from: response, whether Odoo's history is known; or NULL */
    const struct charge_ticket *facts; /* NULL: it has no line, or no customer */
    const struct charge *charges;      /* of its lines */
};

static void find_ticket(struct explained *explained)
{
    const struct account_facts *facts = explained->account.facts;
    size_t first = 0;

    for (size_t i = 0; i < facts->n_tickets; i++) {
        if (facts->tickets[i].id == explained->ticket) {
            explained->facts = &facts->tickets[i];
            explained->charges = explained->account.result.charges + first;
            return;
        }
        first += facts->tickets[i].n_lines;
    }
}

/* The ledger's entries of a timesheet line. */
static json_t *parts_json(const struct ledger *ledger, int64_t line)
{
    json_t *parts = json_array();

    for (size_t i = 0; i < ledger->n_entries; i++) {
        const struct ledger_entry *entry = &ledger->entries[i];

        if (entry->source == SOURCE_ANALYTIC_LINE && entry->source_id == line)
            json_build_add(&parts, json_pack("{so sI}", "lot", json_lot_name(entry->lot), "minutes",
                                             (json_int_t)entry->amount));
    }
    return parts;
}

static json_t *lines_json(const struct explained *explained)
{
    json_t *lines = json_array();

    for (size_t i = 0; explained->facts && i < explained->facts->n_lines; i++) {
        const struct charge *charge = &explained->charges[i];

        json_build_add(
            &lines,
            json_pack("{so so sI sI sI ss so}", "line",
                      json_sprintf("account.analytic.line:%lld", (long long)charge->line), "date",
                      json_day(explained->facts->lines[i].day), "recorded_minutes",
                      (json_int_t)charge->recorded, "running_minutes", (json_int_t)charge->running,
                      "charged_minutes", (json_int_t)charge->charged, "reason",
                      reasons[charge->reason], "parts",
                      parts_json(&explained->account.result.ledger, charge->line)));
    }
    return lines;
}

static void totals(const struct explained *explained, minutes *ret_charged, minutes *ret_held)
{
    *ret_charged = *ret_held = 0;
    for (size_t i = 0; explained->facts && i < explained->facts->n_lines; i++)
        if (explained->charges[i].reason == CHARGE_HELD)
            *ret_held += explained->charges[i].charged;
        else
            *ret_charged += explained->charges[i].charged;
}

static json_t *explained_json(const struct view *view, const struct explained *explained)
{
    const struct charge_policy *policy = &view->policy.account.charge;
    const struct charge_ticket *ticket = explained->facts;
    bool responded = ticket && ticket->has_response;
    minutes charged, held;

    totals(explained, &charged, &held);
    return json_pack(
        "{sI so so so ss sI ss so sI sI so so}", "ticket_id", (json_int_t)explained->ticket,
        "ticket", json_text(explained->number), "customer_id",
        explained->account.customer ? json_integer(explained->account.customer) : json_null(),
        "customer", json_text(explained->account.name), "rounding",
        policy->by_entry ? "entry" : "ticket", "step_minutes", (json_int_t)policy->step,
        "count_from", policy->from_response ? "response" : "take_in", "response_date",
        json_optional_day(responded, responded ? ticket->response : 0), "charged_minutes",
        (json_int_t)charged, "held_minutes", (json_int_t)held, "lines", lines_json(explained),
        "history", json_text(explained->history));
}

/* "account.move.line:77, overdraft": where the minutes of a line came from, or went back to. */
static int cell_parts(struct table *table, const struct ledger *ledger, int64_t line,
                      struct error *error)
{
    char *text = NULL;
    size_t size = 0;
    FILE *parts = open_memstream(&text, &size);
    bool failed;

    if (!parts)
        return error_memory(error);
    for (size_t i = 0; i < ledger->n_entries; i++) {
        const struct ledger_entry *entry = &ledger->entries[i];

        if (entry->source != SOURCE_ANALYTIC_LINE || entry->source_id != line)
            continue;
        fputs(ftell(parts) ? ", " : "", parts);
        if (entry->lot.origin == LOT_NONE)
            fputs("overdraft", parts);
        else
            fprintf(parts, "%s:%lld", ledger_origin_name(entry->lot.origin),
                    (long long)entry->lot.id);
    }
    failed = ferror(parts);
    /* When memory is short, fclose() of glibc returns 0 and leaves no text. */
    if (fclose(parts) != 0 || failed || !text) {
        free(text);
        return error_memory(error);
    }
    table_cell(table, *text ? text : NULL);
    free(text);
    return 0;
}

static int print_lines(const struct explained *explained, struct error *error)
{
    static const struct table_column columns[] = {
        {"date", TABLE_LEFT},          {"timesheet line", TABLE_RECORD}, {"recorded", TABLE_RIGHT},
        {"ticket total", TABLE_RIGHT}, {"charged", TABLE_RIGHT},         {"from", TABLE_RECORD},
        {"why", TABLE_TEXT},
    };
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    char day[CIVIL_TEXT_SIZE];
    int rc = 0;

    for (size_t i = 0; i < explained->facts->n_lines && rc == 0; i++) {
        const struct charge *charge = &explained->charges[i];

        table_cell(table, civil_format(explained->facts->lines[i].day, day));
        table_cell_format(table, "account.analytic.line:%lld", (long long)charge->line);
        table_cell_minutes(table, charge->recorded);
        table_cell_minutes(table, charge->running);
        table_cell_minutes(table, charge->charged);
        rc = cell_parts(table, &explained->account.result.ledger, charge->line, error);
        table_cell(table, reasons[charge->reason]);
    }
    if (rc == 0)
        rc = table_print(table, stdout, error);
    table_free(table);
    return rc;
}

static int print_text(const struct view *view, const struct explained *explained,
                      struct error *error)
{
    const struct charge_policy *policy = &view->policy.account.charge;
    char text[MINUTES_TEXT_SIZE], day[CIVIL_TEXT_SIZE];
    minutes charged, held;

    totals(explained, &charged, &held);
    table_say("ticket %s (%lld)", explained->number, (long long)explained->ticket);
    if (!explained->account.customer) {
        table_say(": it has no customer that can be read, so it is charged to nobody\n");
        return 0;
    }
    table_say(" of %s (%lld): charged %s",
              explained->account.name ? explained->account.name : "customer",
              (long long)explained->account.customer, minutes_format(charged, text));
    if (held)
        table_say(", held %s", minutes_format(held, text));
    table_say("\n%s, step of %lld min",
              policy->by_entry ? "each line is rounded on its own, away from zero"
                               : "the ticket's running total is rounded up",
              (long long)policy->step);
    if (policy->from_response && explained->facts && explained->facts->has_response)
        table_say("; counted from the response on %s",
                  civil_format(explained->facts->response, day));
    if (policy->from_response && explained->facts && explained->facts->born_closed)
        table_say(
            "; created in a closed stage: answered before it was recorded, every line counts");
    if (explained->history && strcmp(explained->history, "unknown") == 0)
        table_say("\nthe history is unknown, as Odoo does not let the agent read who was assigned "
                  "when: the first response may have been on an earlier day (see 'qualiodoo "
                  "doctor')");
    table_say("\n\n");
    if (!explained->facts) {
        table_say("no timesheet line\n");
        return 0;
    }
    return print_lines(explained, error);
}

static int open_ticket(struct view *view, const char *text, struct explained *explained,
                       struct error *error)
{
    struct account_view *account = &explained->account;
    enum history_status history = HISTORY_NOT_ASKED;
    int rc = view_ticket(view, text, &explained->ticket, error);

    if (rc == 0)
        rc = lookup_ticket_number(view->store, explained->ticket, &explained->number, error);
    if (rc == 0)
        rc = lookup_ticket_account(view->store, explained->ticket, &account->customer, error);
    if (rc == 0 && view->policy.account.charge.from_response)
        rc = history_of(view->store, explained->ticket, &history, error);
    explained->history = history_status_name(history);
    if (rc < 0 || !account->customer)
        return rc;
    rc = lookup_partner_name(view->store, account->customer, &account->name, error);
    if (rc == 0)
        rc = view_account(view, account->customer, &account->facts, &account->result, error);
    if (rc == 0)
        find_ticket(explained);
    return rc;
}

int explain_charge(struct cli *cli, const char *ticket, struct error *error)
{
    struct explained explained = {0};
    struct view view = {0};
    int rc = view_open(cli, &view, error);

    if (rc == 0)
        rc = view_require_complete(&view, error);
    if (rc == 0)
        rc = open_ticket(&view, ticket, &explained, error);
    if (rc == 0)
        rc = cli->json ? cli_print_json(explained_json(&view, &explained), error)
                       : print_text(&view, &explained, error);
    view_account_close(&explained.account);
    free(explained.number);
    view_close(&view);
    return rc;
}
