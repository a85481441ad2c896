/* alerts.h - what is said on customers of their credit. */
#ifndef QUALIODOO_WRITEBACK_ALERTS_H
#define QUALIODOO_WRITEBACK_ALERTS_H

#include <jansson.h>

#include "qualiodoo/util/units.h"
#include "qualiodoo/writeback/writeback.h"

/* Queues what is to be said of the accounts that changed (`accounts`, an array of customer ids), or
 * of all once a day and under new rules. */
int alerts_update(const struct writeback *writeback, const json_t *accounts, civil_day today,
                  struct error *error);

#endif
