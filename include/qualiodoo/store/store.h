/* store.h - the local state: one SQLite file, opened, checked and closed.
 *
 * The file is a cache: once it is deleted, `reconcile` makes it again. A file of another program,
 * of a newer version or damaged is refused and left untouched. */
#ifndef QUALIODOO_STORE_STORE_H
#define QUALIODOO_STORE_STORE_H

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

/* Reads the whole file and checks its structure: ERR_STATE when it is damaged. */
int store_check(struct store *store, struct error *error);

#endif
