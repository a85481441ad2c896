/* cmd_cycle.c - sync and reconcile: the same cycle, which reads what changed or everything. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "output.h"
#include "qualiodoo/cli/options.h"
#include "qualiodoo/cli/table.h"
#include "qualiodoo/config/config_files.h"
#include "qualiodoo/cycle/cycle.h"
#include "qualiodoo/cycle/cycle_report.h"
#include "qualiodoo/util/interrupt.h"
#include "view.h"
#include "view_revoked.h"

static void on_signal(int number)
{
    (void)number;
    interrupt_request();
}

/* The first signal ends the cycle after the current transaction, a second one ends the process. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static long long count_of(json_t *counts, const char *model)
{
    return json_integer_value(json_object_get(counts, model));
}

static bool model_changed(const struct cycle_report *report, const char *model)
{
    return count_of(report->pull.created, model) || count_of(report->pull.updated, model) ||
           count_of(report->pull.deleted, model);
}

/* Prints how many records were read, and a table of the models of which some differed. */
static int print_records(const struct cycle_report *report, bool dry_run, struct error *error)
{
    const struct table_column columns[] = {
        {"model", TABLE_TEXT},
        {dry_run ? "would create" : "created", TABLE_RIGHT},
        {dry_run ? "would update" : "updated", TABLE_RIGHT},
        {dry_run ? "would delete" : "deleted", TABLE_RIGHT},
    };
    json_t *models = json_object(), *count;
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    long long checked = 0;
    const char *model;
    bool any = false;
    int rc = 0;

    json_object_foreach(report->pull.checked, model, count)
        checked += json_integer_value(count);
    /* a model of which only deletions were found is not in `checked` */
    if (json_object_update(models, report->pull.checked) < 0 ||
        json_object_update(models, report->pull.deleted) < 0)
        rc = error_memory(error);
    json_object_foreach(models, model, count) {
        if (!model_changed(report, model))
            continue;
        any = true;
        table_cell(table, model);
        table_cell_format(table, "%lld", count_of(report->pull.created, model));
        table_cell_format(table, "%lld", count_of(report->pull.updated, model));
        table_cell_format(table, "%lld", count_of(report->pull.deleted, model));
    }
    table_say("checked: %lld records of %zu models\n", checked,
              json_object_size(report->pull.checked));
    if (any && rc == 0) {
        putchar('\n');
        rc = table_print(table, stdout, error);
        putchar('\n');
    }
    table_free(table);
    json_decref(models);
    return rc;
}

/* Prints the contacts whose account changed, and the invoices that are stored on them. */
static void print_moves(const struct cycle_report *report)
{
    json_t *move;
    size_t i;

    json_array_foreach(report->pull.moves, i, move) {
        size_t invoices = json_array_size(json_object_get(move, "invoices"));
        bool contact = json_is_integer(json_object_get(move, "contact"));

        if (contact)
            table_say("contact %lld: ", count_of(move, "contact"));
        table_say("account %lld -> %lld", count_of(move, "from"), count_of(move, "to"));
        if (invoices)
            table_say("%s%zu invoice%s", contact ? ", with " : ": ", invoices,
                      invoices > 1 ? "s" : "");
        putchar('\n');
    }
}

/* Prints a ticket's number, or a customer's name and id. */
static void print_name(json_t *found)
{
    const char *name = json_string_value(json_object_get(found, "name"));
    long long ticket = count_of(found, "ticket"), customer = count_of(found, "customer");

    if (customer)
        table_say("%s (%lld)", name ? name : "customer", customer);
    else if (name)
        table_say("%s", name);
    else
        printf("#%lld", ticket);
}

/* Prints how many breaches of one kind there are, and their tickets. After a first pull `count` may
 * be larger than the number of events: it counts the breaches that it finds without events. */
static void print_breaches(const struct cycle_report *report, const char *event, const char *word,
                           int64_t count)
{
    const char *between = ": ";
    json_t *found;
    size_t i;

    if (!count)
        return;
    table_say("breaches %s: %lld", word, (long long)count);
    json_array_foreach(report->compute.events, i, found) {
        if (strcmp(json_string_value(json_object_get(found, "event")), event) != 0)
            continue;
        fputs(between, stdout);
        print_name(found);
        between = ", ";
    }
    putchar('\n');
}

static void print_lost(const struct cycle_report *report, bool dry_run)
{
    char before[MINUTES_TEXT_SIZE], after[MINUTES_TEXT_SIZE];
    json_t *found;
    size_t i;

    if (json_array_size(report->compute.lost))
        table_say("%s credit otherwise than by work:\n", dry_run ? "would lose" : "lost");
    json_array_foreach(report->compute.lost, i, found) {
        printf("  ");
        print_name(found);
        table_say(": %s -> %s\n", minutes_format(count_of(found, "before_minutes"), before),
                  minutes_format(count_of(found, "after_minutes"), after));
    }
}

/* Prints one line per write: its part, and its kind, which is the first word of its key. */
static void print_written(const struct cycle_report *report)
{
    json_t *found;
    size_t i;

    if (report->writeback.sent || report->writeback.refused)
        printf("written into Odoo: %lld, refused: %lld\n", (long long)report->writeback.sent,
               (long long)report->writeback.refused);
    json_array_foreach(report->writeback.written, i, found) {
        const char *key = json_string_value(json_object_get(found, "key"));

        table_say("  %s of %.*s: ", json_string_value(json_object_get(found, "part")),
                  (int)strcspn(key, "."), key);
        print_name(found);
        putchar('\n');
    }
}

static int print_report(const struct cycle_report *report, bool dry_run, struct error *error)
{
    json_t *text;
    size_t i;
    int rc = print_records(report, dry_run, error);

    if (rc < 0)
        return rc;
    print_moves(report);
    table_say("accounts: %lld computed, %zu %s\n", (long long)report->compute.accounts_recomputed,
              json_array_size(report->compute.accounts_changed),
              dry_run ? "would change" : "changed");
    json_array_foreach(report->differences, i, text)
        table_say("  %s\n", json_string_value(text));
    if (report->n_differences > (int64_t)json_array_size(report->differences))
        table_say("  ... and %lld more\n", (long long)report->n_differences -
                                               (long long)json_array_size(report->differences));
    print_lost(report, dry_run);
    print_breaches(report, "breach", "new", report->compute.breaches_new);
    print_breaches(report, "cleared", "cleared", report->compute.breaches_cleared);
    print_written(report);
    if (!cycle_report_drift(report))
        table_say("nothing differed\n");
    return 0;
}

/* Prints what a cycle did or, if it stopped, the accounts whose credit it would have revoked. */
static int print_cycle(const struct cli *cli, const struct cycle_report *report, bool dry_run,
                       struct error *error)
{
    if (cli->json)
        return cli_print_json(cycle_report_json(report), error);
    return report->whole ? print_report(report, dry_run, error)
                         : view_revoked(report->compute.revoked, error);
}

static int run_cycle(struct cli *cli, const struct cycle_options *options, struct error *error)
{
    struct cycle_report report = {0};
    struct config *config = NULL;
    int rc = config_load(cli->config_path, &config, error);

    if (rc == 0)
        rc = config_check_access(config, error);
    if (rc < 0) {
        config_free(config);
        return rc;
    }
    catch_signals();
    rc = cycle_run(config, options, &report, error);
    if (report.whole || json_array_size(report.compute.revoked)) {
        int printed = print_cycle(cli, &report, options->dry_run, error);

        rc = printed < 0 ? printed : rc;
    }
    if (rc == 0 && options->dry_run && cycle_report_drift(&report))
        rc = CLI_FOUND;
    cycle_report_free(&report);
    config_free(config);
    return rc;
}

int cmd_sync(struct cli *cli, int argc, char **argv, struct error *error)
{
    struct cycle_options options = {0};
    int rc = cli_options(cli, &(struct cli_syntax){0}, argc, argv, error);

    if (rc == 0)
        rc = cli_refuse_now(cli, "sync", error);
    return rc < 0 ? rc : run_cycle(cli, &options, error);
}

int cmd_reconcile(struct cli *cli, int argc, char **argv, struct error *error)
{
    struct cycle_options options = {.reconcile = true};
    struct cli_list customers = {0};
    const struct cli_option table[] = {{"dry-run", OPTION_FLAG, &options.dry_run},
                                       {"customer", OPTION_LIST, &customers},
                                       {"force", OPTION_FLAG, &options.force},
                                       {0}};
    int rc = cli_options(cli, &(struct cli_syntax){.options = table}, argc, argv, error);

    options.customers = customers.items;
    options.n_customers = customers.count;
    if (rc == 0 && !options.dry_run)
        rc = cli_refuse_now(cli, "reconcile without --dry-run", error);
    if (rc == 0)
        rc = run_cycle(cli, &options, error);
    free(customers.items);
    return rc;
}
