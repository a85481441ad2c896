/* cycle_report.h - filling the report of a cycle (sync.h). */
#ifndef QUALIODOO_CYCLE_REPORT_H
#define QUALIODOO_CYCLE_REPORT_H

#include "qualiodoo/sync.h"

/* An empty report; cycle_report_free() frees it, also after a failure. */
int cycle_report_open(struct cycle_report *report, struct error *error);

/* Gives tickets their numbers and customers their names, as the state has them, under "name". */
int cycle_report_name(struct cycle_report *report, struct store *store, struct error *error);

#endif
