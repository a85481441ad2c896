/* view_revoked.h - the accounts that a changed setting would take credit from; internal to cli. */
#ifndef QUALIODOO_CLI_VIEW_REVOKED_H
#define QUALIODOO_CLI_VIEW_REVOKED_H

#include <jansson.h>

#include "qualiodoo/util/error.h"

/* Prints a table of the accounts of cycle_report.revoked: the first ones, and how many more there
 * are. Prints nothing when there is none. */
int view_revoked(json_t *accounts, struct error *error);

#endif
