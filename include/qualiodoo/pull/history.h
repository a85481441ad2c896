/* history.h - when tickets were first assigned and first closed, read from the changes that Odoo
 * tracked. */
#ifndef QUALIODOO_PULL_HISTORY_H
#define QUALIODOO_PULL_HISTORY_H

#include "qualiodoo/pull/open.h"
#include "qualiodoo/store/history.h"

/* Reads the tracked changes of `tickets` (ids, sorted) and saves when each was first assigned and
 * first closed: the ticket's own fields hold only the last time. Where this Odoo does not show its
 * tracking, the history is saved as unknown, which is no error. After a failure, the answers of the
 * batches before it are kept. */
int history_ask(struct pull *pull, const struct ids *tickets, struct error *error);

/* Marks unknown histories as not asked, so that these tickets are judged again and their history is
 * read again. Does so in a full pull, or when the agent was given the right to read
 * mail.tracking.value since. Asks Odoo at most once per pull. */
int history_retry(struct pull *pull, struct error *error);

/* Where this Odoo lets the agent read the tracked changes. */
enum history_source {
    HISTORY_BY_NOTHING,  /* nowhere: histories are unknown */
    HISTORY_BY_VALUES,   /* the model mail.tracking.value; `setup` gives the right to read it */
    HISTORY_BY_MESSAGES, /* mail.message.message_format; used on 17 only: 16 does not name the
                            changed field, 18 has no such method */
};
/* Finds the source in this Odoo; a refused question is HISTORY_BY_NOTHING, not an error. */
int history_find_source(struct odoo *odoo, enum history_source *ret, struct error *error);

#endif
