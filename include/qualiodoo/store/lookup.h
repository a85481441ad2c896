/* lookup.h - the names behind ids, and the ids behind names, in the local state. */
#ifndef QUALIODOO_STORE_LOOKUP_H
#define QUALIODOO_STORE_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/store/store.h"
#include "qualiodoo/util/array.h"

/* Whether a text is an id, as Odoo prints it: digits that start with no zero. "0042", "+42" and "
 * 42" are names, references or numbers: those of tickets are padded with zeros in Odoo Enterprise.
 */
bool lookup_parse_id(const char *text, int64_t *ret_id);

/* Accounts that a text names to the letter: the id of a partner (any contact), else a reference,
 * else a name. Sorted; several when a name is not unique; the caller frees ret->items. */
int lookup_customers(struct store *store, const char *text, struct ids *ret, struct error *error);

/* Tells `row` of each partner that may be a customer: its account, its name and its reference (or
 * NULL), lent for the call. */
int lookup_each_customer(struct store *store,
                         int (*row)(void *context, int64_t account, const char *name,
                                    const char *reference, struct error *error),
                         void *context, struct error *error);

/* Tickets that a text names: an id, else an exact number. */
int lookup_tickets(struct store *store, const char *text, struct ids *ret, struct error *error);

/* Texts on the heap (caller frees), NULL when unknown. */
int lookup_partner_name(struct store *store, int64_t id, char **ret, struct error *error);
int lookup_move_name(struct store *store, int64_t id, char **ret, struct error *error);
/* "INV/2025/00031 SUP12 x 1" of an account.move.line */
/* How many mirrored products have a reference or, with NULL, an id. */
int lookup_product_count(struct store *store, const char *reference, int64_t id, int64_t *ret,
                         struct error *error);
int lookup_pack_line(struct store *store, int64_t id, char **ret, struct error *error);
/* Number of the ticket of an account.analytic.line, "#ID" when it has none. */
int lookup_line_ticket(struct store *store, int64_t id, char **ret, struct error *error);
int lookup_adjustment_reason(struct store *store, int64_t id, char **ret, struct error *error);
/* Names of the excluded tags of a ticket; what is not in the domain. */
int lookup_ticket_number(struct store *store, int64_t id, char **ret, struct error *error);

/* The customer of a ticket: 0 when it has none, or when it cannot be read. */
int lookup_ticket_account(struct store *store, int64_t id, int64_t *ret, struct error *error);

/* Whether a stage of that name is one of closed tickets. */
int lookup_closed_stage(struct store *store, const char *name, bool *ret, struct error *error);

/* The state of each mirror, for `status`. */
struct mirror_status {
    const char *name; /* borrowed for the call */
    int64_t rows;
    bool first_done;
    int64_t pulled_at; /* 0: never */
};
int lookup_mirrors(struct store *store,
                   int (*row)(void *context, const struct mirror_status *status), void *context,
                   struct error *error);

/* Accounts computed, the earliest next change among them, records that cannot be read. */
struct state_summary {
    int64_t accounts, unreadable;
    bool has_next_change;
    int64_t next_change; /* civil day */
};
int lookup_summary(struct store *store, struct state_summary *ret, struct error *error);

#endif
