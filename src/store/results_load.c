/* results_load.c - loads stored results. */
#include "qualiodoo/store/results_load.h"

#include "qualiodoo/util/array.h"
#include "results_load_internal.h"
#include "statements.h"

static int read_account(struct store *store, int64_t account, struct results_stored *stored,
                        struct error *error)
{
    struct account_result *result = &stored->result;
    struct ledger *ledger = &result->ledger;
    sqlite3_stmt *row;
    int rc = store_prepare(store,
                           "SELECT computed_day, balance, available, overdraft, held, next_expiry,"
                           " next_change FROM account WHERE id = ?1",
                           &row, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(row, 1, account);
    rc = store_step(store, row, error);
    if (rc < 0)
        return rc;
    stored->found = rc == 1;
    if (rc == 0)
        return 0;
    stored->day = sqlite3_column_int(row, 0);
    ledger->balance = sqlite3_column_int64(row, 1);
    ledger->available = sqlite3_column_int64(row, 2);
    ledger->overdraft = sqlite3_column_int64(row, 3);
    result->held = sqlite3_column_int64(row, 4);
    ledger->has_next_expiry = sqlite3_column_type(row, 5) == SQLITE_INTEGER;
    ledger->next_expiry = sqlite3_column_int(row, 5);
    result->has_next_change = sqlite3_column_type(row, 6) == SQLITE_INTEGER;
    result->next_change = sqlite3_column_int(row, 6);
    sqlite3_reset(row);
    return 0;
}

/* Columns as both queries of lots have them: origin, id, granted, left, start, end, state. */
static const struct stored_range lot_ranges[] = {
    {0, "lot.origin", LOT_INVOICE, LOT_ADJUSTMENT},
    {2, "lot.granted", -STORED_MINUTES_MAX, STORED_MINUTES_MAX},
    {3, "lot.left", 0, STORED_MINUTES_MAX},
    {4, "lot.start", STORED_DAY_MIN, STORED_DAY_MAX},
    {5, "lot.end", STORED_DAY_MIN, STORED_DAY_MAX},
    {6, "lot.state", LOT_OPEN, LOT_EXPIRED},
};

int results_read_lot(struct store *store, sqlite3_stmt *row, struct ledger_lot *ret,
                     struct error *error)
{
    int rc = store_check_row(store, row, lot_ranges, sizeof lot_ranges / sizeof *lot_ranges, error);

    if (rc < 0)
        return rc;
    *ret = (struct ledger_lot){
        .name = {(enum ledger_origin)sqlite3_column_int(row, 0), sqlite3_column_int64(row, 1)},
        .granted = sqlite3_column_int64(row, 2),
        .left = sqlite3_column_int64(row, 3),
        .start = sqlite3_column_int(row, 4),
        .end = sqlite3_column_int(row, 5),
        .state = (enum ledger_state)sqlite3_column_int(row, 6),
    };
    return 0;
}

static int read_lots(struct store *store, int64_t account, struct ledger *ledger,
                     struct error *error)
{
    size_t size = 0;
    sqlite3_stmt *row;
    int rc = store_prepare(store,
                           "SELECT t.origin, t.id, t.granted, t.left, t.start, t.end, t.state,"
                           " l.move_id FROM lot t LEFT JOIN move_line l"
                           " ON t.origin = 1 AND l.id = t.id WHERE t.account_id = ?1"
                           " ORDER BY t.start, t.origin, t.id",
                           &row, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(row, 1, account);
    while ((rc = store_step(store, row, error)) == 1) {
        struct ledger_lot lot;

        if ((rc = results_read_lot(store, row, &lot, error)) < 0)
            return rc;
        if (ARRAY_RESERVE(ledger->lots, size, ledger->n_lots + 1) < 0) {
            sqlite3_reset(row);
            return error_memory(error);
        }
        lot.invoice = sqlite3_column_int64(row, 7);
        ledger->lots[ledger->n_lots++] = lot;
    }
    return rc;
}

static int read_entries(struct store *store, int64_t account, struct ledger *ledger,
                        struct error *error)
{
    static const struct stored_range ranges[] = {
        {0, "entry.day", STORED_DAY_MIN, STORED_DAY_MAX},
        {1, "entry.kind", LEDGER_GRANT, LEDGER_ADJUST},
        {2, "entry.minutes", -STORED_MINUTES_MAX, STORED_MINUTES_MAX},
        {3, "entry.balance", -STORED_MINUTES_MAX, STORED_MINUTES_MAX},
        {4, "entry.lot_origin", LOT_NONE, LOT_ADJUSTMENT},
        {6, "entry.source", SOURCE_MOVE, SOURCE_ADJUSTMENT},
    };
    size_t size = 0;
    sqlite3_stmt *row;
    int rc = store_prepare(store,
                           "SELECT day, kind, minutes, balance, lot_origin, lot_id, source,"
                           " source_id FROM entry WHERE account_id = ?1 ORDER BY seq",
                           &row, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(row, 1, account);
    while ((rc = store_step(store, row, error)) == 1) {
        if ((rc = store_check_row(store, row, ranges, sizeof ranges / sizeof *ranges, error)) < 0)
            return rc;
        if (ARRAY_RESERVE(ledger->entries, size, ledger->n_entries + 1) < 0) {
            sqlite3_reset(row);
            return error_memory(error);
        }
        ledger->entries[ledger->n_entries++] = (struct ledger_entry){
            .day = sqlite3_column_int(row, 0),
            .kind = (enum ledger_kind)sqlite3_column_int(row, 1),
            .amount = sqlite3_column_int64(row, 2),
            .balance = sqlite3_column_int64(row, 3),
            .lot = {(enum ledger_origin)sqlite3_column_int(row, 4), sqlite3_column_int64(row, 5)},
            .source = (enum ledger_source)sqlite3_column_int(row, 6),
            .source_id = sqlite3_column_int64(row, 7),
        };
    }
    return rc;
}

int results_load(struct store *store, int64_t account_id, struct results_stored *ret,
                 struct error *error)
{
    struct results_stored stored = {0};
    int rc = read_account(store, account_id, &stored, error);

    if (rc == 0)
        rc = read_lots(store, account_id, &stored.result.ledger, error);
    if (rc == 0)
        rc = read_entries(store, account_id, &stored.result.ledger, error);
    if (rc < 0)
        account_result_free(&stored.result);
    else
        *ret = stored;
    return rc;
}
