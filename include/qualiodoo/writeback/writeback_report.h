/* writeback_report.h - counts of what a cycle queued for Odoo, sent, and saw refused. */
#ifndef QUALIODOO_WRITEBACK_WRITEBACK_REPORT_H
#define QUALIODOO_WRITEBACK_WRITEBACK_REPORT_H

#include <jansson.h>
#include <stdint.h>

#include "qualiodoo/store/outbox.h"
#include "qualiodoo/util/error.h"

struct writeback_report {
    int64_t queued, sent, refused; /* rows of the outbox */
    json_t *written; /* the rows sent: array of {"part", "key", "ticket" or "customer", "name"?};
                        NULL after memory ran out */
};

/* Makes an empty report; free it with writeback_report_free(), also after a failure. */
int writeback_report_open(struct writeback_report *report, struct error *error);
void writeback_report_free(struct writeback_report *report);

/* ERR_NO_MEMORY when a row could not be added for lack of memory. */
int writeback_report_check(const struct writeback_report *report, struct error *error);

/* Counts and lists a row whose write Odoo holds. A lack of memory is told by
 * writeback_report_check(). */
void writeback_report_written(struct writeback_report *report, const struct outbox_row *row);

#endif
