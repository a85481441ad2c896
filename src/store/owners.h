/* owners.h - notes which accounts and tickets must be computed again when a mirrored row changes;
 * internal to store. */
#ifndef QUALIODOO_STORE_OWNERS_H
#define QUALIODOO_STORE_OWNERS_H

#include <sqlite3.h>

#include "qualiodoo/store/mirror.h"

/* A row of the table `change`: what must be computed again, and the record that changed. */
struct owners_change {
    enum mirror_owner owner;
    int64_t ref;        /* id of the owner; 0 where all are meant */
    const char *mirror; /* or the cause, where no record changed */
    int64_t id;
    const char *what; /* "created", "updated", "deleted", or "" */
};

int owners_log_change(struct store *store, struct owners_change change, struct error *error);

/* The columns of a row before and after it was created, updated or deleted. */
struct owners_touch {
    const struct mirror_table *table;
    int64_t id;
    sqlite3_stmt *stored;              /* a row of the select statement; NULL: created */
    const struct mirror_value *values; /* NULL: deleted */
};

/* Notes the owners that the stored row and the new values name. */
int owners_log(struct store *store, struct owners_touch touch, struct error *error);

/* Notes the account that a partner about to be deleted belongs to: no query finds it afterwards.
 * Does nothing for a row of another table. */
int owners_log_holder(struct store *store, const struct mirror_table *table, int64_t id,
                      struct error *error);

#endif
