/* store.h - the local state: one SQLite file, its schema, its transactions and its lock.
 *
 * The file is a cache: deleted, `reconcile` makes it again. A file of another program, of a newer
 * version or damaged is refused and left untouched. */
#ifndef QUALIODOO_STORE_STORE_H
#define QUALIODOO_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/util/error.h"

struct store;

enum store_mode {
    STORE_READ,  /* the file must exist; nothing is written, nobody waits */
    STORE_WRITE, /* made when missing (mode 0640) */
    STORE_TRIAL, /* everything written is undone at store_close(); a missing file stays missing */
};

/* Opens the state and brings its schema up to date. ERR_STATE on failure. */
int store_open(const char *path, enum store_mode mode, struct store **ret_store,
               struct error *error);
void store_close(struct store *store); /* NULL is allowed */

/* Transactions nest: an inner one is a savepoint. After a failed statement call
 * store_rollback(). */
int store_begin(struct store *store, struct error *error);
int store_commit(struct store *store, struct error *error);
void store_rollback(struct store *store);

/* Small values by key. *ret_value is on the heap, NULL when there is none. */
int store_meta_get(struct store *store, const char *key, char **ret_value, struct error *error);
int store_meta_set(struct store *store, const char *key, const char *value, struct error *error);

/* Deletes every row but those of the audit trail, in one transaction: the state is as a new one. */
int store_forget(struct store *store, struct error *error);

/* Reads the file through and says whether its structure is sound (ERR_STATE otherwise). */
int store_check(struct store *store, struct error *error);

/* The lock that every cycle takes: at most one process pulls, computes and pushes. */
struct store_lock;

/* Waits up to `wait_ms` for the lock of the state at `path`; ERR_BUSY names the holder (its pid
 * and `what`). Dies with the process; the caller frees it with store_unlock(). */
int store_lock(const char *path, const char *what, int64_t wait_ms, struct store_lock **ret_lock,
               struct error *error);
void store_unlock(struct store_lock *lock); /* NULL is allowed */

/* The lock that a service holds as long as it runs: a second one on the same state gets ERR_BUSY.
 */
int store_lock_instance(const char *path, struct store_lock **ret_lock, struct error *error);

/* Takes the service's lock again when its file was removed, as it is with the state; ERR_BUSY when
 * another service was faster. The lock is the same or a new one; unchanged after a failure. */
int store_lock_keep(const char *path, struct store_lock **lock, struct error *error);

/* Whether a service holds that lock now, and who ("process 123 (run)"): `holder` is "" when nobody
 * does, or when it is not known. Nothing is waited for, and no service is kept from starting. */
#define STORE_HOLDER_SIZE 128
int store_instance_holder(const char *path, bool *ret_running, char holder[STORE_HOLDER_SIZE],
                          struct error *error);

#endif
