/* sync and reconcile: the same cycle, which reads what changed or everything. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "qualiodoo/sync.h"

static void on_signal(int number)
{
    (void)number;
    cycle_interrupt();
}

/* The first signal ends the work at a transaction's edge, a second one ends the process. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static void print_counts(const char *what, json_t *counts)
{
    const char *model;
    json_t *count;

    if (!json_object_size(counts))
        return;
    printf("%s:", what);
    json_object_foreach(counts, model, count)
        printf(" %s %lld", model, (long long)json_integer_value(count));
    putchar('\n');
}

static void print_report(const struct cycle_report *report, bool dry_run)
{
    json_t *text;
    size_t i;

    print_counts("checked", report->checked);
    print_counts(dry_run ? "would create" : "created", report->created);
    print_counts(dry_run ? "would update" : "updated", report->updated);
    print_counts(dry_run ? "would delete" : "deleted", report->deleted);
    printf("accounts: %lld computed, %zu %s\n", (long long)report->accounts_recomputed,
           json_array_size(report->accounts_changed), dry_run ? "would change" : "changed");
    json_array_foreach(report->differences, i, text) printf("  %s\n", json_string_value(text));
    if (report->n_differences > (int64_t)json_array_size(report->differences))
        printf("  ... and %lld more\n",
               (long long)report->n_differences - (long long)json_array_size(report->differences));
    if (!cycle_report_drift(report))
        printf("nothing differed\n");
}

static int run_cycle(struct cli *cli, const struct cycle_options *options, struct error *error)
{
    struct cycle_report report = {0};
    struct config *config = NULL;
    int rc = config_load(cli->config_path, &config, error);

    if (rc < 0)
        return rc;
    catch_signals();
    rc = cycle_run(config, options, &report, error);
    if (rc == 0 && cli->json)
        rc = cli_print_json(cycle_report_json(&report), error);
    else if (rc == 0)
        print_report(&report, options->dry_run || sync_read_only(config));
    if (rc == 0 && options->dry_run && cycle_report_drift(&report))
        rc = CLI_FOUND;
    cycle_report_free(&report);
    config_free(config);
    return rc;
}

int cmd_sync(struct cli *cli, int argc, char **argv, struct error *error)
{
    struct cycle_options options = {0};
    int rc = cli_options(cli, NULL, 0, 0, argc, argv, error);

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
    int rc = cli_options(cli, table, 0, 0, argc, argv, error);

    options.customers = customers.items;
    options.n_customers = customers.count;
    if (rc == 0)
        rc = run_cycle(cli, &options, error);
    free(customers.items);
    return rc;
}
