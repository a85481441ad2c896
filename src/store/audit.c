/* audit.c - writes and reads the audit trail of accounts. */
#include "qualiodoo/store/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_internal.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "results_load_internal.h"
#include "statements.h"

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

/* Texts of causes, joined by commas. */
struct causes {
    char text[512];
    int count; /* CAUSES_MAX + 1: there are more than those in `text` */
};

/* Appends the rows of `sql`, whose parameter is the account. */
static int add_causes(struct store *store, const char *sql, int64_t account, struct causes *causes,
                      struct error *error)
{
    sqlite3_stmt *statement;
    const char *text;
    size_t used = strlen(causes->text);
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, account);
    while ((rc = store_step(store, statement, error)) == 1 && causes->count <= CAUSES_MAX) {
        char *end = causes->text + used;
        size_t room = sizeof causes->text - used;

        if (causes->count++ == CAUSES_MAX) {
            snprintf(end, room, ", ...");
            break;
        }
        if ((rc = store_text(statement, 0, &text, error)) < 0)
            return rc;
        snprintf(end, room, "%s%s", used ? ", " : "", text ? text : "");
        used = strlen(causes->text);
    }
    sqlite3_reset(statement);
    return rc < 0 ? rc : 0;
}

/* The cause of a change: the account's own records, else what touches every account, else `why`. */
static int find_causes(struct store *store, const struct audit_difference *difference,
                       struct causes *ret, struct error *error)
{
    int rc = 0;

    *ret = (struct causes){0};
    rc = add_causes(store, cause_sql, difference->account, ret, error);
    if (rc == 0 && !ret->count)
        rc = add_causes(store, common_cause_sql, difference->account, ret, error);
    if (rc == 0 && !ret->count)
        snprintf(ret->text, sizeof ret->text, "%s", difference->why);
    return rc;
}

static int write_row(struct store *store, const struct audit_row *row, struct error *error)
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
    sqlite3_bind_int64(statement, 2, row->account);
    sqlite3_bind_text(statement, 3, row->subject, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 4, row->before, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 5, row->after, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 6, row->cause, -1, SQLITE_STATIC);
    rc = store_run(store, statement, error);
    sqlite3_clear_bindings(statement);
    return rc;
}

#define LOT_TEXT_SIZE 160

static char *lot_text(const struct ledger_lot *lot, char text[LOT_TEXT_SIZE])
{
    char from[CIVIL_TEXT_SIZE], to[CIVIL_TEXT_SIZE];
    char left[MINUTES_TEXT_SIZE], granted[MINUTES_TEXT_SIZE];

    snprintf(text, LOT_TEXT_SIZE, "%s left of %s, from %s to %s included, %s",
             minutes_format(lot->left, left), minutes_format(lot->granted, granted),
             civil_format(lot->start, from), civil_format(lot->end - 1, to),
             ledger_state_name(lot->state));
    return text;
}

/* The rows of one difference under construction. */
struct trail {
    struct store *store;
    const struct audit_difference *difference;
    const char *cause;
    bool *stored; /* for each computed lot: the state has it */
};

/* Writes the row of one lot, unless both texts are the same. `before` NULL: the lot is new; `after`
 * NULL: it is gone. */
static int write_lot(const struct trail *trail, struct ledger_lot_name name,
                     const struct ledger_lot *before, const struct ledger_lot *after,
                     struct error *error)
{
    char subject[64], text[LOT_TEXT_SIZE], text_after[LOT_TEXT_SIZE];
    const struct audit_row row = {
        .account = trail->difference->account,
        .subject = subject,
        .before = before ? lot_text(before, text) : NULL,
        .after = after ? lot_text(after, text_after) : NULL,
        .cause = trail->cause,
    };

    if (before && after && strcmp(row.before, row.after) == 0)
        return 0;
    snprintf(subject, sizeof subject, "%s:%lld", ledger_origin_name(name.origin),
             (long long)name.id);
    return write_row(trail->store, &row, error);
}

/* The computed lot of that name, or NULL. */
static const struct ledger_lot *find_lot(const struct ledger *ledger, struct ledger_lot_name name)
{
    for (size_t i = 0; i < ledger->n_lots; i++)
        if (ledger->lots[i].name.origin == name.origin && ledger->lots[i].name.id == name.id)
            return &ledger->lots[i];
    return NULL;
}

/* Compares each stored lot with the computed one of its name. */
static int write_stored_lots(const struct trail *trail, struct error *error)
{
    const struct ledger *ledger = trail->difference->ledger;
    sqlite3_stmt *statement;
    struct ledger_lot before;
    int rc = store_prepare(trail->store,
                           "SELECT origin, id, granted, left, start, end, state FROM lot"
                           " WHERE account_id = ?1 ORDER BY start, origin, id",
                           &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, trail->difference->account);
    while ((rc = store_step(trail->store, statement, error)) == 1 &&
           (rc = results_read_lot(trail->store, statement, &before, error)) == 0) {
        const struct ledger_lot *after = find_lot(ledger, before.name);

        if (after)
            trail->stored[after - ledger->lots] = true;
        rc = write_lot(trail, before.name, &before, after, error);
        if (rc < 0)
            break;
    }
    sqlite3_reset(statement);
    return rc;
}

/* One row for each lot that differs: those that are stored, then the new ones. */
static int write_lots(struct trail *trail, struct error *error)
{
    const struct ledger *ledger = trail->difference->ledger;
    int rc;

    trail->stored = calloc(ledger->n_lots + 1, sizeof *trail->stored);
    rc = trail->stored ? write_stored_lots(trail, error) : error_memory(error);
    for (size_t i = 0; i < ledger->n_lots && rc == 0; i++)
        if (!trail->stored[i])
            rc = write_lot(trail, ledger->lots[i].name, NULL, &ledger->lots[i], error);
    free(trail->stored);
    return rc;
}

int audit_write(struct store *store, const struct audit_difference *difference, struct error *error)
{
    char before[MINUTES_TEXT_SIZE], after[MINUTES_TEXT_SIZE];
    struct causes causes;
    struct trail trail = {.store = store, .difference = difference, .cause = causes.text};
    const struct audit_row balance = {
        .account = difference->account,
        .subject = "balance",
        .before = difference->has_before ? minutes_format(difference->before, before) : NULL,
        .after = minutes_format(difference->ledger->balance, after),
        .cause = causes.text,
    };
    int rc = find_causes(store, difference, &causes, error);

    if (rc == 0)
        rc = write_row(store, &balance, error);
    return rc < 0 ? rc : write_lots(&trail, error);
}

/* ---- Reading ---- */

int audit_last(struct store *store, int64_t *ret_seq, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, "SELECT coalesce(max(seq), 0) FROM audit", &statement, error);

    if (rc < 0 || (rc = store_step(store, statement, error)) < 0)
        return rc;
    *ret_seq = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return 0;
}

int audit_each(struct store *store, int64_t after,
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
