/* results_totals.c - the minutes that an account was credited, consumed and lost, before and after.
 */
#include "results_totals.h"

#include "qualiodoo/store/results.h"
#include "statements.h"

/* Adds `sign` times the minutes of an entry to the total that its kind belongs to. */
static void count_entry(struct results_change *totals, enum ledger_kind kind, minutes amount,
                        int sign)
{
    if (kind == LEDGER_GRANT || kind == LEDGER_REINSTATE || (kind == LEDGER_ADJUST && amount > 0))
        totals->credited += sign * amount;
    else if (kind == LEDGER_DEBIT)
        totals->consumed -= sign * amount;
    else if (kind == LEDGER_EXPIRE)
        totals->expired -= sign * amount;
}

int results_totals_compare(struct store *store, int64_t account, const struct ledger *ledger,
                           struct results_change *change, struct error *error)
{
    static const struct stored_range ranges[] = {
        {0, "entry.kind", LEDGER_GRANT, LEDGER_ADJUST},
        {1, "entry.minutes", -STORED_MINUTES_MAX, STORED_MINUTES_MAX},
    };
    sqlite3_stmt *statement;
    int rc = store_prepare(store, "SELECT kind, minutes FROM entry WHERE account_id = ?1",
                           &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, account);
    while ((rc = store_step(store, statement, error)) == 1) {
        if ((rc = store_check_row(store, statement, ranges, 2, error)) < 0)
            return rc;
        count_entry(change, (enum ledger_kind)sqlite3_column_int(statement, 0),
                    sqlite3_column_int64(statement, 1), -1);
    }
    for (size_t i = 0; i < ledger->n_entries; i++)
        count_entry(change, ledger->entries[i].kind, ledger->entries[i].amount, 1);
    return rc;
}
