/* explain_sla_text.h - part of `explain sla`: its JSON document, which is made first, as text. */
#ifndef QUALIODOO_CLI_EXPLAIN_SLA_TEXT_H
#define QUALIODOO_CLI_EXPLAIN_SLA_TEXT_H

#include <jansson.h>

#include "qualiodoo/util/tz.h"

/* Prints the document as text on stdout, with times in `zone`, whose name is `zone_name`. */
void explain_sla_text(const struct tz *zone, const char *zone_name, json_t *document);

#endif
