/* review.h - what `doctor` asks the local state: facts that cannot be charged or credited. */
#ifndef QUALIODOO_STORE_REVIEW_H
#define QUALIODOO_STORE_REVIEW_H

#include <stdint.h>

#include "qualiodoo/store/facts.h"
#include "qualiodoo/store/store.h"

/* Each question gives rows of (id, name, detail); the comments say what these are. */
enum review {
    REVIEW_UNREADABLE,       /* record that was skipped; mirror; why */
    REVIEW_DAMAGED,          /* record that is kept without its texts; mirror; why */
    REVIEW_NO_CUSTOMER,      /* ticket with work that counts; number; minutes of its lines */
    REVIEW_UNKNOWN_CUSTOMER, /* the same with a customer that cannot be read; number; partner */
    REVIEW_TIMESHEET_UNITS,  /* unit that is no time; its name; number of lines that would count */
    REVIEW_PACK_UNITS,       /* line of a pack; invoice; units that do not convert */
    REVIEW_OTHER_CUSTOMER,   /* credit note; name; invoice of another customer it reverses */
    REVIEW_ADJUSTMENT_CUSTOMER,   /* adjustment whose customer cannot be read; key; partner */
    REVIEW_ADJUSTMENT_INVALID,    /* adjustment that is altered or has no date; key; partner */
    REVIEW_ADJUSTMENT_IMPOSSIBLE, /* of no minutes, or that ends before it begins; key; why */
    REVIEW_ADJUSTMENT_GONE,       /* adjustment that was seen and is gone; -; since when */
    REVIEW_ADJUSTMENT_TWICE,      /* first of those with one key; key; all of them */
    REVIEW_COUNT,
};

struct review_row {
    int64_t id;
    const char *name, *detail; /* borrowed for the call; may be NULL */
};

/* What is left out before the question: as in the computation of accounts. */
struct review_scope {
    const struct facts_policy *policy;
    const char *since; /* YYYY-MM-DD, "" for none: lines before it do not count */
};

/* The rows of one question, by id. */
int review_list(struct store *store, enum review question, const struct review_scope *scope,
                int (*row)(void *context, const struct review_row *row), void *context,
                struct error *error);

/* Keys that stand on more than one note of the agent in Odoo, by key: two agents wrote them. */
int review_doubled(struct store *store, int (*row)(void *context, const char *key, int64_t notes),
                   void *context, struct error *error);

/* A ticket whose total in Odoo counts hours that no mirrored line has. */
struct review_hidden {
    int64_t ticket;
    const char *number; /* borrowed for the call; may be NULL */
    minutes hidden;     /* > 0, or 0 when it is less than half a minute */
};

/* Totals of floats differ in their last digits, by less than the half minute that would show. */
#define REVIEW_TOLERANCE (NANO_ONE / 200)

/* The tickets of the mirror whose total in Odoo is more than REVIEW_TOLERANCE above the sum of
 * their mirrored lines, by id: rules of Odoo hide lines from the agent's user. */
int review_hidden_work(struct store *store,
                       int (*row)(void *context, const struct review_hidden *hidden), void *context,
                       struct error *error);

/* The timesheet lines that would be charged if their quantity fitted (charge_line_fits()); sorted.
 * The caller frees ret->items. */
int review_unfit_lines(struct store *store, const struct review_scope *scope, struct ids *ret,
                       struct error *error);

/* What the mirrored lines of a ticket sum up to, each in its own unit. */
int review_ticket_amount(struct store *store, int64_t ticket, nano *ret, struct error *error);

#endif
