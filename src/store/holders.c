/* holders.c - keeps partner.account_id and move.account_id in line with the mirrored partners.
 *
 * They are columns, not expressions, because every query about an account selects by them. */
#include "qualiodoo/store/holders.h"

#include <stdlib.h>

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

static const char commercial_sql[] =
    "SELECT id, account_id, coalesce(commercial_id, id), 1 FROM partner"
    " WHERE account_id IS NOT coalesce(commercial_id, id) ORDER BY id";

/* A topmost parent that is not mirrored (the agent's user may not read it) is the holder all the
 * same. */
static const char top_sql[] =
    "WITH RECURSIVE chain (id, at, depth) AS (SELECT id, id, 0 FROM partner UNION ALL"
    " SELECT c.id, p.parent_id, c.depth + 1 FROM chain c JOIN partner p ON p.id = c.at"
    " WHERE p.parent_id IS NOT NULL AND c.depth < " DEPTH_MAX ")"
    " SELECT p.id, p.account_id, top.at, 1 FROM partner p"
    " JOIN (SELECT id, at, max(depth) FROM chain GROUP BY id) top ON top.id = p.id"
    " WHERE p.account_id IS NOT top.at ORDER BY p.id";

#define IS_INVOICE " type IN ('out_invoice', 'out_receipt', 'out_refund')"

/* customer_id stands in for a partner that the agent's user may not read. */
static const char move_sql[] =
    "SELECT m.id, m.account_id, coalesce(p.account_id, m.customer_id)," IS_INVOICE " FROM move m"
    " LEFT JOIN partner p ON p.id = m.customer_id"
    " WHERE m.account_id IS NOT coalesce(p.account_id, m.customer_id) ORDER BY 2, 3, 1";

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

static int update_partners(struct update *update, bool top, struct error *error)
{
    struct rows rows = {0};
    int rc = find_rows(update->store, top ? top_sql : commercial_sql, &rows, error);

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
    int rc = find_rows(update->store, move_sql, &rows, error);

    if (rc == 0)
        rc = report_invoices(update, &rows, error);
    if (rc == 0)
        rc = set_rows(update->store, "UPDATE move SET account_id = ?2 WHERE id = ?1", "move", &rows,
                      error);
    free(rows.items);
    return rc;
}

int holders_update(struct store *store, bool top,
                   int (*moves)(void *context, const struct holder_move *move), void *context,
                   struct error *error)
{
    struct update update = {.store = store, .moves = moves, .context = context};
    int rc = store_begin(store, error);

    if (rc < 0)
        return rc;
    rc = update_partners(&update, top, error);
    if (rc == 0)
        rc = update_invoices(&update, error);
    if (rc == 0)
        rc = store_commit(store, error);
    if (rc < 0)
        store_rollback(store);
    free(update.reported.items);
    return rc;
}
