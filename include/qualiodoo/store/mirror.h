/* mirror.h - the mirrored rows of Odoo in the local state, and what a changed row touches.
 *
 * The caller describes a mirror as a table (pull/models.c), from which this module makes its SQL.
 * Only a row that differs from the stored one is written and noted as a change.
 *
 * Unless said otherwise functions return 0, ERR_STATE or ERR_NO_MEMORY, and run in the caller's
 * transaction. */
#ifndef QUALIODOO_STORE_MIRROR_H
#define QUALIODOO_STORE_MIRROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/store/store.h"
#include "qualiodoo/util/array.h"

#define MIRROR_COLUMNS_MAX 24
#define MIRROR_OWNERS_MAX 2

/* A column. `field` and `kind` describe the field of Odoo that fills it, for the caller: this
 * module does not read them. */
struct mirror_column {
    const char *name;
    const char *field;
    int kind;
    unsigned flags; /* MIRROR_EARLIEST, MIRROR_COMPARED, and the caller's own */
};
enum {
    MIRROR_EARLIEST = 1, /* keep the earliest date ever seen */
    MIRROR_COMPARED = 2, /* mirror_is_same() compares it. A table with such a column has a column
                            `checksum`, which this module fills */
    MIRROR_FLAGS = 2,    /* the highest bit used here; the caller may use those above */
};

/* What must be computed again when a row changes, found by a column of the row. */
enum mirror_owner {
    OWNER_NOBODY,
    OWNER_ALL,     /* every account and every response target */
    OWNER_ACCOUNT, /* the column holds an account */
    OWNER_PARTNER, /* the column holds a partner: its account */
    OWNER_TICKET,
    OWNER_MOVE,
    OWNER_LINE,    /* a settlement line: its invoice, and those it is reconciled with */
    OWNER_PAYMENT, /* a payment: the invoices that its lines are reconciled with */
    OWNER_TARGETS, /* every response target */
};

struct mirror_table {
    const char *name;
    struct mirror_column columns[MIRROR_COLUMNS_MAX]; /* besides `id`; a NULL name ends the list */
    struct {
        enum mirror_owner owner;
        const char *column; /* NULL: the row's own id */
    } owners[MIRROR_OWNERS_MAX];
};

/* A value for a column; text is borrowed for the call. */
struct mirror_value {
    enum { VALUE_NULL, VALUE_INTEGER, VALUE_TEXT } kind;
    int64_t integer;
    const char *text;
};

enum mirror_change {
    MIRROR_SAME,
    MIRROR_CREATED,
    MIRROR_UPDATED,
    MIRROR_STAMPED, /* only its write_date differs: Odoo wrote the same values, or was restored */
};

/* A row to store; all is borrowed for the call. */
struct mirror_row {
    const struct mirror_table *table;
    int64_t id;
    const struct mirror_value *values; /* one per column, in order */
    bool log; /* note what the change touches; false during a first pull, after which everything is
                 computed anyway */
    bool incomplete; /* some columns could not be read: the row gets no checksum */
};

/* Inserts or updates a row. */
int mirror_put(struct store *store, const struct mirror_row *row, enum mirror_change *ret_change,
               struct error *error);

/* *ret: the stored row is as it was when it was last put, and has the values given of its
 * MIRROR_COMPARED columns; the other values given are not looked at. False too when there is no
 * such row, or when it was incomplete. The table must have a MIRROR_COMPARED column. */
int mirror_is_same(struct store *store, const struct mirror_row *row, bool *ret,
                   struct error *error);

/* Removes a row and leaves a tombstone; does nothing when there is no such row. */
int mirror_delete(struct store *store, const struct mirror_table *table, int64_t id,
                  struct error *error);

/* Drops the ids that are not mirrored; keeps the order of the others. */
int mirror_keep_known(struct store *store, const struct mirror_table *table, struct ids *ids,
                      struct error *error);

/* Notes that every account must be computed again, because of `why` ("first pull"...). */
int mirror_touch_all(struct store *store, const char *why, struct error *error);

/* Notes that an account must be computed again, because of record `id` of `mirror`. */
int mirror_touch_account(struct store *store, int64_t account, const char *mirror, int64_t id,
                         struct error *error);

/* Notes that a ticket must be judged and charged again although no pull changed its row. */
int mirror_touch_ticket(struct store *store, int64_t ticket, struct error *error);

/* Notes that every response target must be judged again. */
int mirror_touch_targets(struct store *store, const char *why, struct error *error);

#endif
