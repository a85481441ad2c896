/* settled.h - the verdicts that a response settled, as they are kept (DOMAIN.md, section 8). */
#ifndef QUALIODOO_STORE_SETTLED_H
#define QUALIODOO_STORE_SETTLED_H

#include "qualiodoo/core/sla.h"
#include "qualiodoo/store/store.h"

struct settled_row {
    int64_t ticket;
    int64_t calendar;    /* that gave the deadline; 0: the configuration's */
    char *calendar_name; /* owned; "" when it is not known */
    struct sla_settled settled;
    int64_t record;       /* mail.message or account.analytic.line of the response; 0: none */
    instant first_judged; /* 0: before this was kept */
    instant at;           /* when it was settled */
};

/* Loads the row of a ticket; *ret_found false when its verdict is not settled. Free the row with
 * settled_free(), also when it was not found. */
int settled_load(struct store *store, int64_t ticket, struct settled_row *ret, bool *ret_found,
                 struct error *error);
void settled_free(struct settled_row *row);

/* Stores or replaces a row, which is borrowed. */
int settled_save(struct store *store, const struct settled_row *row, struct error *error);

/* Removes what was kept of a ticket that Odoo has no more. */
int settled_forget_deleted(struct store *store, int64_t ticket, struct error *error);

/* Notes that a ticket just seen for the first time was created in a closed stage, if it was. */
int settled_note_born_closed(struct store *store, int64_t ticket, struct error *error);

#endif
