/* view_revoked.c - the accounts that a changed setting would take credit from. */
#include "view_revoked.h"

#include "qualiodoo/cli/table.h"
#include "view.h"

/* Accounts listed for people; JSON has all of them. */
#define ACCOUNTS_SHOWN 20

static minutes minutes_of(json_t *account, const char *key)
{
    return json_integer_value(json_object_get(account, key));
}

int view_revoked(json_t *accounts, struct error *error)
{
    static const struct table_column columns[] = {{"id", TABLE_RIGHT},
                                                  {"customer", TABLE_TEXT},
                                                  {"balance", TABLE_RIGHT},
                                                  {"would be", TABLE_RIGHT}};
    size_t count = json_array_size(accounts), i;
    struct table *table;
    json_t *account;
    int rc;

    if (!count)
        return 0;
    table = table_new(columns, sizeof columns / sizeof *columns);
    json_array_foreach(accounts, i, account) {
        if (i == ACCOUNTS_SHOWN)
            break;
        table_cell_format(table, "%lld", (long long)minutes_of(account, "customer_id"));
        table_cell(table, json_string_value(json_object_get(account, "customer")));
        table_cell_minutes(table, minutes_of(account, "before_minutes"));
        table_cell_minutes(table, minutes_of(account, "after_minutes"));
    }
    rc = table_print(table, stdout, error);
    table_free(table);
    if (count > ACCOUNTS_SHOWN)
        table_say("... and %zu more (--json names all)\n", count - ACCOUNTS_SHOWN);
    return rc;
}
