/* db.c - opening and closing the state. */
#include <assert.h>
#include <errno.h>
#include <libgen.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "migrate.h"
#include "qualiodoo/store/transactions.h"
#include "qualiodoo/util/clock.h"
#include "statements.h"
#include "store_internal.h"

#define BUSY_TIMEOUT_MS 10000 /* the cycle lock serialises writers: only checkpoints collide */
/* The least wait between two attempts of open_alone(), which adds up to as much at random. */
#define ALONE_WAIT_MS 20

/* Creates an empty file with the right mode and owner; SQLite gives -wal and -shm the same. */
static int create_file(const char *path, struct error *error)
{
    int fd = -1;
    int rc = store_make_file(path, &fd, error);

    if (rc == 0)
        close(fd);
    return rc;
}

/* Checks -wal and -shm: SQLite opens them too, and would follow a link. */
static int check_companions(const char *path, struct error *error)
{
    static const char *const suffixes[] = {"-wal", "-shm", "-journal"};
    char file[4096];
    struct stat status;
    int rc = 0;

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes && rc == 0; i++) {
        snprintf(file, sizeof file, "%s%s", path, suffixes[i]);
        if (lstat(file, &status) == 0)
            rc = store_check_file(file, &status, error);
    }
    return rc;
}

static int check_path(const char *path, enum store_mode mode, bool *ret_exists, struct error *error)
{
    struct stat status;

    *ret_exists = lstat(path, &status) == 0;
    if (!*ret_exists && errno != ENOENT)
        return error_set(error, ERR_STATE, "%s cannot be opened: %s", path, strerror(errno));
    if (!*ret_exists && mode == STORE_READ)
        return error_set(error, ERR_STATE,
                         "there is no state file at %s yet: run 'qualiodoo reconcile' first", path);
    return *ret_exists ? store_check_file(path, &status, error) : 0;
}

/* Once in a process, before SQLite opens anything. SQLite counts no memory, which nothing reads: it
 * would lock a mutex at each allocation. It puts what outgrows its memory beside the state, the one
 * place where a service may write whatever confines it; where it may not, /var/tmp is next. */
static int configure_sqlite(const char *path, struct error *error)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    char *copy = strdup(path);

    if (!copy)
        return error_memory(error);
    pthread_mutex_lock(&mutex);
    if (!sqlite3_temp_directory) {
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        if (sqlite3_initialize() == SQLITE_OK)
            sqlite3_temp_directory = sqlite3_mprintf("%s", dirname(copy));
    }
    pthread_mutex_unlock(&mutex);
    free(copy);
    return 0;
}

/* automatic_index is off: without statistics SQLite assumes that the result of a recursive query is
 * large, and would index the whole table of partials for each account. Every join has an index of
 * its own. */
static int open_database(struct store *store, bool exists, struct error *error)
{
    const char *path = store->path;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    int rc = configure_sqlite(path, error);

    if (rc < 0)
        return rc;
    if (!exists && store->mode == STORE_TRIAL) {
        path = ""; /* a temporary database, removed by SQLite */
        flags |= SQLITE_OPEN_CREATE;
    }
    if (sqlite3_open_v2(path, &store->db, flags, NULL) != SQLITE_OK)
        return store->db ? store_fail(store, error) : error_memory(error);
    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_busy_timeout(store->db, store->alone ? 0 : BUSY_TIMEOUT_MS);
    if (store->alone && (rc = store_exec(store, "PRAGMA locking_mode = EXCLUSIVE", error)) < 0)
        return rc;
    return store_exec(store,
                      "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
                      "PRAGMA automatic_index = OFF;"
                      "PRAGMA cache_size = -2000; PRAGMA synchronous = NORMAL",
                      error);
}

/* Whether opening for reading failed because the index of the journal (-shm) could not be created
 * in the folder. */
static bool lacks_index(const struct store *store)
{
    int code = sqlite3_extended_errcode(store->db);

    return store->mode == STORE_READ &&
           (code == SQLITE_IOERR_SHMSIZE || code == SQLITE_IOERR_SHMOPEN ||
            code == SQLITE_IOERR_SHMMAP || code == SQLITE_FULL);
}

static void close_database(struct store *store)
{
    for (int i = 0; i < store->n_statements; i++)
        sqlite3_finalize(store->statements[i].statement);
    store->n_statements = 0;
    sqlite3_close(store->db);
    store->db = NULL;
}

/* Opens again in exclusive mode, with the index of the journal in memory. Nothing is written, but
 * nobody else can use the state meanwhile; without an index nobody does, and on a full disk nobody
 * could. Two readers that do this may each hold a lock that the other waits for: each closes, and
 * tries again after a random wait. */
static int open_alone(struct store *store, struct error *error)
{
    int64_t until = clock_monotonic_ms() + BUSY_TIMEOUT_MS;
    int rc;

    store->alone = true;
    close_database(store);
    for (;;) {
        rc = open_database(store, true, error);
        if (rc == 0)
            rc = store_migrate(store, error);
        if (rc != ERR_BUSY || clock_monotonic_ms() >= until)
            return rc;
        close_database(store); /* releases the locks that another reader may wait for */
        clock_sleep_ms(ALONE_WAIT_MS + arc4random_uniform(ALONE_WAIT_MS));
    }
}

int store_open(const char *path, enum store_mode mode, struct store **ret_store,
               struct error *error)
{
    struct store *store;
    bool exists = false;
    int rc = store_become_owner(path, error);

    if (rc == 0)
        rc = check_path(path, mode, &exists, error);
    if (rc == 0)
        rc = check_companions(path, error);
    if (rc < 0)
        return rc;
    if (!exists && mode == STORE_WRITE && (rc = create_file(path, error)) < 0)
        return rc;
    store = calloc(1, sizeof *store);
    if (!store || !(store->path = strdup(path))) {
        free(store);
        return error_memory(error);
    }
    store->mode = mode;
    rc = open_database(store, exists, error);
    if (rc == 0 && mode == STORE_TRIAL)
        rc = store_begin(store, error);
    if (rc == 0)
        rc = store_migrate(store, error);
    if (rc < 0 && store->db && lacks_index(store))
        rc = open_alone(store, error);
    if (rc < 0) {
        store_close(store);
        return rc;
    }
    *ret_store = store;
    return 0;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    while (store->depth > 0)
        store_rollback(store);
    if (store->free_mirrors)
        store->free_mirrors(store);
    close_database(store);
    free(store->path);
    free(store);
}

/* What quick_check reports for a page that it had no memory to read (SQLITE_NOMEM). */
#define LACKS_MEMORY "error code=7"

int store_check(struct store *store, struct error *error)
{
    sqlite3_stmt *statement;
    const char *found;
    int rc = store_prepare(store, "PRAGMA quick_check(1)", &statement, error);

    if (rc < 0 || (rc = store_step(store, statement, error)) < 0)
        return rc;
    found = rc == 1 ? column_text(statement, 0) : "ok";
    if (!found || strstr(found, LACKS_MEMORY))
        rc = error_memory(error);
    else if (strcmp(found, "ok") != 0)
        rc = error_set(error, ERR_STATE,
                       "%s is damaged (%s): move it away and run 'qualiodoo reconcile'",
                       store->path, found);
    else
        rc = 0;
    sqlite3_reset(statement);
    return rc;
}
