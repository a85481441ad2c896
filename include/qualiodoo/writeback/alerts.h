/* alerts.h - notes and activities about a customer's credit. */
#ifndef QUALIODOO_WRITEBACK_ALERTS_H
#define QUALIODOO_WRITEBACK_ALERTS_H

#include <jansson.h>

#include "qualiodoo/util/units.h"
#include "qualiodoo/writeback/writeback.h"

/* Queues the alerts that became true and the corrections of those that no longer are. Does nothing
 * unless writeback.balance.alerts is set.
 *
 * accounts: the customers whose account changed, a JSON array of ids; borrowed. All accounts are
 *           examined instead on the first call of a day and after a change of the rules.
 * today:    the day by which credit expires.
 *
 * Errors: ERR_STATE, ERR_NO_MEMORY. After a failure some alerts may be queued; the next call
 * completes them, as an alert that is in the outbox is not queued again. */
int alerts_update(const struct writeback *writeback, const json_t *accounts, civil_day today,
                  struct error *error);

#endif
