/* writeback_report.c - counts, and lists the writes that were sent. */
#include "qualiodoo/writeback/writeback_report.h"

#include <string.h>

#include "qualiodoo/util/json_build.h"

int writeback_report_open(struct writeback_report *report, struct error *error)
{
    *report = (struct writeback_report){.written = json_array()};
    return writeback_report_check(report, error);
}

int writeback_report_check(const struct writeback_report *report, struct error *error)
{
    return report->written ? 0 : error_memory(error);
}

void writeback_report_free(struct writeback_report *report)
{
    json_decref(report->written);
    *report = (struct writeback_report){0};
}

void writeback_report_written(struct writeback_report *report, const struct outbox_row *row)
{
    bool credit = strcmp(row->model, "res.partner") == 0 || row->part == OUTBOX_ACCOUNT;

    report->sent++;
    json_build_add(&report->written,
                   json_pack("{ss ss sI}", "part", outbox_part_name(row->part), "key", row->key,
                             credit ? "customer" : "ticket", (json_int_t)row->subject));
}
