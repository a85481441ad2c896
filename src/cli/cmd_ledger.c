/* cmd_ledger.c - ledger: the entries of one account, each with its note. */
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "output.h"
#include "qualiodoo/cli/options.h"
#include "qualiodoo/cli/table.h"
#include "qualiodoo/util/civil.h"
#include "view.h"

static json_t *entry_json(const struct ledger_entry *entry, const char *note)
{
    return json_pack("{so ss sI sI so so so}", "date", json_day(entry->day), "kind",
                     ledger_kind_name(entry->kind), "minutes", (json_int_t)entry->amount,
                     "balance_minutes", (json_int_t)entry->balance, "lot",
                     json_lot_name(entry->lot), "source",
                     json_source(entry->source, entry->source_id), "note", json_text(note));
}

static void add_row(struct table *table, const struct ledger_entry *entry, const char *note)
{
    char day[CIVIL_TEXT_SIZE];

    table_cell(table, civil_format(entry->day, day));
    table_cell(table, ledger_kind_name(entry->kind));
    table_cell_minutes(table, entry->amount);
    table_cell_minutes(table, entry->balance);
    if (entry->lot.origin == LOT_NONE)
        table_cell(table, "overdraft");
    else
        table_cell_format(table, "%s:%lld", ledger_origin_name(entry->lot.origin),
                          (long long)entry->lot.id);
    table_cell_format(table, "%s:%lld", ledger_source_name(entry->source),
                      (long long)entry->source_id);
    table_cell(table, note);
}

/* Adds every entry with its note to `json` or, when that is NULL, to `table`. */
static int add_entries(struct view *view, const struct account_view *account, json_t *json,
                       struct table *table, struct error *error)
{
    const struct ledger *ledger = &account->result.ledger;
    int rc = 0;

    for (size_t i = 0; i < ledger->n_entries && rc == 0; i++) {
        char *note = NULL;

        rc = view_entry_note(view, account, &ledger->entries[i], &note, error);
        if (rc == 0 && json)
            rc = json_array_append_new(json, entry_json(&ledger->entries[i], note)) < 0
                     ? error_memory(error)
                     : 0;
        else if (rc == 0)
            add_row(table, &ledger->entries[i], note);
        free(note);
    }
    return rc;
}

static int print_json(struct view *view, const struct account_view *account, struct error *error)
{
    json_t *entries = json_array();
    int rc = add_entries(view, account, entries, NULL, error);

    if (rc < 0) {
        json_decref(entries);
        return rc;
    }
    return cli_print_json(json_pack("{sI so so}", "customer_id", (json_int_t)account->customer,
                                    "customer", json_text(account->name), "entries", entries),
                          error);
}

static int print_table(struct view *view, const struct account_view *account, struct error *error)
{
    static const struct table_column columns[] = {
        {"date", TABLE_LEFT},     {"kind", TABLE_LEFT},  {"minutes", TABLE_RIGHT},
        {"balance", TABLE_RIGHT}, {"lot", TABLE_RECORD}, {"source", TABLE_RECORD},
        {"note", TABLE_TEXT},
    };
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    int rc = add_entries(view, account, NULL, table, error);

    if (rc == 0)
        rc = table_print(table, stdout, error);
    table_free(table);
    return rc;
}

int cmd_ledger(struct cli *cli, int argc, char **argv, struct error *error)
{
    struct account_view account = {0};
    struct view view = {0};
    int rc = cli_options(cli, &(struct cli_syntax){.least = 1, .most = 1}, argc, argv, error);

    if (rc < 0)
        return rc;
    rc = view_open(cli, &view, error);
    if (rc == 0)
        rc = view_account_open(&view, argv[1], &account, error);
    if (rc == 0)
        rc = cli->json ? print_json(&view, &account, error) : print_table(&view, &account, error);
    view_account_close(&account);
    view_close(&view);
    return rc;
}
