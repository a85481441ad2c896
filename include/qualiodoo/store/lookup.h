/* lookup.h - the names behind ids, and the ids behind names, in the local state. */
#ifndef QUALIODOO_STORE_LOOKUP_H
#define QUALIODOO_STORE_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/store/store.h"
#include "qualiodoo/util/array.h"

/* Whether a text is an id as Odoo prints it: 1 to INT32_MAX, no leading zero, digits only. "0042",
 * "+42" and " 42" are names or references: Odoo Enterprise pads the numbers of tickets with zeros.
 */
bool lookup_parse_id(const char *text, int64_t *ret_id);

/* The accounts that a text names exactly: by the id of a partner (any contact), else by a
 * reference, else by a name. Sorted; several when a name is not unique; the caller frees
 * ret->items. */
int lookup_customers(struct store *store, const char *text, struct ids *ret, struct error *error);

/* Calls `row` for each partner that may be a customer, with its account, its name and its reference
 * (texts may be NULL and are borrowed for the call). A negative code of `row` stops and is
 * returned. */
int lookup_each_customer(struct store *store,
                         int (*row)(void *context, int64_t account, const char *name,
                                    const char *reference, struct error *error),
                         void *context, struct error *error);

/* The tickets that a text names: by id, else by exact number. Sorted; the caller frees ret->items.
 */
int lookup_tickets(struct store *store, const char *text, struct ids *ret, struct error *error);

/* The names of records. *ret is on the heap (caller frees), NULL when the record is not mirrored.
 */
int lookup_partner_name(struct store *store, int64_t id, char **ret, struct error *error);
int lookup_move_name(struct store *store, int64_t id, char **ret, struct error *error);
/* The number of mirrored products with an internal reference or, when it is NULL, with an id. */
int lookup_product_count(struct store *store, const char *reference, int64_t id, int64_t *ret,
                         struct error *error);
/* The invoice, pack and quantity of an account.move.line: "INV/2025/00031 SUP12 × 1". *ret is on
 * the heap, NULL when unknown. */
int lookup_pack_line(struct store *store, int64_t id, char **ret, struct error *error);
/* The number of the ticket of an account.analytic.line, "#ID" when it has none. *ret as above. */
int lookup_line_ticket(struct store *store, int64_t id, char **ret, struct error *error);
/* The reason of an adjustment. *ret as above. */
int lookup_adjustment_reason(struct store *store, int64_t id, char **ret, struct error *error);
/* The number of a ticket, "#ID" when it has none. *ret as above. */
int lookup_ticket_number(struct store *store, int64_t id, char **ret, struct error *error);

/* The account of the customer of a ticket; 0 when it has none, or one that is not mirrored. */
int lookup_ticket_account(struct store *store, int64_t id, int64_t *ret, struct error *error);

/* What the mirror knows of a stage. */
struct lookup_stage {
    bool found, closed;
};

/* Looks the stage up by its id or, when `id` is 0, by its name of today: of several with one name,
 * one that is closed suffices. */
int lookup_stage(struct store *store, int64_t id, const char *name, struct lookup_stage *ret,
                 struct error *error);

/* The state of one mirror, for `status`. */
struct mirror_status {
    const char *name; /* borrowed for the call */
    int64_t rows;
    bool first_done;
    int64_t pulled_at; /* 0: never */
};
/* Calls `row` for each mirror, by name. A negative code of `row` stops and is returned. */
int lookup_mirrors(struct store *store,
                   int (*row)(void *context, const struct mirror_status *status), void *context,
                   struct error *error);

/* Numbers of computed accounts and of unreadable records, and the earliest day on which an account
 * changes by itself. */
struct state_summary {
    int64_t accounts, unreadable;
    bool has_next_change;
    int64_t next_change; /* civil day */
};
int lookup_summary(struct store *store, struct state_summary *ret, struct error *error);

#endif
