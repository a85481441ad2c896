/* migrate.h - the schema of the state file, for db.c. */
#ifndef QUALIODOO_STORE_MIGRATE_H
#define QUALIODOO_STORE_MIGRATE_H

#include "qualiodoo/store/store.h"

/* Brings the schema up to date. ERR_STATE for a file of another program or of a newer version. */
int store_migrate(struct store *store, struct error *error);

#endif
