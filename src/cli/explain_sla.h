/* explain_sla.h - the parts of `explain sla`. The JSON document is made first; the text for people
 * is made from it. */
#ifndef QUALIODOO_CLI_EXPLAIN_SLA_H
#define QUALIODOO_CLI_EXPLAIN_SLA_H

#include "qualiodoo/compute/respond.h"
#include "view.h"

/* Adds "intervals", "skipped" and "leaves" to the document: the working time from the start to the
 * deadline, the days without any from the creation on, and the leaves that took working time.
 * `calendar` is today's; NULL when it no longer gives the deadline: all three are then empty. */
int explain_sla_days(const struct config *config, const struct target_verdict *target,
                     const struct respond_calendar *calendar, json_t *document,
                     struct error *error);

/* Adds "written" and "not_written": what was written into Odoo about the ticket, or why nothing
 * was. `owed`: the ticket is owed a response, so that target->verdict is set. */
int explain_sla_written(const struct view *view, const struct target_verdict *target, bool owed,
                        json_t *document, struct error *error);

/* Prints the document as text on stdout, with times in `zone`, whose name is `zone_name`. */
void explain_sla_text(const struct tz *zone, const char *zone_name, json_t *document);

#endif
