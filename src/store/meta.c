/* meta.c - small values by key: the table meta. */
#include "qualiodoo/store/meta.h"

#include "statements.h"

int store_meta_get(struct store *store, const char *key, char **ret_value, struct error *error)
{
    sqlite3_stmt *statement;
    char *value = NULL;
    int rc = store_prepare(store, "SELECT value FROM meta WHERE key = ?1", &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    rc = store_step(store, statement, error);
    if (rc < 0)
        return rc;
    if (rc == 1) {
        value = column_copy(statement, 0);
        sqlite3_reset(statement);
        if (!value)
            return error_memory(error);
    }
    *ret_value = value;
    return 0;
}

int store_meta_set(struct store *store, const char *key, const char *value, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store,
                           "INSERT INTO meta (key, value) VALUES (?1, ?2)"
                           " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                           &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, value, -1, SQLITE_STATIC);
    return store_run(store, statement, error);
}
