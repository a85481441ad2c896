/* noted.c - notes what stored and deleted rows leave to look at, and counts them. */
#include "noted.h"

#include <assert.h>
#include <string.h>

#include "statements.h"
#include "store_internal.h"

/* The columns that name records of another mirror, or of the same. SET_..._NEEDED in mirror_sets.c
 * finds by the same columns what is missing. */
static const struct {
    const char *table, *column; /* column NULL: the row itself */
    enum noted what;
} named[] = {
    {"ticket", "partner_id", NOTED_PARTNER},
    {"reply", "author_id", NOTED_PARTNER},
    {"adjustment", "partner_id", NOTED_PARTNER},
    {"partner", "commercial_id", NOTED_PARTNER},
    {"partner", "parent_id", NOTED_PARTNER},
    {"partner", NULL, NOTED_PARTNER_HOLDER},
    {"partner", NULL, NOTED_SHOWN},
    {"shown", "partner_id", NOTED_SHOWN},
    {"move", "customer_id", NOTED_PARTNER},
    {"move", "reversed_entry_id", NOTED_MOVE},
    {"move", NULL, NOTED_MOVE_HOLDER},
    {"move_line", "move_id", NOTED_MOVE},
    {"down_payment", "move_id", NOTED_MOVE},
    {"settlement_line", "move_id", NOTED_MOVE},
    {"settlement_line", "payment_id", NOTED_PAYMENT},
    {"partial", "debit_line_id", NOTED_SETTLEMENT_LINE},
    {"partial", "credit_line_id", NOTED_SETTLEMENT_LINE},
};

static const char *const kind_names[NOTED_KINDS] = {
    [NOTED_PARTNER] = "partner",
    [NOTED_MOVE] = "move",
    [NOTED_SETTLEMENT_LINE] = "settlement_line",
    [NOTED_PAYMENT] = "payment",
    [NOTED_PARTNER_HOLDER] = "partner holder",
    [NOTED_MOVE_HOLDER] = "move holder",
    [NOTED_SHOWN] = "shown",
};

static const char note[] = "INSERT OR IGNORE INTO noted VALUES (?1, ?2)";
#define UNLESS_MIRRORED(table)                                                                     \
    "INSERT OR IGNORE INTO noted SELECT ?1, ?2"                                                    \
    " WHERE NOT EXISTS (SELECT 1 FROM " table " WHERE id = ?2)"

static const char *const note_sql[NOTED_KINDS] = {
    [NOTED_PARTNER] = UNLESS_MIRRORED("partner"),
    [NOTED_MOVE] = UNLESS_MIRRORED("move"),
    [NOTED_SETTLEMENT_LINE] = UNLESS_MIRRORED("settlement_line"),
    [NOTED_PAYMENT] = UNLESS_MIRRORED("payment"),
    [NOTED_PARTNER_HOLDER] = note,
    [NOTED_MOVE_HOLDER] = note,
    [NOTED_SHOWN] = note,
};

static int column_index(const struct mirror_table *table, const char *name)
{
    int i = 0;

    while (table->columns[i].name && strcmp(table->columns[i].name, name) != 0)
        i++;
    return table->columns[i].name ? i : -1;
}

/* The place of a mirror's count. Two tables of pull/models.c may fill one mirror. */
static int find_counter(struct store *store, const char *name)
{
    struct noted_pending *pending = &store->noted;
    int i = 0;

    while (i < pending->n_counts && strcmp(pending->counts[i].name, name) != 0)
        i++;
    assert(i < NOTED_MIRRORS_MAX);
    if (i == pending->n_counts)
        pending->counts[pending->n_counts++].name = name;
    return i;
}

struct noted_table noted_describe(struct store *store, const struct mirror_table *table)
{
    struct noted_table described = {.counter = find_counter(store, table->name)};

    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        int column = named[i].column ? column_index(table, named[i].column) : -1;

        if (strcmp(named[i].table, table->name) != 0 || (named[i].column && column < 0))
            continue;
        assert(described.n_names < sizeof described.names / sizeof *described.names);
        described.names[described.n_names].column = column;
        described.names[described.n_names++].what = named[i].what;
    }
    return described;
}

static int run(struct store *store, const char *sql, enum noted what, int64_t id,
               struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, kind_names[what], -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, id);
    return store_run(store, statement, error);
}

int noted_add(struct store *store, enum noted what, int64_t id, struct error *error)
{
    return run(store, note, what, id, error);
}

int noted_remove(struct store *store, enum noted what, int64_t id, struct error *error)
{
    return run(store, "DELETE FROM noted WHERE what = ?1 AND id = ?2", what, id, error);
}

int noted_written(struct store *store, int64_t id, struct error *error)
{
    return run(store,
               "INSERT OR IGNORE INTO noted SELECT ?1, subject FROM outbox"
               " WHERE id = ?2 AND part IN ('fields', 'account')",
               NOTED_SHOWN, id, error);
}

int noted_clear(struct store *store, enum noted what, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int rc = noted_flush(store, error);

    if (rc == 0)
        rc = store_prepare(store, "DELETE FROM noted WHERE what = ?1", &statement, error);
    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, kind_names[what], -1, SQLITE_STATIC);
    return store_run(store, statement, error);
}

int noted_all(struct store *store, enum noted what, bool *ret, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int rc = noted_flush(store, error);

    if (rc == 0)
        rc = store_prepare(store, "SELECT 1 FROM noted WHERE what = ?1 AND id = 0", &statement,
                           error);
    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, kind_names[what], -1, SQLITE_STATIC);
    rc = store_step(store, statement, error);
    if (rc < 0)
        return rc;
    *ret = rc == 1;
    sqlite3_reset(statement);
    return 0;
}

/* Counts a row more or less. Outside of a transaction each statement is one of its own. */
static int count(struct store *store, const struct noted_table *table, int rows,
                 struct error *error)
{
    store->noted.counts[table->counter].rows += rows;
    store->noted.any = true;
    return store->depth ? 0 : noted_flush(store, error);
}

static int note_names(struct store *store, const struct noted_table *table,
                      const struct mirror_row *row, struct error *error)
{
    int rc = 0;

    for (size_t i = 0; i < table->n_names && rc == 0; i++) {
        enum noted what = table->names[i].what;
        int column = table->names[i].column;

        if (!row->log) {
            store->noted.everywhere |= 1U << what;
            store->noted.any = true;
        } else if (column < 0) {
            rc = noted_add(store, what, row->id, error);
        } else if (row->values[column].kind == VALUE_INTEGER && row->values[column].integer) {
            rc = run(store, note_sql[what], what, row->values[column].integer, error);
        }
    }
    return rc;
}

int noted_stored(struct store *store, const struct noted_table *table, const struct mirror_row *row,
                 bool created, struct error *error)
{
    int rc = note_names(store, table, row, error);

    return rc < 0 ? rc : count(store, table, created ? 1 : 0, error);
}

int noted_leaving(struct store *store, const struct noted_table *table, int64_t id,
                  struct error *error)
{
    for (size_t i = 0; i < table->n_names; i++)
        if (table->names[i].what == NOTED_SHOWN && table->names[i].column >= 0)
            return run(store,
                       "INSERT OR IGNORE INTO noted SELECT ?1, partner_id FROM shown"
                       " WHERE id = ?2 AND partner_id IS NOT NULL",
                       NOTED_SHOWN, id, error);
    return 0;
}

int noted_deleted(struct store *store, const struct noted_table *table, const char *name,
                  int64_t id, struct error *error)
{
    int rc = 0;

    for (enum noted what = 0; what <= NOTED_PAYMENT && rc == 0; what++)
        if (strcmp(kind_names[what], name) == 0)
            rc = noted_add(store, what, id, error);
    if (rc == 0 && strcmp(name, "partner") == 0) /* its invoices are held by their own customer */
        rc = noted_add(store, NOTED_PARTNER_HOLDER, id, error);
    return rc < 0 ? rc : count(store, table, -1, error);
}

/* ---- Counts in memory ---- */

static int write_count(struct store *store, const char *name, int64_t rows, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store,
                           "INSERT INTO tally VALUES (?1, ?2) ON CONFLICT (name)"
                           " DO UPDATE SET n = n + excluded.n",
                           &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, rows);
    return store_run(store, statement, error);
}

int noted_flush(struct store *store, struct error *error)
{
    struct noted_pending *pending = &store->noted;
    int rc = 0;

    if (!pending->any)
        return 0;
    for (enum noted what = 0; what < NOTED_KINDS && rc == 0; what++)
        if (pending->everywhere & 1U << what)
            rc = noted_add(store, what, 0, error);
    for (int i = 0; i < pending->n_counts && rc == 0; i++)
        if (pending->counts[i].rows)
            rc = write_count(store, pending->counts[i].name, pending->counts[i].rows, error);
    if (rc == 0)
        noted_drop(store);
    return rc;
}

void noted_drop(struct store *store)
{
    struct noted_pending *pending = &store->noted;

    for (int i = 0; i < pending->n_counts; i++)
        pending->counts[i].rows = 0;
    pending->everywhere = 0;
    pending->any = false;
}
