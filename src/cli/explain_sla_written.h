/* explain_sla_written.h - part of `explain sla`: what was written into Odoo. */
#ifndef QUALIODOO_CLI_EXPLAIN_SLA_WRITTEN_H
#define QUALIODOO_CLI_EXPLAIN_SLA_WRITTEN_H

#include "qualiodoo/store/targets.h"
#include "view.h"

/* Adds "written" and "not_written": what was written into Odoo about the ticket, or why nothing
 * was. `owed`: the ticket is owed a response, so that target->verdict is set. */
int explain_sla_written(const struct view *view, const struct target_verdict *target, bool owed,
                        json_t *document, struct error *error);

#endif
