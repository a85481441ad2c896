/* cycle_report.h - filling the report of a cycle (sync.h). */
#ifndef QUALIODOO_CYCLE_REPORT_H
#define QUALIODOO_CYCLE_REPORT_H

#include "qualiodoo/outbox.h"
#include "qualiodoo/sync.h"

/* An empty report; cycle_report_free() frees it, also after a failure. */
int cycle_report_open(struct cycle_report *report, struct error *error);

/* Notes an account whose balance fell by more than the work that was charged to it. */
void cycle_report_lost(struct cycle_report *report, int64_t account, minutes before, minutes after);

/* Counts and notes a write that Odoo has. */
void cycle_report_written(struct cycle_report *report, const struct outbox_row *row);

/* Gives tickets their numbers and customers their names, as the state has them, under "name". */
int cycle_report_name(struct cycle_report *report, struct store *store, struct error *error);

#endif
