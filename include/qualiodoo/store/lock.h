/* lock.h - the cycle lock and the service's lock, beside the state at `path`. */
#ifndef QUALIODOO_STORE_LOCK_H
#define QUALIODOO_STORE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/util/error.h"

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
