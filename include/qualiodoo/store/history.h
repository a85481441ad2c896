/* history.h - what Odoo told of the history of tickets.
 *
 * Odoo's own fields hold the last assignment and the last closing. Which were the first is asked of
 * what Odoo tracked, once a ticket that looks late depends on it. */
#ifndef QUALIODOO_STORE_HISTORY_H
#define QUALIODOO_STORE_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/store/store.h"
#include "qualiodoo/util/error.h"
#include "qualiodoo/util/units.h"

enum history_status {
    HISTORY_NOT_ASKED, /* nothing depended on it so far */
    HISTORY_UNKNOWN,   /* Odoo does not let the agent read it */
    HISTORY_KNOWN,
};

/* What is known of one ticket. */
int history_of(struct store *store, int64_t ticket, enum history_status *ret, struct error *error);

/* "known", "unknown"; NULL for what was not asked. */
const char *history_status_name(enum history_status status);

/* Notes an answer; earlier dates (0: none) replace those of the ticket's row. */
struct history_answer {
    int64_t ticket;
    bool known;
    instant created, assigned, closed;
};
int history_save(struct store *store, const struct history_answer *answer, struct error *error);
/* The ticket changed: what its history said may not be all. */
int history_forget(struct store *store, int64_t ticket, struct error *error);

/* Notes that at `when` the ticket was neither assigned nor closed: what Odoo shows later happened
 * later. */
int history_seen_unanswered(struct store *store, int64_t ticket, instant when, struct error *error);

/* How many tickets have a history that Odoo did not let the agent read. */
int history_count_unknown(struct store *store, int64_t *ret, struct error *error);

/* These are to be judged, and asked for, again. */
int history_forget_unknown(struct store *store, struct error *error);

#endif
