/* holders.c - keeps partner.account_id and move.account_id in line with the mirrored partners.
 *
 * They are columns, not expressions, because every query about an account selects by them. What was
 * stored since the last time is noted (noted.h): only these rows are compared, and what hangs on
 * them. All rows are compared after a first pull, in a reconcile, and under another rule. */
#include "qualiodoo/store/holders.h"

#include <stdlib.h>
#include <string.h>

#include "noted.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/store/mirror.h"
#include "qualiodoo/store/transactions.h"
#include "statements.h"

/* The longest chain of parents that is followed: Odoo allows no circle, but a half-updated mirror
 * may hold one. */
#define DEPTH_MAX "60"

/* A row whose account is wrong: its id, the stored account (0: none), the right one. */
struct row {
    int64_t id, from, to;
    bool reported; /* `moves` is called for it; false for the entry of a payment */
};

struct rows {
    struct row *items;
    size_t size, count;
};

#define NOTED(what) "(SELECT id FROM noted WHERE what = '" what " holder')"

#define COMMERCIAL(partners)                                                                       \
    "SELECT p.id, p.account_id, coalesce(p.commercial_id, p.id), 1 FROM " partners                 \
    " WHERE p.account_id IS NOT coalesce(p.commercial_id, p.id) ORDER BY p.id"

/* A topmost parent that is not mirrored (the agent's user may not read it) is the holder all the
 * same. */
#define TOP(partners)                                                                              \
    " chain (id, at, depth) AS (SELECT p.id, p.id, 0 FROM " partners " UNION ALL"                  \
    " SELECT c.id, p.parent_id, c.depth + 1 FROM chain c CROSS JOIN partner p ON p.id = c.at"      \
    " WHERE p.parent_id IS NOT NULL AND c.depth < " DEPTH_MAX ")"                                  \
    " SELECT p.id, p.account_id, top.at, 1 FROM"                                                   \
    " (SELECT id, at, max(depth) FROM chain GROUP BY id) top CROSS JOIN partner p ON p.id = "      \
    "top.id WHERE p.account_id IS NOT top.at ORDER BY p.id"

/* A partner's parent decides for all below it. */
#define BELOW                                                                                      \
    " below (id) AS (SELECT id FROM " NOTED(                                                       \
        "partner") " UNION"                                                                        \
                   " SELECT p.id FROM below b CROSS JOIN partner p ON p.parent_id = b.id),"

/* By the rule, and whether all rows are compared. */
static const char *const partner_sql[2][2] = {
    {COMMERCIAL(NOTED("partner") " n CROSS JOIN partner p ON p.id = n.id"),
     COMMERCIAL("partner p")},
    {"WITH RECURSIVE" BELOW TOP("below b CROSS JOIN partner p ON p.id = b.id"),
     "WITH RECURSIVE" TOP("partner p")},
};

#define IS_INVOICE " type IN ('out_invoice', 'out_receipt', 'out_refund')"

/* customer_id stands in for a partner that the agent's user may not read. */
#define MOVES(moves)                                                                               \
    "SELECT m.id, m.account_id, coalesce(p.account_id, m.customer_id)," IS_INVOICE " FROM " moves  \
    " LEFT JOIN partner p ON p.id = m.customer_id"                                                 \
    " WHERE m.account_id IS NOT coalesce(p.account_id, m.customer_id) ORDER BY 2, 3, 1"

static const char *const move_sql[2] = {
    MOVES("(SELECT id FROM " NOTED("move") " UNION SELECT i.id FROM " NOTED(
        "partner") " n CROSS JOIN move i ON i.customer_id = n.id) c CROSS JOIN move m ON m.id ="
                   " c.id"),
    MOVES("move m"),
};

static int find_rows(struct store *store, const char *sql, struct rows *ret, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0)
        return rc;
    while ((rc = store_step(store, statement, error)) == 1) {
        if (ARRAY_RESERVE(ret->items, ret->size, ret->count + 1) < 0) {
            sqlite3_reset(statement);
            return error_memory(error);
        }
        ret->items[ret->count++] = (struct row){.id = sqlite3_column_int64(statement, 0),
                                                .from = sqlite3_column_int64(statement, 1),
                                                .to = sqlite3_column_int64(statement, 2),
                                                .reported = sqlite3_column_int(statement, 3)};
    }
    return rc;
}

static int find_invoices(struct store *store, const struct row *row, struct ids *ret,
                         struct error *error)
{
    static const char sql[] =
        "SELECT id FROM move WHERE customer_id = ?1 AND account_id IS NOT ?2 AND" IS_INVOICE
        " ORDER BY id";
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, row->id);
    sqlite3_bind_int64(statement, 2, row->to);
    return store_ids(store, statement, ret, error);
}

/* Writes the account of each row and notes the old and the new one as changed. A row without an
 * account before is new: the pull has noted it. */
static int set_rows(struct store *store, const char *sql, const char *mirror,
                    const struct rows *rows, struct error *error)
{
    int rc = 0;

    for (size_t i = 0; i < rows->count && rc == 0; i++) {
        const struct row *row = &rows->items[i];
        sqlite3_stmt *statement;

        rc = store_prepare(store, sql, &statement, error);
        if (rc < 0)
            break;
        sqlite3_bind_int64(statement, 1, row->id);
        if (row->to)
            sqlite3_bind_int64(statement, 2, row->to);
        else
            sqlite3_bind_null(statement, 2);
        rc = store_run(store, statement, error);
        if (rc == 0 && row->from)
            rc = mirror_touch_account(store, row->from, mirror, row->id, error);
        if (rc == 0 && row->from && row->to)
            rc = mirror_touch_account(store, row->to, mirror, row->id, error);
    }
    return rc;
}

/* The arguments of holders_update(), for the functions below. */
struct update {
    struct store *store;
    bool top, all; /* the rule; whether all rows are compared */
    int (*moves)(void *context, const struct holder_move *move);
    void *context;
    struct ids reported; /* invoices already passed to `moves` with their partner */
};

static int report(struct update *update, const struct holder_move *move, struct error *error)
{
    for (size_t i = 0; move->partner && i < move->invoices.count; i++)
        if (ids_add(&update->reported, move->invoices.items[i]) < 0)
            return error_memory(error);
    return update->moves(update->context, move) < 0 ? error_memory(error) : 0;
}

static int update_partners(struct update *update, struct error *error)
{
    struct rows rows = {0};
    int rc = find_rows(update->store, partner_sql[update->top][update->all], &rows, error);

    for (size_t i = 0; i < rows.count && rc == 0; i++) {
        struct holder_move move = {
            .partner = rows.items[i].id, .from = rows.items[i].from, .to = rows.items[i].to};

        if (!move.from)
            continue;
        rc = find_invoices(update->store, &rows.items[i], &move.invoices, error);
        if (rc == 0)
            rc = report(update, &move, error);
        free(move.invoices.items);
    }
    if (rc == 0)
        rc = set_rows(update->store, "UPDATE partner SET account_id = ?2 WHERE id = ?1", "partner",
                      &rows, error);
    for (size_t i = 0; i < rows.count && rc == 0 && !update->all; i++) /* for their invoices */
        rc = noted_add(update->store, NOTED_PARTNER_HOLDER, rows.items[i].id, error);
    free(rows.items);
    return rc;
}

/* Calls `moves` for invoices whose account changes although their partner's does not: the invoice
 * was given to another partner, or an earlier version followed another rule. Rows come ordered by
 * (from, to). */
static int report_invoices(struct update *update, const struct rows *rows, struct error *error)
{
    int rc = 0;

    ids_sort(update->reported.items, update->reported.count);
    for (size_t i = 0; i < rows->count && rc == 0;) {
        struct holder_move move = {.from = rows->items[i].from, .to = rows->items[i].to};

        for (; i < rows->count && rc == 0 && rows->items[i].from == move.from &&
               rows->items[i].to == move.to;
             i++)
            if (rows->items[i].reported &&
                !ids_contain(update->reported.items, update->reported.count, rows->items[i].id) &&
                ids_add(&move.invoices, rows->items[i].id) < 0)
                rc = error_memory(error);
        if (rc == 0 && move.from && move.invoices.count)
            rc = report(update, &move, error);
        free(move.invoices.items);
    }
    return rc;
}

static int update_invoices(struct update *update, struct error *error)
{
    struct rows rows = {0};
    int rc = find_rows(update->store, move_sql[update->all], &rows, error);

    if (rc == 0)
        rc = report_invoices(update, &rows, error);
    if (rc == 0)
        rc = set_rows(update->store, "UPDATE move SET account_id = ?2 WHERE id = ?1", "move", &rows,
                      error);
    free(rows.items);
    return rc;
}

/* Sets update->all, and saves the rule. */
static int find_scope(struct update *update, struct error *error)
{
    const char *rule = update->top ? "top" : "commercial";
    bool partners = false, moves = false;
    char *known = NULL;
    int rc = noted_all(update->store, NOTED_PARTNER_HOLDER, &partners, error);

    if (rc == 0)
        rc = noted_all(update->store, NOTED_MOVE_HOLDER, &moves, error);
    if (rc == 0)
        rc = store_meta_get(update->store, "holders", &known, error);
    if (rc < 0)
        return rc;
    update->all = partners || moves || !known || strcmp(known, rule) != 0;
    if (!known || strcmp(known, rule) != 0)
        rc = store_meta_set(update->store, "holders", rule, error);
    free(known);
    return rc;
}

int holders_update(struct store *store, bool top,
                   int (*moves)(void *context, const struct holder_move *move), void *context,
                   struct error *error)
{
    struct update update = {.store = store, .top = top, .moves = moves, .context = context};
    int rc = store_begin(store, error);

    if (rc < 0)
        return rc;
    rc = find_scope(&update, error);
    if (rc == 0)
        rc = update_partners(&update, error);
    if (rc == 0)
        rc = update_invoices(&update, error);
    if (rc == 0)
        rc = noted_clear(store, NOTED_PARTNER_HOLDER, error);
    if (rc == 0)
        rc = noted_clear(store, NOTED_MOVE_HOLDER, error);
    if (rc == 0)
        rc = store_commit(store, error);
    if (rc < 0)
        store_rollback(store);
    free(update.reported.items);
    return rc;
}
