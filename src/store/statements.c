/* statements.c - prepared statements, errors of SQLite, checks of rows. */
#include "statements.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "qualiodoo/util/descriptors.h"
#include "qualiodoo/util/json_build.h"
#include "store_internal.h"

/* The bytes that SQLite needs on the disk for the index (-shm) of its journal. */
#define DISK_NEEDED (64 << 10)

/* Whether the disk is full: SQLite says "disk I/O error" when there is no room for its index, and
 * does not keep the cause. */
static bool is_disk_full(struct store *store)
{
    int number = sqlite3_system_errno(store->db);
    struct statvfs disk;

    if (number == ENOSPC || number == EDQUOT)
        return true;
    return statvfs(store->path, &disk) == 0 &&
           (uint64_t)disk.f_bavail * disk.f_frsize < DISK_NEEDED;
}

static int full(const struct store *store, struct error *error)
{
    return error_set(error, ERR_STATE,
                     "%s: the disk is full; nothing was lost, free some space and try again",
                     store->path);
}

static int damaged(struct store *store, const char *what, struct error *error)
{
    return error_set(error, ERR_STATE,
                     "%s is damaged%s ('%s'); it was left as it is: move it away and run "
                     "'qualiodoo reconcile' to make it again from Odoo",
                     store->path, what, sqlite3_errmsg(store->db));
}

/* Says why the files of the state cannot be opened, read or written. */
static int no_access(struct store *store, bool opening, struct error *error)
{
    if (is_disk_full(store))
        return full(store, error);
    if (descriptors_used_up())
        return error_set(error, ERR_STATE,
                         "%s cannot be opened: this process can open no more files: raise its "
                         "limit (ulimit -n, LimitNOFILE= of the unit)",
                         store->path);
    if (opening)
        return error_set(error, ERR_STATE,
                         "%s cannot be opened (%s): check that its folder exists and the rights "
                         "of both",
                         store->path, sqlite3_errmsg(store->db));
    return error_set(error, ERR_STATE, "%s: reading or writing failed (%s): check the disk",
                     store->path, sqlite3_errmsg(store->db));
}

int store_fail(struct store *store, struct error *error)
{
    int code = sqlite3_errcode(store->db);
    const char *path = store->path;

    switch (code & 0xff) {
    case SQLITE_FULL:
        return full(store, error);
    case SQLITE_NOTADB:
        return error_set(error, ERR_STATE,
                         "%s is not a qualiodoo state file; it was left untouched: give another "
                         "state.path, or move it away and run 'qualiodoo reconcile'",
                         path);
    case SQLITE_CORRUPT:
        return damaged(store, "", error);
    case SQLITE_ERROR: /* our own statements are valid: the tables must be others */
    case SQLITE_SCHEMA:
        return damaged(store, ": its tables are not those that this program makes", error);
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return damaged(store, ": its tables refuse a row that this program writes", error);
    case SQLITE_READONLY:
    case SQLITE_PERM:
        if (store->mode == STORE_READ)
            return error_set(error, ERR_STATE,
                             "%s cannot be read by this user, who may not write in its folder, as "
                             "readers must: run the command as the owner of the file",
                             path);
        return error_set(error, ERR_STATE,
                         "%s cannot be written (%s): check the owner and rights of the file, of "
                         "those named after it (-wal, -shm) and of the folder",
                         path, sqlite3_errmsg(store->db));
    case SQLITE_CANTOPEN:
        return no_access(store, true, error);
    case SQLITE_BUSY:
        return error_set(error, ERR_BUSY, "%s is in use by another program", path);
    case SQLITE_NOMEM:
        return error_memory(error);
    case SQLITE_IOERR:
        return no_access(store, false, error);
    default:
        return error_set(error, ERR_STATE, "%s: %s", path, sqlite3_errmsg(store->db));
    }
}

int store_prepare(struct store *store, const char *sql, sqlite3_stmt **ret, struct error *error)
{
    for (int i = 0; i < store->n_statements; i++)
        if (store->statements[i].sql == sql) {
            *ret = store->statements[i].statement;
            sqlite3_reset(*ret);
            return 0;
        }
    assert(store->n_statements < STATEMENT_MAX);
    if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL) != SQLITE_OK)
        return store_fail(store, error);
    store->statements[store->n_statements].sql = sql;
    store->statements[store->n_statements++].statement = *ret;
    return 0;
}

int store_step(struct store *store, sqlite3_stmt *statement, struct error *error)
{
    int rc = sqlite3_step(statement);

    if (rc == SQLITE_ROW)
        return 1;
    if (rc != SQLITE_DONE)
        rc = store_fail(store, error);
    else
        rc = 0;
    sqlite3_reset(statement);
    return rc;
}

int store_run(struct store *store, sqlite3_stmt *statement, struct error *error)
{
    int rc = store_step(store, statement, error);

    assert(rc <= 0);
    return rc;
}

int store_integer(struct store *store, struct store_query query, bool *ret_found, int64_t *ret,
                  struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, query.sql, &statement, error);

    if (rc < 0)
        return rc;
    if (sqlite3_bind_parameter_count(statement) > 0)
        sqlite3_bind_int64(statement, 1, query.parameter);
    rc = store_step(store, statement, error);
    if (rc < 0)
        return rc;
    *ret_found = rc == 1 && sqlite3_column_type(statement, 0) == SQLITE_INTEGER;
    if (*ret_found)
        *ret = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return 0;
}

int store_ids(struct store *store, sqlite3_stmt *statement, struct ids *ret, struct error *error)
{
    struct ids ids = {0};
    int rc;

    while ((rc = store_step(store, statement, error)) == 1)
        if (sqlite3_column_type(statement, 0) != SQLITE_NULL &&
            ids_add(&ids, sqlite3_column_int64(statement, 0)) < 0) {
            sqlite3_reset(statement);
            rc = error_memory(error);
            break;
        }
    if (rc < 0)
        free(ids.items);
    else
        *ret = ids;
    return rc;
}

int store_run_kept(struct store *store, const char *sql, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    return rc < 0 ? rc : store_run(store, statement, error);
}

char *store_ids_text(const int64_t *ids, size_t count)
{
    json_t *list = json_build_ids(ids, count);
    char *text = json_build_text(list, JSON_COMPACT);

    json_decref(list);
    return text;
}

int store_exec(struct store *store, const char *sql, struct error *error)
{
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return store_fail(store, error);
    return 0;
}

const char *column_text(sqlite3_stmt *statement, int column)
{
    return (const char *)sqlite3_column_text(statement, column);
}

char *column_copy(sqlite3_stmt *statement, int column)
{
    const char *text;

    if (store_text(statement, column, &text, NULL) < 0)
        return NULL;
    return strdup(text ? text : "");
}

int store_text(sqlite3_stmt *statement, int column, const char **ret, struct error *error)
{
    /* Asked first: a failing column_text() makes the column NULL. */
    bool null = sqlite3_column_type(statement, column) == SQLITE_NULL;

    *ret = column_text(statement, column);
    if (*ret || null)
        return 0;
    sqlite3_reset(statement);
    return error_memory(error);
}

int store_check_row(struct store *store, sqlite3_stmt *row, const struct stored_range *ranges,
                    size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        int64_t found = sqlite3_column_int64(row, ranges[i].column);

        if (found >= ranges[i].min && found <= ranges[i].max)
            continue;
        sqlite3_reset(row);
        return error_set(error, ERR_STATE,
                         "%s is damaged (%s is %lld, expected %lld to %lld): move it away and run "
                         "'qualiodoo reconcile'",
                         store->path, ranges[i].name, (long long)found, (long long)ranges[i].min,
                         (long long)ranges[i].max);
    }
    return 0;
}
