/* settled.h - stored verdicts that are final because a response settled them (DOMAIN.md, section
 * 8). */
#ifndef QUALIODOO_STORE_SETTLED_H
#define QUALIODOO_STORE_SETTLED_H

#include "qualiodoo/core/sla.h"
#include "qualiodoo/store/store.h"

struct settled_row {
    int64_t ticket;
    int64_t calendar;    /* the calendar of the deadline; 0: the configuration's */
    char *calendar_name; /* owned; "" when it is not known */
    struct sla_settled settled;
    int64_t record;       /* mail.message or account.analytic.line of the response; 0: none */
    instant first_judged; /* 0: not known (a state of an earlier version) */
    instant at;           /* when it was settled */
};

/* Loads the settled verdict of a ticket; *ret_found is false when there is none. The caller calls
 * settled_free() in every case. */
int settled_load(struct store *store, int64_t ticket, struct settled_row *ret, bool *ret_found,
                 struct error *error);
void settled_free(struct settled_row *row);

/* Stores or replaces a row, which is borrowed. */
int settled_save(struct store *store, const struct settled_row *row, struct error *error);

/* Removes the settled verdict of a ticket that is no longer mirrored; does nothing for others. */
int settled_forget_deleted(struct store *store, int64_t ticket, struct error *error);

/* Notes that a ticket was created in a closed stage, if it was. To be called when the ticket is
 * first seen. */
int settled_note_born_closed(struct store *store, int64_t ticket, struct error *error);

#endif
