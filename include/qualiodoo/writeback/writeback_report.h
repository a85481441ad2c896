/* writeback_report.h - what was queued for Odoo, and what came of what was sent. */
#ifndef QUALIODOO_WRITEBACK_WRITEBACK_REPORT_H
#define QUALIODOO_WRITEBACK_WRITEBACK_REPORT_H

#include <jansson.h>
#include <stdint.h>

#include "qualiodoo/store/outbox.h"
#include "qualiodoo/util/error.h"

struct writeback_report {
    int64_t queued, sent, refused; /* writes */
    json_t *written; /* array of {"part", "key", "ticket" or "customer", "name"?}: what Odoo took */
};

/* An empty report; free it with writeback_report_free(), also after a failure. */
int writeback_report_open(struct writeback_report *report, struct error *error);
void writeback_report_free(struct writeback_report *report);

/* ERR_NO_MEMORY when something could not be noted for lack of memory. */
int writeback_report_check(const struct writeback_report *report, struct error *error);

/* Counts and notes a write that Odoo has. */
void writeback_report_written(struct writeback_report *report, const struct outbox_row *row);

#endif
