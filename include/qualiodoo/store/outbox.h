/* outbox.h - what is to be written into Odoo: every write is a row before it is sent.
 *
 * The writes of one event share a key ("breach.42.1741773600": kind, record, occasion) and differ
 * by their part. The note is the set's idempotency marker: its message_id carries the key, and it
 * is sent before the other parts. The state machine is at the head of outbox.c. */
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
    OUTBOX_SENDING, /* a call began and its effect is unknown: read before repeating */
    OUTBOX_DONE,    /* Odoo holds it */
    OUTBOX_REFUSED, /* Odoo refused it: not sent again until a person decides */
    OUTBOX_DROPPED, /* a person gave it up */
    OUTBOX_VOID,    /* no longer true, never sent */
    OUTBOX_SHADOW,  /* shadow mode: what would be written */
    OUTBOX_STATES,
};

/* The kind of a write, and what its payload (JSON) holds. */
enum outbox_part {
    OUTBOX_NOTE,      /* message_post: {"body": html} */
    OUTBOX_TAG,       /* adds a tag: {"tag": id} */
    OUTBOX_ACTIVITY,  /* {"user": id, "summary": text, "note": html, "date": "YYYY-MM-DD"} */
    OUTBOX_UNTAG,     /* takes the tag away: {"tag": id} */
    OUTBOX_DONE_WITH, /* removes the activity of another set: {"key": text} */
    OUTBOX_FIELDS,    /* writes values on the record: the payload is these values */
    OUTBOX_ACCOUNT,   /* the customer's row of x_qualiodoo_account: its values; null deletes it */
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

/* Adds a QUEUED or SHADOW row, unless (key, part) exists; id, attempts, times and remote_id of
 * `row` are ignored. Exceptions: a VOID row is replaced; a QUEUED row replaces a SHADOW one; an
 * OUTBOX_FIELDS or OUTBOX_ACCOUNT row is replaced when the payload differs or, by a QUEUED one,
 * when it is DONE: the caller saw that Odoo no longer holds the values. So a refused or dropped
 * write stays until its values differ. *ret_added: whether a row was written. */
int outbox_add(struct store *store, const struct outbox_row *row, instant now, bool *ret_added,
               struct error *error);

enum outbox_filter {
    OUTBOX_ALL,
    OUTBOX_OPEN,   /* queued, sending, refused, shadow */
    OUTBOX_DUE,    /* queued or sending, and next_try has come or the clock was set back */
    OUTBOX_OF_KEY, /* all parts of query->key */
};

/* Calls `row` for each row that the query selects, by id. Texts are borrowed for the call; `row`
 * may change rows. A negative code of `row` stops and is returned. */
struct outbox_query {
    enum outbox_filter filter;
    instant now;     /* for OUTBOX_DUE */
    const char *key; /* for OUTBOX_OF_KEY */
    int64_t after;   /* rows with a larger id only */
};
int outbox_each(struct store *store, const struct outbox_query *query,
                int (*row)(void *context, const struct outbox_row *row, struct error *error),
                void *context, struct error *error);

/* Calls `row`, as above, for the row of that id; does nothing when there is none. */
int outbox_get(struct store *store, int64_t id,
               int (*row)(void *context, const struct outbox_row *row, struct error *error),
               void *context, struct error *error);

/* A change of state. `remote_id` 0 and `reason` NULL keep the stored ones; DONE clears the reason.
 */
struct outbox_move {
    int64_t id;
    enum outbox_state to;
    int64_t remote_id;
    const char *reason;
    instant next_try; /* for OUTBOX_QUEUED and OUTBOX_SENDING */
};
/* Changes the state of a row. The transition must be one of the diagram in outbox.c: it is
 * asserted. ERR_NOT_FOUND when there is no such row. */
int outbox_move(struct store *store, const struct outbox_move *move, instant now,
                struct error *error);

/* The writes of a key are no longer true: its QUEUED rows become VOID, its SHADOW rows are deleted.
 * Rows that were sent stay. */
int outbox_void(struct store *store, const char *key, const char *reason, instant now,
                struct error *error);

/* A person's decisions. Retry makes a refused row QUEUED and a waiting one due at once. Drop makes
 * a queued, sending or refused row DROPPED and, with a note, the unsent parts of its set.
 * ERR_NOT_FOUND; ERR_REFUSED when the state does not allow it. */
int outbox_retry(struct store *store, int64_t id, instant now, struct error *error);
int outbox_drop(struct store *store, int64_t id, instant now, struct error *error);

/* Deletes the SHADOW rows: each cycle computes them again. */
int outbox_forget_shadow(struct store *store, struct error *error);

/* Deletes the unsent and refused writes of the part `fields`: no field is to be written any more.
 */
int outbox_forget_fields(struct store *store, struct error *error);

/* The number of rows in each state. */
struct outbox_counts {
    int64_t by_state[OUTBOX_STATES];
};
int outbox_count(struct store *store, struct outbox_counts *ret, struct error *error);

/* Whether a ticket or a customer has a row, or its note was seen in Odoo. */
int outbox_concerns(struct store *store, int64_t subject, bool *ret, struct error *error);

/* The tickets and customers that have a row, or whose note was seen in Odoo. Sorted; the caller
 * frees ret->items. */
int outbox_subjects(struct store *store, struct ids *ret, struct error *error);

/* Calls `set` for each key that begins with `prefix`, which ends with a dot ("breach.42."), by key,
 * with the state of its note: OUTBOX_DONE for a note that was only seen in Odoo. `key` is borrowed
 * for the call. A negative code of `set` stops and is returned. */
int outbox_keys(struct store *store, const char *prefix,
                int (*set)(void *context, const char *key, enum outbox_state state,
                           struct error *error),
                void *context, struct error *error);

/* Whether a key was used: its note has a row that is not VOID, or was seen in Odoo. */
int outbox_exists(struct store *store, const char *key, bool *ret, struct error *error);

/* The names in the state and in output: "queued", "note"... Never NULL. */
const char *outbox_state_name(enum outbox_state state);
const char *outbox_part_name(enum outbox_part part);

#endif
