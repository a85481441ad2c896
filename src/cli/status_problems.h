/* status_problems.h - what `status` finds in the state beside failed cycles and old mirrors;
 * internal to cli. Each function adds texts to `problems`, an array. */
#ifndef QUALIODOO_CLI_STATUS_PROBLEMS_H
#define QUALIODOO_CLI_STATUS_PROBLEMS_H

#include "view.h"

/* The last reconciliation of everything, by status.max_reconcile_age. Times as the state has them,
 * YYYY-MM-DDTHH:MM:SSZ, NULL for never: the first success is that of a first pull, which has read
 * everything too, so that a new state is young without a reconciliation. */
void status_find_reconcile_age(json_t *problems, const struct config *config,
                               const char *last_reconcile, const char *first_success);

/* Tickets whose total in Odoo counts work that the agent does not see. */
int status_find_hidden_work(json_t *problems, struct store *store, struct error *error);

/* What is not charged or credited though it should be, and nobody may have noticed. */
int status_find_money(json_t *problems, const struct view *view, struct error *error);

#endif
