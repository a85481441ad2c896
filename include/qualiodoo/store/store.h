/* store.h - the local state: one SQLite file, its schema, its transactions and its lock.
 *
 * The file is a cache: once it is deleted, `reconcile` makes it again. A file of another program,
 * of a newer version or damaged is refused and left untouched. */
#ifndef QUALIODOO_STORE_STORE_H
#define QUALIODOO_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/util/error.h"

struct store;

enum store_mode {
    STORE_READ,  /* the file must exist; nothing is written, no lock is waited for */
    STORE_WRITE, /* created when missing (mode 0640) */
    STORE_TRIAL, /* store_close() undoes all writes; a missing file stays missing */
};

/* Opens the state at `path` and brings its schema up to date. The caller frees *ret_store with
 * store_close(). ERR_STATE, ERR_BUSY, ERR_NO_MEMORY. */
int store_open(const char *path, enum store_mode mode, struct store **ret_store,
               struct error *error);
void store_close(struct store *store); /* NULL is allowed */

/* Transactions nest: an inner one is a savepoint. After a failure inside one call store_rollback(),
 * which undoes the innermost; it does nothing outside of any. */
int store_begin(struct store *store, struct error *error);
int store_commit(struct store *store, struct error *error);
void store_rollback(struct store *store);

/* Small values by key. *ret_value is on the heap (caller frees), NULL when there is none. */
int store_meta_get(struct store *store, const char *key, char **ret_value, struct error *error);
int store_meta_set(struct store *store, const char *key, const char *value, struct error *error);

/* Deletes every row except the audit trail, in one transaction. */
int store_forget(struct store *store, struct error *error);

/* Deletes the tickets and what is known by their ids: verdicts, histories, writes. The next pull
 * reads them anew. */
int store_forget_tickets(struct store *store, struct error *error);

/* Reads the whole file and checks its structure: ERR_STATE when it is damaged. */
int store_check(struct store *store, struct error *error);

/* The lock that every cycle holds: at most one process pulls, computes and writes back. */
struct store_lock;

/* Waits up to `wait_ms` for the cycle lock of the state at `path`. `what` describes this process to
 * others; ERR_BUSY names the holder. The kernel releases the lock when the process ends; the caller
 * frees it with store_unlock(). */
int store_lock(const char *path, const char *what, int64_t wait_ms, struct store_lock **ret_lock,
               struct error *error);
void store_unlock(struct store_lock *lock); /* NULL is allowed */

/* The lock that a service holds while it runs: ERR_BUSY for a second one on the same state. */
int store_lock_instance(const char *path, struct store_lock **ret_lock, struct error *error);

/* Takes the service's lock again when its file was removed together with the state. ERR_BUSY when
 * another service took it first. *lock is the same or a new one; it is unchanged after a failure.
 */
int store_lock_keep(const char *path, struct store_lock **lock, struct error *error);

/* Whether a service holds its lock now, and which ("process 123 (run)"). `holder` is "" when none
 * does or its name cannot be read. Does not wait, and does not keep a service from starting. */
#define STORE_HOLDER_SIZE 128
int store_instance_holder(const char *path, bool *ret_running, char holder[STORE_HOLDER_SIZE],
                          struct error *error);

#endif
