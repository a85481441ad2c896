/* review.h - records that cannot be charged or credited, for `doctor`. */
#ifndef QUALIODOO_STORE_REVIEW_H
#define QUALIODOO_STORE_REVIEW_H

#include <stdint.h>

#include "qualiodoo/store/facts.h"
#include "qualiodoo/store/store.h"
#include "qualiodoo/util/array.h"

/* The questions. Each gives rows of (id, name, detail), described here in that order. */
enum review {
    REVIEW_UNREADABLE,       /* record that was skipped; mirror; why */
    REVIEW_DAMAGED,          /* record that is kept without its texts; mirror; why */
    REVIEW_NO_CUSTOMER,      /* ticket with work that counts; number; minutes of its lines */
    REVIEW_UNKNOWN_CUSTOMER, /* ticket whose customer is not readable; number; partner */
    REVIEW_TIMESHEET_UNITS,  /* unit that is no time; its name; number of lines that would count */
    REVIEW_PACK_UNITS,       /* line of a pack; invoice; units that do not convert */
    REVIEW_OTHER_CUSTOMER,   /* credit note; name; invoice of another customer it reverses */
    REVIEW_ADJUSTMENT_CUSTOMER,   /* adjustment whose customer cannot be read; key; partner */
    REVIEW_ADJUSTMENT_INVALID,    /* adjustment that is altered or has no date; key; partner */
    REVIEW_ADJUSTMENT_IMPOSSIBLE, /* adjustment of 0 minutes or an early end; key; why */
    REVIEW_ADJUSTMENT_GONE,       /* adjustment that was seen and is gone; -; since when */
    REVIEW_ADJUSTMENT_TWICE,      /* first of several with one key; key; all their ids */
    REVIEW_COUNT,
};

struct review_row {
    int64_t id;
    const char *name, *detail; /* borrowed for the call; may be NULL */
};

/* A question, and what its answer leaves out, as the computation of accounts does. */
struct review_query {
    enum review question; /* for review_list() */
    const struct facts_policy *policy;
    const char *since; /* YYYY-MM-DD: earlier lines do not count; "" for none */
};

/* Calls `row` for each row of the question, by id. A negative code of `row` stops and is returned.
 */
int review_list(struct store *store, const struct review_query *query,
                int (*row)(void *context, const struct review_row *row), void *context,
                struct error *error);

/* Calls `row` for each key that several notes of the agent in Odoo carry, by key: two agents wrote
 * them. `key` is borrowed. */
int review_doubled(struct store *store, int (*row)(void *context, const char *key, int64_t notes),
                   void *context, struct error *error);

/* A ticket whose total in Odoo exceeds the sum of its mirrored lines. */
struct review_hidden {
    const char *number; /* borrowed for the call; may be NULL */
    minutes hidden;     /* the difference, rounded: 0 when below half a minute */
};

/* Sums of floats differ in their last digits. A smaller difference than this (0.005 h) is ignored;
 * half a minute is more. */
#define REVIEW_TOLERANCE (NANO_ONE / 200)

/* Notes, of the tickets that noted changes touch, those whose total in Odoo is more than
 * REVIEW_TOLERANCE above the sum of their mirrored lines; after a first pull, of all. To be called
 * before the changes are forgotten. */
int review_note_hidden(struct store *store, struct error *error);

/* Calls `row` for each noted ticket whose total still is that much larger, by id: record rules of
 * Odoo hide lines from the agent's user. */
int review_hidden_work(struct store *store,
                       int (*row)(void *context, const struct review_hidden *hidden), void *context,
                       struct error *error);

/* The timesheet lines that would be charged but whose quantity is out of range
 * (charge_line_fits()). Sorted; the caller frees ret->items. */
int review_unfit_lines(struct store *store, const struct review_query *query, struct ids *ret,
                       struct error *error);

/* The sum of the quantities of the mirrored lines of a ticket, each in its own unit. */
int review_ticket_amount(struct store *store, int64_t ticket, nano *ret, struct error *error);

#endif
