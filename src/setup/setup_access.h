/* setup_access.h - who may do what with the models that setup makes, and the agent's right to read
 * the history of assignments; internal to setup. Errors: as odoo_execute()'s, and ERR_NO_MEMORY. */
#ifndef QUALIODOO_SETUP_ACCESS_H
#define QUALIODOO_SETUP_ACCESS_H

#include "setup_context.h"

/* Makes and repairs the access lines of a set's model. */
int setup_accesses(struct setup *setup, enum setup_set set, struct error *error);

/* The agent's right to read who was assigned when: makes or repairs its access line; finds it (0:
 * there is none). */
#define SETUP_HISTORY_MODEL "mail.tracking.value"
int setup_history_access(struct setup *setup, struct error *error);
int setup_find_history_access(const struct setup *setup, int64_t *ret_id, struct error *error);

/* The external id of the access line at `index`, NULL after the last one. *ret_adjustments: the
 * line belongs to the model of adjustments. */
const char *setup_access_external(size_t index, bool *ret_adjustments);

#endif
