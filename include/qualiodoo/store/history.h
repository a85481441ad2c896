/* history.h - what Odoo's tracked history says of tickets.
 *
 * Odoo's own fields hold only the last assignment and the last closing. The first ones are read
 * from the tracked history, once a ticket that looks late depends on them. */
#ifndef QUALIODOO_STORE_HISTORY_H
#define QUALIODOO_STORE_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/store/store.h"
#include "qualiodoo/util/error.h"
#include "qualiodoo/util/units.h"

enum history_status {
    HISTORY_NOT_ASKED, /* nothing has depended on it yet */
    HISTORY_UNKNOWN,   /* Odoo does not let the agent read it */
    HISTORY_KNOWN,
};

/* Whether the history of a ticket was read. */
int history_of(struct store *store, int64_t ticket, enum history_status *ret, struct error *error);

/* "known", "unknown"; NULL for HISTORY_NOT_ASKED. */
const char *history_status_name(enum history_status status);

/* What was read of a ticket; dates are 0 for none. */
struct history_answer {
    int64_t ticket;
    bool known;
    instant created, assigned, closed;
};
/* Stores an answer, and lowers the assignment and the closing of the ticket's row to its dates
 * where these are earlier. */
int history_save(struct store *store, const struct history_answer *answer, struct error *error);
/* Forgets the answer about a ticket that changed since: its history may have grown. */
int history_forget(struct store *store, int64_t ticket, struct error *error);

/* Notes that at `when` the ticket was neither assigned nor closed: a response that Odoo shows
 * afterwards is later. */
int history_seen_unanswered(struct store *store, int64_t ticket, instant when, struct error *error);

/* Whether Odoo did not let the agent read the history of some ticket. */
int history_has_unknown(struct store *store, bool *ret, struct error *error);

/* Forgets those answers and notes a change of each ticket, so that it is judged, and its history
 * asked for, again. */
int history_forget_unknown(struct store *store, struct error *error);

#endif
