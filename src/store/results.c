/* results.c - compares a result with the stored one and replaces it. */
#include "qualiodoo/store/results.h"

#include "audit_internal.h"
#include "noted.h"
#include "results_totals.h"
#include "statements.h"

/* The stored figures of an account. */
struct stored {
    bool exists;
    minutes balance, held;
};

static int read_stored(struct store *store, int64_t account, struct stored *ret,
                       struct error *error)
{
    sqlite3_stmt *statement;
    int rc =
        store_prepare(store, "SELECT balance, held FROM account WHERE id = ?1", &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, account);
    rc = store_step(store, statement, error);
    if (rc < 0)
        return rc;
    *ret = (struct stored){.exists = rc == 1};
    if (rc == 1) {
        ret->balance = sqlite3_column_int64(statement, 0);
        ret->held = sqlite3_column_int64(statement, 1);
    }
    sqlite3_reset(statement);
    return 0;
}

static bool same_entry(sqlite3_stmt *row, const struct ledger_entry *entry)
{
    return sqlite3_column_int(row, 0) == entry->day &&
           sqlite3_column_int(row, 1) == (int)entry->kind &&
           sqlite3_column_int64(row, 2) == entry->amount &&
           sqlite3_column_int(row, 3) == (int)entry->lot.origin &&
           sqlite3_column_int64(row, 4) == entry->lot.id &&
           sqlite3_column_int(row, 5) == (int)entry->source &&
           sqlite3_column_int64(row, 6) == entry->source_id;
}

static int same_entries(struct store *store, int64_t account, const struct ledger *ledger,
                        bool *ret_same, struct error *error)
{
    sqlite3_stmt *statement;
    size_t count = 0;
    bool same = true;
    int rc = store_prepare(store,
                           "SELECT day, kind, minutes, lot_origin, lot_id, source, source_id"
                           " FROM entry WHERE account_id = ?1 ORDER BY seq",
                           &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, account);
    while (same && (rc = store_step(store, statement, error)) == 1) {
        same = count < ledger->n_entries && same_entry(statement, &ledger->entries[count]);
        count++;
    }
    sqlite3_reset(statement);
    *ret_same = same && count == ledger->n_entries;
    return rc < 0 ? rc : 0;
}

static int same_lots(struct store *store, int64_t account, const struct ledger *ledger,
                     bool *ret_same, struct error *error)
{
    sqlite3_stmt *statement;
    size_t count = 0;
    bool same = true;
    int rc = store_prepare(store,
                           "SELECT granted, left, start, end, state FROM lot"
                           " WHERE account_id = ?1 ORDER BY start, origin, id",
                           &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, account);
    while (same && (rc = store_step(store, statement, error)) == 1) {
        const struct ledger_lot *lot = &ledger->lots[count];

        same = count < ledger->n_lots && sqlite3_column_int64(statement, 0) == lot->granted &&
               sqlite3_column_int64(statement, 1) == lot->left &&
               sqlite3_column_int(statement, 2) == lot->start &&
               sqlite3_column_int(statement, 3) == lot->end &&
               sqlite3_column_int(statement, 4) == (int)lot->state;
        count++;
    }
    sqlite3_reset(statement);
    *ret_same = same && count == ledger->n_lots;
    return rc < 0 ? rc : 0;
}

static void bind_optional(sqlite3_stmt *statement, int parameter, bool has, int64_t value)
{
    if (has)
        sqlite3_bind_int64(statement, parameter, value);
    else
        sqlite3_bind_null(statement, parameter);
}

static int write_account(struct store *store, const struct results_new *computed,
                         struct error *error)
{
    const struct account_result *result = computed->result;
    sqlite3_stmt *statement;
    int rc = store_prepare(
        store,
        "INSERT INTO account VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET"
        " computed_day = ?2, balance = ?3, available = ?4, overdraft = ?5, held = ?6,"
        " next_expiry = ?7, next_change = ?8",
        &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, computed->account);
    sqlite3_bind_int(statement, 2, computed->today);
    sqlite3_bind_int64(statement, 3, result->ledger.balance);
    sqlite3_bind_int64(statement, 4, result->ledger.available);
    sqlite3_bind_int64(statement, 5, result->ledger.overdraft);
    sqlite3_bind_int64(statement, 6, result->held);
    bind_optional(statement, 7, result->ledger.has_next_expiry, result->ledger.next_expiry);
    bind_optional(statement, 8, result->has_next_change, result->next_change);
    return store_run(store, statement, error);
}

static int delete_parts(struct store *store, int64_t account, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, "DELETE FROM lot WHERE account_id = ?1", &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, account);
    if ((rc = store_run(store, statement, error)) < 0)
        return rc;
    rc = store_prepare(store, "DELETE FROM entry WHERE account_id = ?1", &statement, error);
    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, account);
    return store_run(store, statement, error);
}

static int write_lots(struct store *store, int64_t account, const struct ledger *ledger,
                      struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, "INSERT INTO lot VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                           &statement, error);

    for (size_t i = 0; i < ledger->n_lots && rc == 0; i++) {
        const struct ledger_lot *lot = &ledger->lots[i];

        sqlite3_bind_int64(statement, 1, account);
        sqlite3_bind_int(statement, 2, (int)lot->name.origin);
        sqlite3_bind_int64(statement, 3, lot->name.id);
        sqlite3_bind_int64(statement, 4, lot->granted);
        sqlite3_bind_int64(statement, 5, lot->left);
        sqlite3_bind_int(statement, 6, lot->start);
        sqlite3_bind_int(statement, 7, lot->end);
        sqlite3_bind_int(statement, 8, (int)lot->state);
        rc = store_run(store, statement, error);
    }
    return rc;
}

/* The entries that one statement writes, as long as there are so many: starting a statement that
 * fires a trigger costs as much as inserting a row. With more of them, the pages that it changes
 * exceed the 64 KiB that SQLite keeps in memory of a statement, and go through a file. */
enum { ENTRY_COLUMNS = 10, ENTRIES_AT_ONCE = 8 };

#define ENTRY "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define FOUR_ENTRIES ENTRY ", " ENTRY ", " ENTRY ", " ENTRY

static const char one_entry_sql[] = "INSERT INTO entry VALUES " ENTRY;
static const char entries_sql[] = "INSERT INTO entry VALUES " FOUR_ENTRIES ", " FOUR_ENTRIES;

/* Binds entry number `seq` of the ledger to the parameters from `first` on. */
static void bind_entry(sqlite3_stmt *statement, int first, int64_t account,
                       const struct ledger *ledger, size_t seq)
{
    const struct ledger_entry *entry = &ledger->entries[seq];

    sqlite3_bind_int64(statement, first, account);
    sqlite3_bind_int64(statement, first + 1, (int64_t)seq);
    sqlite3_bind_int(statement, first + 2, entry->day);
    sqlite3_bind_int(statement, first + 3, (int)entry->kind);
    sqlite3_bind_int64(statement, first + 4, entry->amount);
    sqlite3_bind_int64(statement, first + 5, entry->balance);
    sqlite3_bind_int(statement, first + 6, (int)entry->lot.origin);
    sqlite3_bind_int64(statement, first + 7, entry->lot.id);
    sqlite3_bind_int(statement, first + 8, (int)entry->source);
    sqlite3_bind_int64(statement, first + 9, entry->source_id);
}

static int write_entries(struct store *store, int64_t account, const struct ledger *ledger,
                         struct error *error)
{
    int rc = 0;

    for (size_t seq = 0; seq < ledger->n_entries && rc == 0;) {
        bool many = ledger->n_entries - seq >= ENTRIES_AT_ONCE;
        sqlite3_stmt *statement;

        rc = store_prepare(store, many ? entries_sql : one_entry_sql, &statement, error);
        for (int i = 0; i < (many ? ENTRIES_AT_ONCE : 1) && rc == 0; i++)
            bind_entry(statement, i * ENTRY_COLUMNS + 1, account, ledger, seq++);
        if (rc == 0)
            rc = store_run(store, statement, error);
    }
    return rc;
}

static int audit_change(struct store *store, const struct stored *stored,
                        const struct results_new *computed, struct error *error)
{
    const struct audit_difference difference = {
        .account = computed->account,
        .has_before = stored->exists,
        .before = stored->balance,
        .ledger = &computed->result->ledger,
        .why = computed->why,
    };

    return audit_write(store, &difference, error);
}

int results_save(struct store *store, const struct results_new *computed,
                 struct results_change *ret_change, struct error *error)
{
    const struct account_result *result = computed->result;
    const struct ledger *ledger = &result->ledger;
    int64_t account = computed->account;
    bool lots = false, entries = false;
    struct stored stored;
    int rc = read_stored(store, account, &stored, error);

    if (rc == 0 && stored.exists)
        rc = same_lots(store, account, ledger, &lots, error);
    if (rc == 0 && stored.exists)
        rc = same_entries(store, account, ledger, &entries, error);
    if (rc < 0)
        return rc;
    *ret_change =
        (struct results_change){.changed = !lots || !entries || stored.held != result->held,
                                .before = stored.balance,
                                .after = ledger->balance};
    if (!entries)
        rc = results_totals_compare(store, account, ledger, ret_change, error);
    if (rc == 0 && ret_change->changed)
        rc = audit_change(store, &stored, computed, error);
    if (rc == 0)
        rc = write_account(store, computed, error);
    if (rc == 0)
        rc = noted_add(store, NOTED_SHOWN, account, error);
    if (rc < 0 || (lots && entries))
        return rc;
    rc = delete_parts(store, account, error);
    if (rc == 0)
        rc = write_lots(store, account, ledger, error);
    return rc < 0 ? rc : write_entries(store, account, ledger, error);
}

int results_remove(struct store *store, int64_t account_id, const char *why,
                   struct results_change *ret_change, struct error *error)
{
    const struct account_result nothing = {0};
    const struct results_new removed = {.account = account_id, .result = &nothing, .why = why};
    sqlite3_stmt *statement = NULL;
    struct stored stored;
    int rc = read_stored(store, account_id, &stored, error);

    if (rc < 0)
        return rc;
    *ret_change = (struct results_change){.changed = stored.exists, .before = stored.balance};
    if (!stored.exists)
        return 0;
    rc = audit_change(store, &stored, &removed, error);
    if (rc == 0)
        rc = store_prepare(store, "DELETE FROM account WHERE id = ?1", &statement, error);
    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, account_id);
    rc = store_run(store, statement, error);
    return rc < 0 ? rc : noted_add(store, NOTED_SHOWN, account_id, error);
}

int results_accounts(struct store *store, struct ids *ret, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, "SELECT id FROM account ORDER BY id", &statement, error);

    return rc < 0 ? rc : store_ids(store, statement, ret, error);
}

int results_changes_done(struct store *store, struct error *error)
{
    return store_exec(store, "DELETE FROM change", error);
}
