/* pull_report.c - counts records by the name of their model in Odoo. */
#include "qualiodoo/pull/pull_report.h"
#include "qualiodoo/util/json_build.h"

int pull_report_open(struct pull_report *report, struct error *error)
{
    *report = (struct pull_report){
        .checked = json_object(),
        .created = json_object(),
        .updated = json_object(),
        .deleted = json_object(),
        .moves = json_array(),
    };
    return pull_report_check(report, error);
}

int pull_report_check(const struct pull_report *report, struct error *error)
{
    return report->checked && report->created && report->updated && report->deleted && report->moves
               ? 0
               : error_memory(error);
}

void pull_report_free(struct pull_report *report)
{
    json_decref(report->checked);
    json_decref(report->created);
    json_decref(report->updated);
    json_decref(report->deleted);
    json_decref(report->moves);
    *report = (struct pull_report){0};
}

void pull_report_count(json_t **counts, const char *model, int64_t number)
{
    json_int_t before = json_integer_value(json_object_get(*counts, model));

    if (number)
        json_build_set(counts, model, json_integer(before + number));
}

int64_t pull_report_checked(const struct pull_report *report, const char *model)
{
    return json_integer_value(json_object_get(report->checked, model));
}

bool pull_report_changed(const struct pull_report *report)
{
    return json_object_size(report->created) || json_object_size(report->updated) ||
           json_object_size(report->deleted);
}
