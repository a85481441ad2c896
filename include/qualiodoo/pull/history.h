/* history.h - when tickets were first assigned and closed, asked of Odoo. */
#ifndef QUALIODOO_PULL_HISTORY_H
#define QUALIODOO_PULL_HISTORY_H

#include "qualiodoo/pull/pull.h"
#include "qualiodoo/store/history.h"

/* Asks Odoo when tickets were first assigned and closed, where its fields may show a later time,
 * and keeps the answers. */
int history_ask(struct pull *pull, const struct ids *tickets, struct error *error);

/* Of tickets whose history could not be read: forgets that, where the right was given since or
 * everything is read again, so that they are judged and asked for again. */
int history_retry(struct pull *pull, struct error *error);

/* By what this Odoo lets the agent read who was assigned when. */
enum history_source {
    HISTORY_BY_NOTHING,
    HISTORY_BY_VALUES,   /* mail.tracking.value, to which `setup` gives the right */
    HISTORY_BY_MESSAGES, /* message_format, of 17 and before; on 16 it names no field */
};
int history_find_source(struct odoo *odoo, enum history_source *ret, struct error *error);

#endif
