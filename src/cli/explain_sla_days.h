/* explain_sla_days.h - part of `explain sla`: the days up to the deadline. */
#ifndef QUALIODOO_CLI_EXPLAIN_SLA_DAYS_H
#define QUALIODOO_CLI_EXPLAIN_SLA_DAYS_H

#include <jansson.h>

#include "qualiodoo/compute/respond.h"

/* Adds "intervals", "skipped" and "leaves" to the document: the working time from the start to the
 * deadline, the days without any from the creation on, and the leaves that took working time.
 * `calendar` is today's; NULL when it no longer gives the deadline: all three are then empty. */
int explain_sla_days(const struct config *config, const struct target_verdict *target,
                     const struct respond_calendar *calendar, json_t *document,
                     struct error *error);

#endif
