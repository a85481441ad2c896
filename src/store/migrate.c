/* migrate.c - brings the schema of the state file up to date, one numbered step at a time. */
#include "migrate.h"

#include <stdio.h>

#include "migrations.h"
#include "qualiodoo/store/transactions.h"
#include "statements.h"
#include "store_internal.h"

/* "QODO": the PRAGMA application_id of our files. */
#define APPLICATION_ID 0x514f444f

static int pragma_integer(struct store *store, const char *sql, int *ret, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0 || (rc = store_step(store, statement, error)) < 0)
        return rc;
    *ret = sqlite3_column_int(statement, 0);
    sqlite3_reset(statement);
    return 0;
}

/* Refuses a file of another program or of a newer version before anything is written. */
static int check_owner(struct store *store, int version, struct error *error)
{
    int id = 0, tables = 0;
    int rc = pragma_integer(store, "PRAGMA application_id", &id, error);

    if (rc == 0)
        rc = pragma_integer(store, "SELECT count(*) FROM sqlite_schema", &tables, error);
    if (rc < 0)
        return rc;
    if (id != APPLICATION_ID && (id != 0 || tables != 0))
        return error_set(error, ERR_STATE,
                         "%s is a database of another program; it was left untouched: give another "
                         "state.path",
                         store->path);
    if (id == APPLICATION_ID && version == 0 && tables != 0)
        return error_set(error, ERR_STATE,
                         "%s is damaged: it has tables and no version of them; it was left as it "
                         "is: move it away and run 'qualiodoo reconcile' to make it again from "
                         "Odoo",
                         store->path);
    if (version > migration_count)
        return error_set(error, ERR_STATE,
                         "%s was made by a newer qualiodoo (schema %d, this program knows %d); it "
                         "was left untouched: upgrade qualiodoo, or move the file away and run "
                         "'qualiodoo reconcile'",
                         store->path, version, migration_count);
    return 0;
}

static int apply(struct store *store, const struct migration *migration, struct error *error)
{
    char version[64];
    int rc = store_begin(store, error);

    if (rc < 0)
        return rc;
    snprintf(version, sizeof version, "PRAGMA user_version = %d", migration->number);
    rc = store_exec(store, migration->sql, error);
    if (rc == 0)
        rc = store_exec(store, version, error);
    if (rc == 0)
        rc = store_commit(store, error);
    if (rc < 0) {
        store_rollback(store);
        return error_prefix(error, "while bringing the state up to date (%s)", migration->name);
    }
    return 0;
}

int store_migrate(struct store *store, struct error *error)
{
    int version = 0;
    int rc = pragma_integer(store, "PRAGMA user_version", &version, error);

    if (rc == 0)
        rc = check_owner(store, version, error);
    if (rc < 0)
        return rc;
    if (version == migration_count)
        return 0;
    if (store->mode == STORE_READ)
        return error_set(error, ERR_STATE,
                         "%s is %s: run 'qualiodoo sync' first to bring it up to date", store->path,
                         version ? "from an older version" : "empty");
    if (version == 0) {
        char id[64];

        snprintf(id, sizeof id, "PRAGMA application_id = %d", APPLICATION_ID);
        if ((rc = store_exec(store, id, error)) < 0)
            return rc;
    }
    if (store->mode == STORE_WRITE &&
        (rc = store_exec(store, "PRAGMA journal_mode = WAL", error)) < 0)
        return rc;
    /* A third of the work of the migrations one by one, most of which change what was just made. */
    if (version == 0)
        return apply(store, &all_migrations, error);
    for (; version < migration_count; version++)
        if ((rc = apply(store, &migrations[version], error)) < 0)
            return rc;
    return 0;
}
