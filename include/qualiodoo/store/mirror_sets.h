/* mirror_sets.h - the ids that a pull asks for, where each pull stands (cursors, pending records),
 * and the records that could not be read.
 *
 * Unless said otherwise functions return 0, ERR_STATE or ERR_NO_MEMORY, and run in the caller's
 * transaction. */
#ifndef QUALIODOO_STORE_MIRROR_SETS_H
#define QUALIODOO_STORE_MIRROR_SETS_H

#include "qualiodoo/store/mirror.h"
#include "qualiodoo/util/array.h"

/* The ids of a table, sorted; the caller frees ret->items. */
int mirror_ids(struct store *store, const struct mirror_table *table, struct ids *ret,
               struct error *error);

/* The largest id of a table; 0: it is empty. */
int mirror_last_id(struct store *store, const struct mirror_table *table, int64_t *ret,
                   struct error *error);

/* How many rows a table has, as counted when they were stored and deleted. */
int mirror_count(struct store *store, const struct mirror_table *table, int64_t *ret,
                 struct error *error);

/* Sets of ids that the pull asks for. "Given" are the ids of mirror_set_ids(). */
enum mirror_set {
    SET_PARTNERS_NEEDED, /* referenced by a mirrored row, not mirrored */
    SET_MOVES_NEEDED,    /* of mirrored pack lines, settlements and down payments, and what the
                            mirrored invoices and credit notes reverse */
    SET_LINES_NEEDED,    /* both sides of mirrored partials */
    SET_PAYMENTS_NEEDED, /* behind mirrored settlement lines */
    SET_TIMESHEETS_OF,   /* of the tickets given */
    SET_MOVE_LINES_OF,   /* of the moves given */
    SET_REPLIES_OF,      /* to the tickets given */
    SET_PARTNER_TICKETS, /* tickets of the partners given themselves, not of their contacts */
    SET_PARTNER_MOVES,
    SET_PARTNER_ADJUSTMENTS,
    SET_PARTNERS_BELOW,   /* contacts of the partners given */
    SET_PARTIALS_OF,      /* touching a settlement line of the moves given */
    SET_DOWN_PAYMENTS_OF, /* lines of the moves given */
    SET_PENDING_INVOICES, /* moves in the pending list: invoices, receipts, credit notes */
    SET_PENDING_ENTRIES,  /* moves in the pending list: all others */
    /* rows of each mirror that belong to the customers given */
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
/* A set, and the ids it depends on, if it does; borrowed. */
struct mirror_set_of {
    enum mirror_set set;
    const int64_t *ids;
    size_t count;
};
/* The ids of a set, sorted. The caller frees ret->items. */
int mirror_set_ids(struct store *store, struct mirror_set_of of, struct ids *ret,
                   struct error *error);

/* The ids of a set SET_..._NEEDED: of the records noted when a row that names them was stored,
 * those that are still missing; or those that whole tables name, where mirror_look_everywhere() or
 * a first pull asks for that. Sorted; the caller frees ret->items. */
int mirror_missing(struct store *store, enum mirror_set set, struct ids *ret, struct error *error);

/* Ends a search in whole tables: notes `rest`, what is still missing. */
int mirror_missing_rest(struct store *store, enum mirror_set set, const struct ids *rest,
                        struct error *error);

/* Notes that missing records, and rows of another account (holders.h), must be looked for in whole
 * tables. */
int mirror_look_everywhere(struct store *store, struct error *error);

/* Where a pull stands; the state machine is in pull/cursor.c. */
struct mirror_cursor {
    char *scope;       /* what the pull asks for: another scope begins a first pull */
    bool first_done;   /* the first pull is complete */
    int64_t resume_id; /* a first pull goes on after this id */
    char *high;        /* the write_date up to which changes were read, or NULL */
    int64_t high_seen_at;
    int64_t pulled_at; /* 0: never */
};
/* The cursor of a mirror; all zero when there is none. Free it with mirror_cursor_free(). */
int mirror_cursor_get(struct store *store, const char *mirror, struct mirror_cursor *ret,
                      struct error *error);
int mirror_cursor_set(struct store *store, const char *mirror, const struct mirror_cursor *cursor,
                      struct error *error);
/* Deletes the cursor: the next pull is a first pull. */
int mirror_cursor_forget(struct store *store, const char *mirror, struct error *error);
void mirror_cursor_free(struct mirror_cursor *cursor);

/* The pending list of a mirror: records whose dependent rows (lines, messages) must be listed
 * again. Add one record; list them, sorted (the caller frees ret->items); remove `count` ids. */
int mirror_pending_add(struct store *store, const char *mirror, int64_t id, struct error *error);
int mirror_pending_list(struct store *store, const char *mirror, struct ids *ret,
                        struct error *error);
int mirror_pending_clear(struct store *store, const char *mirror, const int64_t *ids, size_t count,
                         struct error *error);

/* Deletes the rows and the cursor of a mirror whose model is gone from Odoo: a model that is made
 * again starts its ids at 1. */
int mirror_forget(struct store *store, const struct mirror_table *table, struct error *error);

/* Notes a record that could not be read, with the reason; with reason NULL, that it could. */
int mirror_unreadable(struct store *store, const char *mirror, int64_t id, const char *reason,
                      struct error *error);

/* Notes a record that is mirrored without the texts that could not be read. */
int mirror_damaged(struct store *store, const char *mirror, int64_t id, const char *reason,
                   struct error *error);

/* Whether any record is noted as unreadable or damaged. */
int mirror_has_unreadable(struct store *store, bool *ret, struct error *error);

/* Deletes these notes, before everything is read again. */
int mirror_unreadable_forget(struct store *store, struct error *error);

/* Whether every mirror was pulled completely, with its dependent rows. Before that an account lacks
 * facts, and its result would be wrong. */
int mirror_is_complete(struct store *store, bool *ret, struct error *error);

#endif
