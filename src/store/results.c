/* results.c - compares a result with the stored one, replaces it, and audits what changed. */
#include "qualiodoo/store/results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "store_internal.h"

/* How many causes an audit row names; further ones are counted. */
#define CAUSES_MAX 5

/* The name of a mirror in the audit trail: the model of Odoo. */
#define REMOTE_NAME                                                                                \
    "CASE c.mirror WHEN 'timesheet' THEN 'account.analytic.line' WHEN 'move' THEN 'account.move'"  \
    " WHEN 'partial' THEN 'account.partial.reconcile' WHEN 'move_line' THEN 'account.move.line'"   \
    " WHEN 'settlement_line' THEN 'account.move.line' WHEN 'partner' THEN 'res.partner'"           \
    " WHEN 'reply' THEN 'mail.message' WHEN 'product' THEN 'product.product'"                      \
    " WHEN 'payment' THEN 'account.payment' WHEN 'down_payment' THEN 'account.move.line'"          \
    " WHEN 'unit' THEN 'uom.uom' WHEN 'journal' THEN 'account.journal' ELSE c.mirror END"

/* The records whose noted changes touch account ?1. */
static const char cause_sql[] =
    "SELECT DISTINCT " REMOTE_NAME " || ' ' || c.id || ' ' || c.what"
    " FROM change c WHERE c.owner = 'account' AND c.ref = ?1"
    " OR (c.owner = 'partner' AND coalesce((SELECT account_id FROM partner WHERE id = c.ref), "
    "c.ref) = ?1)"
    " OR (c.owner = 'ticket' AND (SELECT p.account_id FROM ticket t JOIN partner p"
    "  ON p.id = t.partner_id WHERE t.id = c.ref) = ?1)"
    " OR (c.owner = 'move' AND (SELECT account_id FROM move WHERE id = c.ref) = ?1)"
    " OR (c.owner = 'payment' AND EXISTS (SELECT 1 FROM settlement_line b JOIN partial p"
    "  ON b.id IN (p.debit_line_id, p.credit_line_id) JOIN settlement_line s"
    "  ON s.id IN (p.debit_line_id, p.credit_line_id) JOIN move m ON m.id = s.move_id"
    "  WHERE b.payment_id = c.ref AND m.account_id = ?1))"
    " OR (c.owner = 'line' AND (EXISTS (SELECT 1 FROM settlement_line s JOIN move m"
    "  ON m.id = s.move_id WHERE s.id = c.ref AND m.account_id = ?1)"
    "  OR EXISTS (SELECT 1 FROM partial p JOIN settlement_line s"
    "  ON s.id IN (p.debit_line_id, p.credit_line_id) JOIN move m ON m.id = s.move_id"
    "  WHERE c.ref IN (p.debit_line_id, p.credit_line_id) AND m.account_id = ?1)))"
    " ORDER BY c.seq";

/* The noted changes that touch every account: a first pull, a new configuration, a tag, a unit. */
static const char common_cause_sql[] =
    "SELECT " REMOTE_NAME " || CASE WHEN c.id THEN ' ' || c.id || ' ' || c.what ELSE '' END"
    " FROM change c WHERE c.owner = 'all' AND ?1 ORDER BY c.seq";

/* Appends the rows of `sql` to *cause, at most CAUSES_MAX; *found counts them. */
static int add_causes(struct store *store, const char *sql, int64_t account, char *cause,
                      size_t size, int *found, struct error *error)
{
    sqlite3_stmt *statement;
    const char *text;
    size_t used = strlen(cause);
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, account);
    while ((rc = store_step(store, statement, error)) == 1 && *found <= CAUSES_MAX) {
        if ((*found)++ == CAUSES_MAX) {
            snprintf(cause + used, size - used, ", ...");
            break;
        }
        if ((rc = store_text(statement, 0, &text, error)) < 0)
            return rc;
        snprintf(cause + used, size - used, "%s%s", used ? ", " : "", text ? text : "");
        used = strlen(cause);
    }
    sqlite3_reset(statement);
    return rc < 0 ? rc : 0;
}

/* Finds the cause of a change: the account's own records, else what touches every account, else
 * `why`. */
static int find_cause(struct store *store, int64_t account, const char *why, char *cause,
                      size_t size, struct error *error)
{
    int found = 0, rc;

    *cause = '\0';
    rc = add_causes(store, cause_sql, account, cause, size, &found, error);
    if (rc == 0 && !found)
        rc = add_causes(store, common_cause_sql, account, cause, size, &found, error);
    if (rc == 0 && !found)
        snprintf(cause, size, "%s", why);
    return rc;
}

struct change_note {
    int64_t account;
    const char *subject, *before, *after, *cause;
};

static int write_audit(struct store *store, const struct change_note *note, struct error *error)
{
    char now[INSTANT_TEXT_SIZE];
    sqlite3_stmt *statement;
    int rc = store_prepare(store,
                           "INSERT INTO audit (at, account_id, subject, before, after, cause)"
                           " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                           &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, instant_format(clock_now(), now), -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, note->account);
    sqlite3_bind_text(statement, 3, note->subject, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 4, note->before, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 5, note->after, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 6, note->cause, -1, SQLITE_STATIC);
    rc = store_run(store, statement, error);
    sqlite3_clear_bindings(statement);
    return rc;
}

#define LOT_TEXT_SIZE 160

static void lot_text(char text[LOT_TEXT_SIZE], minutes granted, minutes left, civil_day start,
                     civil_day end, enum ledger_state state)
{
    char from[CIVIL_TEXT_SIZE], to[CIVIL_TEXT_SIZE];
    char rest[MINUTES_TEXT_SIZE], whole[MINUTES_TEXT_SIZE];

    snprintf(text, LOT_TEXT_SIZE, "%s left of %s, from %s to %s included, %s",
             minutes_format(left, rest), minutes_format(granted, whole), civil_format(start, from),
             civil_format(end - 1, to), ledger_state_name(state));
}

/* Compares the stored lots of an account with the computed ones: one audit row per difference. */
static int audit_lots(struct store *store, int64_t account, const struct ledger *ledger,
                      const char *cause, struct error *error)
{
    char subject[64], before[LOT_TEXT_SIZE], after[LOT_TEXT_SIZE];
    struct change_note note = {.account = account, .subject = subject, .cause = cause};
    bool *kept = calloc(ledger->n_lots + 1, sizeof *kept);
    sqlite3_stmt *statement = NULL;
    int rc = kept ? 0 : error_memory(error);

    if (rc == 0)
        rc = store_prepare(store,
                           "SELECT origin, id, granted, left, start, end, state FROM lot"
                           " WHERE account_id = ?1 ORDER BY start, origin, id",
                           &statement, error);
    if (rc < 0)
        goto done;
    sqlite3_bind_int64(statement, 1, account);
    while ((rc = store_step(store, statement, error)) == 1 &&
           (rc = results_check_lot(store, statement, error)) == 0) {
        struct ledger_lot_name name = {(enum ledger_origin)sqlite3_column_int(statement, 0),
                                       sqlite3_column_int64(statement, 1)};

        lot_text(before, sqlite3_column_int64(statement, 2), sqlite3_column_int64(statement, 3),
                 sqlite3_column_int(statement, 4), sqlite3_column_int(statement, 5),
                 (enum ledger_state)sqlite3_column_int(statement, 6));
        snprintf(subject, sizeof subject, "%s:%lld", ledger_origin_name(name.origin),
                 (long long)name.id);
        note.before = before;
        note.after = NULL;
        for (size_t i = 0; i < ledger->n_lots; i++) {
            const struct ledger_lot *lot = &ledger->lots[i];

            if (lot->name.origin != name.origin || lot->name.id != name.id)
                continue;
            kept[i] = true;
            lot_text(after, lot->granted, lot->left, lot->start, lot->end, lot->state);
            note.after = after;
        }
        if (note.after && strcmp(before, after) == 0)
            continue;
        if ((rc = write_audit(store, &note, error)) < 0)
            break;
    }
    sqlite3_reset(statement);
    note.before = NULL;
    note.after = after;
    for (size_t i = 0; i < ledger->n_lots && rc == 0; i++) {
        const struct ledger_lot *lot = &ledger->lots[i];

        if (kept[i])
            continue;
        lot_text(after, lot->granted, lot->left, lot->start, lot->end, lot->state);
        snprintf(subject, sizeof subject, "%s:%lld", ledger_origin_name(lot->name.origin),
                 (long long)lot->name.id);
        rc = write_audit(store, &note, error);
    }
done:
    free(kept);
    return rc;
}

/* The stored figures of an account. */
struct kept {
    bool exists;
    minutes balance, held;
};

static int read_kept(struct store *store, int64_t account, struct kept *ret, struct error *error)
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
    *ret = (struct kept){.exists = rc == 1};
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

static int write_account(struct store *store, int64_t account, civil_day today,
                         const struct account_result *result, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(
        store,
        "INSERT INTO account VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET"
        " computed_day = ?2, balance = ?3, available = ?4, overdraft = ?5, held = ?6,"
        " next_expiry = ?7, next_change = ?8",
        &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, account);
    sqlite3_bind_int(statement, 2, today);
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

static int write_entries(struct store *store, int64_t account, const struct ledger *ledger,
                         struct error *error)
{
    sqlite3_stmt *statement;
    int rc =
        store_prepare(store, "INSERT INTO entry VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                      &statement, error);

    for (size_t i = 0; i < ledger->n_entries && rc == 0; i++) {
        const struct ledger_entry *entry = &ledger->entries[i];

        sqlite3_bind_int64(statement, 1, account);
        sqlite3_bind_int64(statement, 2, (int64_t)i);
        sqlite3_bind_int(statement, 3, entry->day);
        sqlite3_bind_int(statement, 4, (int)entry->kind);
        sqlite3_bind_int64(statement, 5, entry->amount);
        sqlite3_bind_int64(statement, 6, entry->balance);
        sqlite3_bind_int(statement, 7, (int)entry->lot.origin);
        sqlite3_bind_int64(statement, 8, entry->lot.id);
        sqlite3_bind_int(statement, 9, (int)entry->source);
        sqlite3_bind_int64(statement, 10, entry->source_id);
        rc = store_run(store, statement, error);
    }
    return rc;
}

/* Writes the audit rows of an account whose result differs from the stored one. */
static int audit_account(struct store *store, int64_t account, const struct kept *kept,
                         const struct account_result *result, const char *why, struct error *error)
{
    char cause[512], before[MINUTES_TEXT_SIZE], after[MINUTES_TEXT_SIZE];
    struct change_note note = {
        .account = account, .subject = "balance", .before = before, .after = after, .cause = cause};
    int rc = find_cause(store, account, why, cause, sizeof cause, error);

    if (rc < 0)
        return rc;
    minutes_format(kept->balance, before);
    minutes_format(result->ledger.balance, after);
    if (!kept->exists)
        note.before = NULL;
    rc = write_audit(store, &note, error);
    return rc < 0 ? rc : audit_lots(store, account, &result->ledger, cause, error);
}

int results_save(struct store *store, int64_t account_id, civil_day today,
                 const struct account_result *result, const char *why,
                 struct results_change *ret_change, struct error *error)
{
    struct kept kept;
    bool lots = false, entries = false;
    int rc = read_kept(store, account_id, &kept, error);

    if (rc == 0 && kept.exists)
        rc = same_lots(store, account_id, &result->ledger, &lots, error);
    if (rc == 0 && kept.exists)
        rc = same_entries(store, account_id, &result->ledger, &entries, error);
    if (rc < 0)
        return rc;
    *ret_change = (struct results_change){.changed = !lots || !entries || kept.held != result->held,
                                          .before = kept.balance,
                                          .after = result->ledger.balance};
    if (!entries)
        rc = results_totals_compare(store, account_id, &result->ledger, ret_change, error);
    if (rc == 0 && ret_change->changed)
        rc = audit_account(store, account_id, &kept, result, why, error);
    if (rc == 0)
        rc = write_account(store, account_id, today, result, error);
    if (rc < 0 || (lots && entries))
        return rc;
    rc = delete_parts(store, account_id, error);
    if (rc == 0)
        rc = write_lots(store, account_id, &result->ledger, error);
    return rc < 0 ? rc : write_entries(store, account_id, &result->ledger, error);
}

int results_remove(struct store *store, int64_t account_id, const char *why,
                   struct results_change *ret_change, struct error *error)
{
    struct account_result nothing = {0};
    sqlite3_stmt *statement = NULL;
    struct kept kept;
    int rc = read_kept(store, account_id, &kept, error);

    if (rc < 0)
        return rc;
    *ret_change = (struct results_change){.changed = kept.exists, .before = kept.balance};
    if (!kept.exists)
        return 0;
    rc = audit_account(store, account_id, &kept, &nothing, why, error);
    if (rc == 0)
        rc = store_prepare(store, "DELETE FROM account WHERE id = ?1", &statement, error);
    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, account_id);
    return store_run(store, statement, error);
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

int results_last_audit(struct store *store, int64_t *ret_seq, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, "SELECT coalesce(max(seq), 0) FROM audit", &statement, error);

    if (rc < 0 || (rc = store_step(store, statement, error)) < 0)
        return rc;
    *ret_seq = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return 0;
}

int results_audit(struct store *store, int64_t after,
                  int (*row)(void *context, const struct audit_row *row), void *context,
                  struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store,
                           "SELECT account_id, subject, before, after, cause FROM audit"
                           " WHERE seq > ?1 ORDER BY seq",
                           &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, after);
    while ((rc = store_step(store, statement, error)) == 1) {
        struct audit_row audit = {
            .account = sqlite3_column_int64(statement, 0),
            .subject = column_text(statement, 1),
            .before = column_text(statement, 2),
            .after = column_text(statement, 3),
            .cause = column_text(statement, 4),
        };

        if ((rc = row(context, &audit)) < 0) {
            sqlite3_reset(statement);
            break;
        }
    }
    return rc;
}
