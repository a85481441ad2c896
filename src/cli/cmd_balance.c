/* cmd_balance.c - balance: the balances of all accounts, or one with its lots. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "qualiodoo/cli/options.h"
#include "qualiodoo/cli/table.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/printable.h"
#include "qualiodoo/util/progress.h"
#include "view.h"

static json_t *lots_json(const struct ledger *ledger)
{
    json_t *lots = json_array();

    for (size_t i = 0; i < ledger->n_lots; i++) {
        const struct ledger_lot *lot = &ledger->lots[i];

        json_build_add(&lots,
                       json_pack("{so sI sI so so ss}", "lot", json_lot_name(lot->name),
                                 "granted_minutes", (json_int_t)lot->granted, "left_minutes",
                                 (json_int_t)lot->left, "start", json_day(lot->start), "end",
                                 json_day(lot->end), "state", ledger_state_name(lot->state)));
    }
    return lots;
}

static json_t *account_json(int64_t customer, const char *name, const struct account_result *result)
{
    const struct ledger *ledger = &result->ledger;

    return json_pack("{sI so sI sI sI sI so so so}", "customer_id", (json_int_t)customer,
                     "customer", json_text(name), "balance_minutes", (json_int_t)ledger->balance,
                     "available_minutes", (json_int_t)ledger->available, "overdraft_minutes",
                     (json_int_t)ledger->overdraft, "held_minutes", (json_int_t)result->held,
                     "next_expiry", json_optional_day(ledger->has_next_expiry, ledger->next_expiry),
                     "last_day",
                     json_optional_day(ledger->has_next_expiry, ledger->next_expiry - 1), "lots",
                     lots_json(ledger));
}

static void add_row(struct table *table, int64_t customer, const char *name,
                    const struct account_result *result)
{
    const struct ledger *ledger = &result->ledger;
    char day[CIVIL_TEXT_SIZE];

    table_cell_format(table, "%lld", (long long)customer);
    table_cell(table, name);
    table_cell_minutes(table, ledger->balance);
    table_cell_minutes(table, ledger->available);
    table_cell_minutes(table, ledger->overdraft);
    table_cell_minutes(table, result->held);
    table_cell(table, ledger->has_next_expiry ? civil_format(ledger->next_expiry - 1, day) : NULL);
}

static int print_lots(const struct ledger *ledger, struct error *error)
{
    static const struct table_column columns[] = {
        {"lot", TABLE_RECORD}, {"granted", TABLE_RIGHT}, {"left", TABLE_RIGHT},
        {"start", TABLE_LEFT}, {"end", TABLE_LEFT},      {"state", TABLE_LEFT},
    };
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    int rc;

    for (size_t i = 0; i < ledger->n_lots; i++) {
        const struct ledger_lot *lot = &ledger->lots[i];
        char day[CIVIL_TEXT_SIZE];

        table_cell_format(table, "%s:%lld", ledger_origin_name(lot->name.origin),
                          (long long)lot->name.id);
        table_cell_minutes(table, lot->granted);
        table_cell_minutes(table, lot->left);
        table_cell(table, civil_format(lot->start, day));
        table_cell(table, civil_format(lot->end, day));
        table_cell(table, ledger_state_name(lot->state));
    }
    rc = table_print(table, stdout, error);
    table_free(table);
    return rc;
}

/* Prints one item of an array, which the caller closes; takes the reference of `json`. The array is
 * never held whole: with all accounts, it would need more memory than anything else here. */
static int print_item(json_t *json, bool first, struct error *error)
{
    char *text = json_build_text(json, JSON_INDENT(2)), *rest;

    json_decref(json);
    if (!text)
        return error_memory(error);
    fputs(first ? "[\n" : ",\n", stdout);
    rest = text;
    for (char *line; (line = strsep(&rest, "\n"));) {
        fputs("  ", stdout);
        printable_json(line, stdout);
        if (rest)
            putchar('\n');
    }
    free(text);
    return 0;
}

/* How the accounts are printed: as JSON, or in `table`. */
struct output {
    bool json;
    size_t n_printed; /* items of the JSON array */
    struct table *table;
    bool lots; /* print them too: one customer was asked for */
};

static int add_account(struct view *view, int64_t customer, struct output *output,
                       struct error *error)
{
    const struct account_facts *facts;
    struct account_result result;
    char *name = NULL;
    int rc = lookup_partner_name(view->store, customer, &name, error);

    if (rc == 0)
        rc = view_account(view, customer, &facts, &result, error);
    if (rc != 0) {
        free(name);
        return rc;
    }
    if (output->json)
        rc = print_item(account_json(customer, name, &result), output->n_printed++ == 0, error);
    else
        add_row(output->table, customer, name, &result);
    if (output->table && output->lots) {
        rc = table_print(output->table, stdout, error);
        if (rc == 0 && result.ledger.n_lots) {
            putchar('\n');
            rc = print_lots(&result.ledger, error);
        }
    }
    account_result_free(&result);
    free(name);
    return rc;
}

static int add_accounts(struct view *view, const char *customer, struct output *output,
                        struct error *error)
{
    struct ids accounts = {0};
    int64_t only;
    int rc;

    if (customer) {
        rc = view_customer(view, customer, &only, error);
        output->lots = true;
        view_say_kept(view);
        return rc < 0 ? rc : add_account(view, only, output, error);
    }
    rc = view_accounts(view, &accounts, error);
    if (output->table) /* not with JSON, which is printed account by account */
        progress_step("computing");
    for (size_t i = 0; i < accounts.count && rc == 0; i++) {
        progress_count("accounts", (int64_t)i, (int64_t)accounts.count);
        rc = add_account(view, accounts.items[i], output, error);
    }
    progress_end();
    free(accounts.items);
    if (rc == 0 && output->table)
        rc = table_print(output->table, stdout, error);
    return rc;
}

int cmd_balance(struct cli *cli, int argc, char **argv, struct error *error)
{
    static const struct table_column columns[] = {
        {"id", TABLE_RIGHT},        {"customer", TABLE_TEXT},   {"balance", TABLE_RIGHT},
        {"available", TABLE_RIGHT}, {"overdraft", TABLE_RIGHT}, {"held", TABLE_RIGHT},
        {"last day", TABLE_LEFT},
    };
    struct output output = {0};
    struct view view = {0};
    int rc = cli_options(cli, &(struct cli_syntax){.most = 1}, argc, argv, error);
    const char *customer = rc > 0 ? argv[1] : NULL;

    if (rc < 0)
        return rc;
    output.json = cli->json;
    rc = view_open(cli, &view, error);
    if (rc == 0)
        rc = view_require_complete(&view, error);
    if (rc == 0 && !output.json)
        output.table = table_new(columns, sizeof columns / sizeof *columns);
    if (rc == 0)
        rc = add_accounts(&view, customer, &output, error);
    if (rc == 0 && output.json)
        puts(output.n_printed ? "\n]" : "[]");
    table_free(output.table);
    view_close(&view);
    return rc;
}
