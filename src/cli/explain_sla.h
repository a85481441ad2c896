/* explain_sla.h - parts of explain sla. The document is made first; the text is read from it. */
#ifndef QUALIODOO_CLI_EXPLAIN_SLA_H
#define QUALIODOO_CLI_EXPLAIN_SLA_H

#include "qualiodoo/compute/respond.h"
#include "view.h"

/* Adds "intervals", "skipped" and "leaves" to the document: the working time from the start to the
 * deadline, the days without any from the creation on, and the leaves that took working time.
 * `calendar` is today's; NULL (all three are empty): it is not the one of the deadline any more. */
int explain_sla_days(const struct config *config, const struct target_verdict *target,
                     const struct respond_calendar *calendar, json_t *document,
                     struct error *error);

/* Adds "written" and "not_written": what Odoo was told of the ticket, or why it was not. `owed`:
 * the target has a verdict. */
int explain_sla_written(const struct view *view, const struct target_verdict *target, bool owed,
                        json_t *document, struct error *error);

/* The document for reading, on stdout. */
void explain_sla_text(const struct tz *zone, const char *zone_name, json_t *document);

#endif
