/* outbox.h - what is to be written into Odoo: every write is a row before it is sent.
 *
 * A set of writes shares one key ("breach.42.1741773600": kind, record, occasion) and is told apart
 * by its parts. The note comes first: its message_id carries the key, and it stands for the parts
 * written with it. The state machine is at the head of outbox.c. */
#ifndef QUALIODOO_STORE_OUTBOX_H
#define QUALIODOO_STORE_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/store/store.h"
#include "qualiodoo/util/array.h"
#include "qualiodoo/util/error.h"
#include "qualiodoo/util/units.h"

enum outbox_state {
    OUTBOX_QUEUED,  /* to be sent */
    OUTBOX_SENDING, /* a call was begun and its effect is not known: read before it is repeated */
    OUTBOX_DONE,    /* it is in Odoo */
    OUTBOX_REFUSED, /* Odoo refused it: parked until a person decides */
    OUTBOX_DROPPED, /* a person gave it up */
    OUTBOX_VOID,    /* no longer true before it was sent */
    OUTBOX_SHADOW,  /* would be written, were it not for shadow mode */
    OUTBOX_STATES,
};

/* What kind of write a row is, and what its payload (JSON) holds. */
enum outbox_part {
    OUTBOX_NOTE,      /* message_post: {"body": html} */
    OUTBOX_TAG,       /* adds a tag: {"tag": id} */
    OUTBOX_ACTIVITY,  /* {"user": id, "summary": text, "note": html, "date": "YYYY-MM-DD"} */
    OUTBOX_UNTAG,     /* takes the tag away: {"tag": id} */
    OUTBOX_DONE_WITH, /* removes the activity of another set: {"key": text} */
    OUTBOX_FIELDS,    /* writes values on the record: the payload itself */
    OUTBOX_ACCOUNT,   /* makes, changes or (payload null) removes the customer's row of
                         x_qualiodoo_account: the payload itself */
    OUTBOX_PARTS,
};

struct outbox_row {
    int64_t id;
    const char *key;
    enum outbox_part part;
    const char *model; /* of the record that is written to */
    int64_t record;
    int64_t subject; /* the ticket, or the customer (commercial entity), it is about */
    const char *payload;
    enum outbox_state state;
    int attempts;
    instant next_try, created_at, changed_at;
    int64_t remote_id;  /* message or activity; 0 when none */
    const char *reason; /* or NULL */
};

/* Adds a row (id, attempts, times and remote_id of `row` are ignored) unless (key, part) is there.
 * OUTBOX_VOID rows are brought back, as are OUTBOX_SHADOW rows by a QUEUED one; OUTBOX_DROPPED ones
 * are not. OUTBOX_FIELDS and OUTBOX_ACCOUNT rows are replaced by other values, whatever their
 * state, and by the same ones when they are DONE: the caller saw that Odoo does not hold them. What
 * was refused or dropped stays so, with its reason, until the values differ. *ret_added. */
int outbox_add(struct store *store, const struct outbox_row *row, instant now, bool *ret_added,
               struct error *error);

enum outbox_filter {
    OUTBOX_ALL,
    OUTBOX_OPEN,   /* queued, sending, refused, shadow */
    OUTBOX_DUE,    /* queued or sending, next_try reached (or the clock was put back) */
    OUTBOX_OF_KEY, /* every part of a key */
};

/* Rows by id. Texts are borrowed for the call; a row may be changed from within. */
struct outbox_query {
    enum outbox_filter filter;
    instant now;     /* for OUTBOX_DUE */
    const char *key; /* for OUTBOX_OF_KEY */
    int64_t after;   /* rows with a larger id only */
};
int outbox_each(struct store *store, const struct outbox_query *query,
                int (*row)(void *context, const struct outbox_row *row, struct error *error),
                void *context, struct error *error);

/* One row by id; *ret_found. `row` is called at most once. */
int outbox_get(struct store *store, int64_t id,
               int (*row)(void *context, const struct outbox_row *row, struct error *error),
               void *context, bool *ret_found, struct error *error);

/* Moves a row to another state; the transition is asserted. `remote_id` 0 and `reason` NULL leave
 * what is there. */
struct outbox_move {
    int64_t id;
    enum outbox_state to;
    int64_t remote_id;
    const char *reason;
    instant next_try; /* for OUTBOX_QUEUED and OUTBOX_SENDING */
};
int outbox_move(struct store *store, const struct outbox_move *move, instant now,
                struct error *error);

/* Queued rows of a key are no longer true: VOID; those of shadow mode go. Rows that were sent stay.
 */
int outbox_void(struct store *store, const char *key, const char *reason, instant now,
                struct error *error);

/* A person's decision about a refused row (or, for drop, any that is not done): back to QUEUED, or
 * DROPPED with the parts that depend on it. ERR_NOT_FOUND, ERR_REFUSED with what can be done. */
int outbox_retry(struct store *store, int64_t id, instant now, struct error *error);
int outbox_drop(struct store *store, int64_t id, instant now, struct error *error);

/* Forgets what shadow mode would have written: it is worked out again each cycle. */
int outbox_forget_shadow(struct store *store, struct error *error);

/* Forgets the writes of a part that wait or were refused: nothing of that kind is to be written any
 * more. */
int outbox_forget_part(struct store *store, enum outbox_part part, struct error *error);

/* Numbers for `status` and the report. */
struct outbox_counts {
    int64_t by_state[OUTBOX_STATES];
};
int outbox_count(struct store *store, struct outbox_counts *ret, struct error *error);

/* Of which tickets and customers there is a row, or a note seen in Odoo; sorted; the caller frees
 * ret->items. */
int outbox_subjects(struct store *store, struct ids *ret, struct error *error);

/* The sets whose key begins with `prefix`, which ends with a dot ("breach.42."), by key: with the
 * state of their note, OUTBOX_DONE for one that was seen in Odoo. `key` is borrowed for the call.
 */
int outbox_keys(struct store *store, const char *prefix,
                int (*set)(void *context, const char *key, enum outbox_state state,
                           struct error *error),
                void *context, struct error *error);

/* Whether the set of a key exists: its note was queued, written or given up here, or was seen in
 * Odoo. */
int outbox_exists(struct store *store, const char *key, bool *ret, struct error *error);

/* "queued", "note"... Never NULL. */
const char *outbox_state_name(enum outbox_state state);
const char *outbox_part_name(enum outbox_part part);

#endif
