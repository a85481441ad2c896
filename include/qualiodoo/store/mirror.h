/* mirror.h - the mirrored rows of Odoo in the local state, and where each pull stands.
 *
 * A mirror is described by the caller (pull/models.c); this module makes its SQL. Rows are
 * compared with what is stored, so that only real changes are counted and passed on. */
#ifndef QUALIODOO_STORE_MIRROR_H
#define QUALIODOO_STORE_MIRROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/store/store.h"
#include "qualiodoo/util/array.h"

#define MIRROR_COLUMNS_MAX 24
#define MIRROR_OWNERS_MAX 2

/* A column, with what the caller keeps beside it of the field that fills it. */
struct mirror_column {
    const char *name;
    const char *field; /* the caller's, as `kind`: not looked at here */
    int kind;
    unsigned flags; /* MIRROR_EARLIEST, and the caller's own */
};
enum {
    MIRROR_EARLIEST = 1, /* a date of which the earliest ever seen is kept */
    MIRROR_FLAGS = 1,    /* bits used here: the caller's begin above */
};

/* Whom a changed row touches. */
enum mirror_owner {
    OWNER_NOBODY,
    OWNER_ALL,     /* every account */
    OWNER_ACCOUNT, /* the column holds an account */
    OWNER_PARTNER, /* ... a partner: its account */
    OWNER_TICKET,
    OWNER_MOVE,
    OWNER_LINE,    /* ... a settlement line: its invoice, and those it is reconciled with */
    OWNER_PAYMENT, /* ... a payment: the invoices that its lines are reconciled with */
    OWNER_TARGETS, /* every response target */
};

struct mirror_table {
    const char *name;
    struct mirror_column columns[MIRROR_COLUMNS_MAX]; /* after `id`; name NULL ends */
    struct {
        enum mirror_owner owner;
        const char *column; /* NULL: the row itself */
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
    MIRROR_STAMPED, /* its write_date alone: Odoo wrote it again as it was, or was restored */
};

/* Inserts or updates one row. `log`: note whom the change touches (not during a first pull, after
 * which every account is computed anyway). `values` has one value per column, in order. */
int mirror_put(struct store *store, const struct mirror_table *table, int64_t id,
               const struct mirror_value *values, bool log, enum mirror_change *ret_change,
               struct error *error);

/* Removes a row and leaves a tombstone; does nothing when there is no such row. */
int mirror_delete(struct store *store, const struct mirror_table *table, int64_t id,
                  struct error *error);

/* Integer in a column of a row; *ret_found false when there is no row or it is NULL. */
int mirror_integer(struct store *store, const struct mirror_table *table, int64_t id,
                   const char *column, bool *ret_found, int64_t *ret_value, struct error *error);

/* The ids of a table, sorted; the caller frees ret->items. */
int mirror_ids(struct store *store, const struct mirror_table *table, struct ids *ret,
               struct error *error);

/* Named sets of ids that the pull needs (see mirror_sets.c); sorted; caller frees. */
enum mirror_set {
    SET_PARTNERS_NEEDED, /* referenced by a mirrored row, not mirrored */
    SET_MOVES_NEEDED,    /* of mirrored lines of packs, settlements and down payments, and what the
                            mirrored invoices and credit notes reverse */
    SET_LINES_NEEDED,    /* both sides of mirrored partials */
    SET_PAYMENTS_NEEDED, /* behind mirrored settlement lines */
    SET_TIMESHEETS_OF,   /* of the tickets given */
    SET_MOVE_LINES_OF,   /* of the moves given */
    SET_REPLIES_OF,      /* to the tickets given */
    SET_PARTNER_TICKETS, /* that name one of the partners given, itself */
    SET_PARTNER_MOVES,
    SET_PARTNER_ADJUSTMENTS,
    SET_PARTNERS_BELOW,   /* contacts of the partners given */
    SET_PARTIALS_OF,      /* touching a settlement line of the moves given */
    SET_DOWN_PAYMENTS_OF, /* lines of the moves given */
    SET_PENDING_INVOICES, /* moves with a mark of `pending`: invoices, receipts, credit notes */
    SET_PENDING_ENTRIES,  /* ... and all others */
    /* what belongs to the customers given, in each mirror */
    SET_CUSTOMER_TICKETS,
    SET_CUSTOMER_TIMESHEETS,
    SET_CUSTOMER_REPLIES,
    SET_CUSTOMER_MOVES,
    SET_CUSTOMER_MOVE_LINES,
    SET_CUSTOMER_PARTNERS,
    SET_CUSTOMER_ADJUSTMENTS,
    SET_CUSTOMER_LINES,
    SET_CUSTOMER_SHOWN,
};
int mirror_set_ids(struct store *store, enum mirror_set set, const int64_t *of, size_t n_of,
                   struct ids *ret, struct error *error);

/* Where a pull stands. Texts are on the heap: mirror_cursor_free(). */
struct mirror_cursor {
    char *scope;
    bool first_done;
    int64_t resume_id;
    char *high; /* or NULL */
    int64_t high_seen_at;
    int64_t pulled_at; /* 0: never */
};
int mirror_cursor_get(struct store *store, const char *mirror, struct mirror_cursor *ret,
                      struct error *error);
int mirror_cursor_set(struct store *store, const char *mirror, const struct mirror_cursor *cursor,
                      struct error *error);
/* Forgets where a pull stands: the next one is a first pull. */
int mirror_cursor_forget(struct store *store, const char *mirror, struct error *error);
void mirror_cursor_free(struct mirror_cursor *cursor);

/* Records whose dependants must be listed again. */
int mirror_pending_add(struct store *store, const char *mirror, int64_t id, struct error *error);
int mirror_pending_all(struct store *store, const char *mirror, const struct mirror_table *table,
                       struct error *error);
int mirror_pending_list(struct store *store, const char *mirror, struct ids *ret,
                        struct error *error);
int mirror_pending_clear(struct store *store, const char *mirror, const int64_t *ids, size_t count,
                         struct error *error);

/* Forgets a mirror whose model is gone from Odoo, rows and cursor: one that is made again is
 * another, whose ids start at 1. */
int mirror_forget(struct store *store, const struct mirror_table *table, struct error *error);

/* Notes a record that could not be read, or (reason NULL) that it could. */
int mirror_unreadable(struct store *store, const char *mirror, int64_t id, const char *reason,
                      struct error *error);

/* Notes a record that is mirrored without its texts. */
int mirror_damaged(struct store *store, const char *mirror, int64_t id, const char *reason,
                   struct error *error);

int mirror_has_unreadable(struct store *store, bool *ret, struct error *error);

/* Forgets them all: everything is about to be read again. */
int mirror_unreadable_forget(struct store *store, struct error *error);

/* Whether every mirror was pulled once, with all that depends on its rows: before that an account
 * lacks facts, and what is computed of it is wrong. */
int mirror_is_complete(struct store *store, bool *ret, struct error *error);

/* Notes that every account must be computed again, because of `why` ("first pull"...). */
int mirror_touch_all(struct store *store, const char *why, struct error *error);

/* Notes that an account must be computed again, because of record `id` of `mirror`. */
int mirror_touch_account(struct store *store, int64_t account, const char *mirror, int64_t id,
                         struct error *error);

/* Notes that a ticket's row was changed by something else than a pull. */
int mirror_touch_ticket(struct store *store, int64_t ticket, struct error *error);

/* Notes that every response target must be judged again. */
int mirror_touch_targets(struct store *store, const char *why, struct error *error);

#endif
