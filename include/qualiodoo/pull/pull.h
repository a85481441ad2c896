/* pull.h - reads Odoo into the mirror. */
#ifndef QUALIODOO_PULL_PULL_H
#define QUALIODOO_PULL_PULL_H

#include "qualiodoo/pull/open.h"

/* Pulls every model, each after those whose ids its domain needs. After a failure the pages stored
 * so far remain, unless the caller's transaction is rolled back. ERR_SAFETY: more records vanished
 * than safety.max_delete allows; those were not deleted. ERR_INTERRUPTED after a signal. */
int pull_run(struct pull *pull, struct error *error);

/* pull_open() and pull_run(). When that fails in a way that outdated stored fields explain (Odoo
 * was upgraded, a module was installed or removed), asks for the fields again and repeats once. */
int pull_open_and_run(struct pull *pull, struct error *error);

/* Pulls the changed adjustments, and the res.partner `customer` with its account holder. */
int pull_adjustments(struct pull *pull, int64_t customer, struct error *error);

/* Reads these tickets (ids, sorted) again now, with their replies and timesheet lines. */
int pull_tickets(struct pull *pull, const struct ids *tickets, struct error *error);

/* The records that the agent wrote to; lists of ids. */
struct pull_written {
    const struct ids *tickets, *partners;
    const struct ids *shown; /* rows of MODEL_SHOWN */
};
/* Reads those records again, and the agent's new notes, so that the next pull sees no change in
 * them. */
int pull_read_back(struct pull *pull, const struct pull_written *written, struct error *error);

#endif
