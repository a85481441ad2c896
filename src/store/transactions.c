/* transactions.c - nested transactions: the inner ones are savepoints of SQLite. */
#include "qualiodoo/store/transactions.h"

#include <assert.h>

#include "noted.h"
#include "statements.h"
#include "store_internal.h"

int store_begin(struct store *store, struct error *error)
{
    int rc = noted_flush(store, error);

    if (rc < 0)
        return rc;
    if (store->depth > 0)
        rc = store_exec(store, "SAVEPOINT inner", error);
    else
        rc = store_exec(store, store->mode == STORE_READ ? "BEGIN" : "BEGIN IMMEDIATE", error);
    if (rc == 0)
        store->depth++;
    return rc;
}

int store_commit(struct store *store, struct error *error)
{
    int rc;

    assert(store->depth > 0);
    rc = noted_flush(store, error);
    if (rc == 0)
        rc = store_exec(store, store->depth > 1 ? "RELEASE inner" : "COMMIT", error);
    if (rc == 0)
        store->depth--;
    return rc;
}

void store_rollback(struct store *store)
{
    if (store->depth == 0)
        return;
    noted_drop(store);
    /* After some failures (a full disk) SQLite has rolled back already. */
    if (!sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, store->depth > 1 ? "ROLLBACK TO inner; RELEASE inner" : "ROLLBACK",
                     NULL, NULL, NULL);
    store->depth--;
}
