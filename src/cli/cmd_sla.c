/* cmd_sla.c - sla: the response target of every ticket that is owed a response, judged from the
 * mirror as of clock_now(). */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "output.h"
#include "qualiodoo/cli/options.h"
#include "qualiodoo/cli/table.h"
#include "qualiodoo/compute/respond.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/progress.h"
#include "view.h"

enum { SLA_STATES = SLA_BREACHED + 1 };

struct sla_row {
    int64_t ticket, customer; /* customer 0: none */
    char *number;             /* owned; or NULL */
    struct sla_verdict verdict;
    enum history_status history;
};

/* The selection, and the rows found. */
struct targets {
    struct view *view;
    unsigned states; /* bit i selects state i of enum sla_state; 0: all */
    struct cli_date since;
    struct sla_row *rows;
    size_t n_rows, rows_size;
};

/* ---- What is asked for ---- */

static int add_state(struct targets *targets, const char *word, struct error *error)
{
    const char *known[SLA_STATES + 1] = {NULL};

    for (int i = 0; i < SLA_STATES; i++) {
        known[i] = sla_state_name((enum sla_state)i);
        if (strcmp(known[i], word) == 0) {
            targets->states |= 1U << i;
            return 0;
        }
    }
    return cli_unknown_choice("state", word, known, error);
}

static int read_arguments(struct cli *cli, struct targets *targets, int argc, char **argv,
                          struct error *error)
{
    struct cli_list states = {0};
    const struct cli_option options[] = {
        {"state", OPTION_LIST, &states}, {"since", OPTION_DATE, &targets->since}, {0}};
    int rc = cli_options(cli, &(struct cli_syntax){.options = options}, argc, argv, error);

    for (size_t i = 0; i < states.count && rc == 0; i++)
        rc = add_state(targets, states.items[i], error);
    free(states.items);
    return rc;
}

/* ---- What is found ---- */

static bool is_asked_for(const struct targets *targets, const struct target_verdict *target)
{
    instant created = target->ticket->facts.response.created;

    return (!targets->states || targets->states & 1U << target->verdict.state) &&
           (!targets->since.given ||
            tz_civil_day(targets->view->policy.zone, created) >= targets->since.day);
}

static int add_target(void *context, const struct target_verdict *target, struct error *error)
{
    const struct target_ticket *ticket = target->ticket;
    struct targets *targets = context;
    struct sla_row row = {.ticket = ticket->id,
                          .customer = ticket->customer,
                          .verdict = target->verdict,
                          .history = target->verdict.unsure ? HISTORY_UNKNOWN : ticket->history};

    if (!is_asked_for(targets, target))
        return 0;
    if (ARRAY_RESERVE(targets->rows, targets->rows_size, targets->n_rows + 1) < 0 ||
        (ticket->number && !(row.number = strdup(ticket->number))))
        return error_memory(error);
    targets->rows[targets->n_rows++] = row;
    return 0;
}

static int compare_rows(const void *a, const void *b)
{
    const struct sla_row *left = a, *right = b;
    int64_t pairs[][2] = {{left->customer, right->customer},
                          {left->verdict.started, right->verdict.started},
                          {left->ticket, right->ticket}};

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pairs[i][0] != pairs[i][1])
            return pairs[i][0] < pairs[i][1] ? -1 : 1;
    return 0;
}

static int find_targets(struct targets *targets, struct error *problem, struct error *error)
{
    struct view *view = targets->view;
    /* Tickets created after --now do not exist yet. */
    struct target_query born = {.has_until = true, .until = clock_now()};
    struct respond_run run = {.now = clock_now(), .row = add_target, .context = targets};
    struct respond *respond = NULL;
    int rc = respond_open(view->config, view->store, &born, &respond, error);

    progress_step("judging response times");
    if (rc == 0)
        rc = respond_each(respond, &born, &run, error);
    *problem = run.problem;
    progress_end();
    respond_free(respond);
    if (rc == 0 && targets->n_rows)
        qsort(targets->rows, targets->n_rows, sizeof *targets->rows, compare_rows);
    return rc;
}

/* ---- Output ---- */

static json_t *row_json(const struct sla_row *row)
{
    const struct sla_verdict *verdict = &row->verdict;

    return json_pack(
        "{sI so so ss so so so ss sI sI so}", "ticket_id", (json_int_t)row->ticket, "ticket",
        json_text(row->number), "customer_id", json_optional_id(row->customer), "urgency",
        sla_urgency_name(verdict->urgency), "started_at", json_instant(verdict->started),
        "deadline", json_instant(verdict->deadline), "responded_at",
        json_optional_instant(verdict->event != RESPONSE_NONE, verdict->responded), "state",
        sla_state_name(verdict->state), "late_seconds", (json_int_t)verdict->late_seconds,
        "used_seconds", (json_int_t)verdict->used_seconds, "history",
        json_text(history_status_name(row->history)));
}

static int print_json(const struct targets *targets, struct error *error)
{
    json_t *json = json_array();

    for (size_t i = 0; i < targets->n_rows; i++)
        json_build_add(&json, row_json(&targets->rows[i]));
    return cli_print_json(json, error);
}

/* The state in the table when verdict.unsure: the late response may not have been the first. */
#define UNSURE_STATE "met?"

static void add_cells(struct table *table, const struct tz *zone, const struct sla_row *row,
                      const char *customer)
{
    const struct sla_verdict *verdict = &row->verdict;
    char when[TZ_TEXT_SIZE];

    if (row->number)
        table_cell(table, row->number);
    else
        table_cell_format(table, "%lld", (long long)row->ticket);
    if (customer || !row->customer)
        table_cell(table, customer);
    else
        table_cell_format(table, "%lld", (long long)row->customer);
    table_cell(table, sla_urgency_name(verdict->urgency));
    table_cell(table, tz_format(zone, verdict->started, when));
    table_cell(table, tz_format(zone, verdict->deadline, when));
    table_cell(table,
               verdict->event != RESPONSE_NONE ? tz_format(zone, verdict->responded, when) : NULL);
    table_cell(table, verdict->unsure ? UNSURE_STATE : sla_state_name(verdict->state));
    table_cell_seconds(table, verdict->used_seconds);
    if (verdict->state == SLA_BREACHED)
        table_cell_seconds(table, verdict->late_seconds);
    else
        table_cell(table, NULL);
}

static void print_unsure(const struct targets *targets)
{
    size_t count = 0;

    for (size_t i = 0; i < targets->n_rows; i++)
        count += targets->rows[i].verdict.unsure;
    if (count)
        table_say(
            "\n" UNSURE_STATE
            ": the assignment or closing of %zu ticket%s looks late, but may follow an earlier "
            "one that was in time: Odoo does not let the agent read the history (see "
            "'qualiodoo doctor')\n",
            count, count > 1 ? "s" : "");
}

static int print_table(const struct targets *targets, struct error *error)
{
    static const struct table_column columns[] = {
        {"ticket", TABLE_LEFT},  {"customer", TABLE_TEXT}, {"urgency", TABLE_LEFT},
        {"started", TABLE_LEFT}, {"deadline", TABLE_LEFT}, {"responded", TABLE_LEFT},
        {"state", TABLE_LEFT},   {"used", TABLE_RIGHT},    {"late", TABLE_RIGHT},
    };
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    const struct view *view = targets->view;
    int rc = 0;

    for (size_t i = 0; i < targets->n_rows && rc == 0; i++) {
        const struct sla_row *row = &targets->rows[i];
        char *customer = NULL;

        if (row->customer)
            rc = lookup_partner_name(view->store, row->customer, &customer, error);
        if (rc == 0)
            add_cells(table, view->policy.zone, row, customer);
        free(customer);
    }
    if (rc == 0)
        rc = table_print(table, stdout, error);
    table_free(table);
    if (rc == 0)
        print_unsure(targets);
    return rc;
}

int cmd_sla(struct cli *cli, int argc, char **argv, struct error *error)
{
    struct view view = {0};
    struct targets targets = {.view = &view};
    struct error problem = {0};
    int rc = read_arguments(cli, &targets, argc, argv, error);

    if (rc < 0)
        return rc;
    rc = view_open(cli, &view, error);
    if (rc == 0)
        rc = view_require_complete(&view, error);
    if (rc == 0)
        rc = find_targets(&targets, &problem, error);
    if (rc == 0)
        rc = cli->json ? print_json(&targets, error) : print_table(&targets, error);
    if (rc == 0 && problem.code) {
        *error = problem;
        rc = problem.code;
    }
    for (size_t i = 0; i < targets.n_rows; i++)
        free(targets.rows[i].number);
    free(targets.rows);
    view_close(&view);
    return rc;
}
