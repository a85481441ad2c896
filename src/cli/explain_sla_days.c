/* explain_sla_days.c - explain sla: the working time that was counted, and the days that were
 * not. */
#include "explain_sla_days.h"

#include <stdlib.h>

#include "qualiodoo/core/calendar_build.h"
#include "qualiodoo/store/calendars.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/json_build.h"
#include "view.h"

struct days {
    const struct config *config;
    const struct target_verdict *target;
    const struct respond_calendar *calendar;
    struct calendar *base; /* `calendar` without its leaves; NULL: it is sla.hours */
    json_t *intervals, *skipped, *leaves;
};

static instant later(instant a, instant b)
{
    return a > b ? a : b;
}

static instant earlier(instant a, instant b)
{
    return a < b ? a : b;
}

static int compile_base(struct days *days, struct error *error)
{
    const struct calendar_rows *rows = days->calendar->rows;
    const struct tz *tz = days->calendar->tz;
    instant from = days->target->ticket->facts.response.created;
    instant to = days->target->verdict.deadline;
    struct utc_offset *offsets = NULL;
    struct calendar_spec spec = {.attendances = rows->attendances,
                                 .n_attendances = rows->n_attendances,
                                 .first = tz_civil_day(tz, from),
                                 .last = tz_civil_day(tz, to)};
    int rc = tz_offsets(tz, from - (instant)2 * SECONDS_PER_DAY, to + (instant)2 * SECONDS_PER_DAY,
                        &offsets, &spec.n_offsets);

    if (rc < 0)
        return error_memory(error);
    spec.offsets = offsets;
    rc = calendar_compile(&spec, &days->base, error);
    free(offsets);
    return rc;
}

/* ---- What was counted ---- */

static void list_intervals(struct days *days)
{
    const struct sla_verdict *verdict = &days->target->verdict;
    size_t count;
    const struct calendar_interval *intervals =
        calendar_intervals(days->calendar->calendar, &count);
    int64_t total = 0;

    for (size_t i = 0; i < count && intervals[i].start < verdict->deadline; i++) {
        instant start = later(intervals[i].start, verdict->started);
        instant end = earlier(intervals[i].end, verdict->deadline);

        if (end <= start)
            continue;
        total += end - start;
        json_build_add(&days->intervals,
                       json_pack("{so so so sI sI}", "day", json_day(intervals[i].day), "start",
                                 json_instant(start), "end", json_instant(end), "seconds",
                                 (json_int_t)(end - start), "total_seconds", (json_int_t)total));
    }
}

/* ---- What was not ---- */

/* The working time of a day, in seconds. */
static int64_t worked_on(const struct calendar *calendar, civil_day day)
{
    size_t low = 0, high;
    const struct calendar_interval *intervals = calendar_intervals(calendar, &high);
    size_t count = high;
    int64_t worked = 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (intervals[middle].day < day)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < count && intervals[low].day == day; low++)
        worked += intervals[low].end - intervals[low].start;
    return worked;
}

/* A target in days skips a day with less than a minute of working time; one in hours counts it. */
static bool has_day(const struct days *days, const struct calendar *calendar, civil_day day)
{
    int64_t least = days->target->verdict.target.days ? CALENDAR_WORKING_DAY_SECONDS : 1;

    return worked_on(calendar, day) >= least;
}

/* The first leave that takes working time of that day, or -1. */
static int64_t leave_of_day(const struct days *days, civil_day day)
{
    const struct calendar_rows *rows = days->calendar->rows;
    size_t count;
    const struct calendar_interval *intervals = calendar_intervals(days->base, &count);

    for (size_t leave = 0; leave < rows->n_leaves; leave++)
        for (size_t i = 0; i < count && intervals[i].day <= day; i++)
            if (intervals[i].day == day && rows->leaves[leave].start < intervals[i].end &&
                rows->leaves[leave].end > intervals[i].start)
                return (int64_t)leave;
    return -1;
}

static json_t *leave_record(const struct calendar_rows *rows, int64_t leave)
{
    return leave < 0
               ? json_null()
               : json_sprintf("resource.calendar.leaves:%lld", (long long)rows->leave_ids[leave]);
}

static json_t *skipped_json(civil_day day, const char *reason, const char *name, json_t *leave)
{
    return json_pack("{so ss so so}", "day", json_day(day), "reason", reason, "name",
                     json_text(name && *name ? name : NULL), "leave", leave);
}

static void skip_mirrored(struct days *days, civil_day day)
{
    const struct calendar_rows *rows = days->calendar->rows;
    int64_t leave = has_day(days, days->base, day) ? leave_of_day(days, day) : -1;

    json_build_add(&days->skipped, skipped_json(day, leave < 0 ? "no_hours" : "leave",
                                                leave < 0 ? NULL : rows->leave_names[leave],
                                                leave_record(rows, leave)));
}

static void skip_configured(struct days *days, civil_day day)
{
    const struct config *config = days->config;
    const struct holidays holidays = respond_holidays(config);
    const char *holiday = holidays_name(&holidays, day, config->language == LANGUAGE_FR);
    const char *reason = holiday ? "holiday" : "closed";

    if (!config->sla.n_hours[civil_weekday(day)]) {
        reason = "no_hours";
        holiday = NULL;
    }
    json_build_add(&days->skipped, skipped_json(day, reason, holiday, json_null()));
}

static void list_skipped(struct days *days)
{
    const struct respond_calendar *calendar = days->calendar;
    civil_day last = tz_civil_day(calendar->tz, days->target->verdict.deadline);
    civil_day day = tz_civil_day(calendar->tz, days->target->ticket->facts.response.created);

    for (; day <= last; day++) {
        if (has_day(days, calendar->calendar, day))
            continue;
        if (days->base)
            skip_mirrored(days, day);
        else
            skip_configured(days, day);
    }
}

static void list_leaves(struct days *days)
{
    const struct calendar_rows *rows = days->calendar->rows;
    instant from = days->target->ticket->facts.response.created;
    instant to = days->target->verdict.deadline;

    for (size_t i = 0; rows && i < rows->n_leaves; i++) {
        const struct calendar_leave *leave = &rows->leaves[i];
        int64_t taken =
            calendar_between(days->base, later(leave->start, from), earlier(leave->end, to));

        if (taken > 0)
            json_build_add(
                &days->leaves,
                json_pack("{so so so so}", "leave", leave_record(rows, (int64_t)i), "name",
                          json_text(*rows->leave_names[i] ? rows->leave_names[i] : NULL), "start",
                          json_instant(leave->start), "end", json_instant(leave->end)));
    }
}

int explain_sla_days(const struct config *config, const struct target_verdict *target,
                     const struct respond_calendar *calendar, json_t *document, struct error *error)
{
    struct days days = {.config = config,
                        .target = target,
                        .calendar = calendar,
                        .intervals = json_array(),
                        .skipped = json_array(),
                        .leaves = json_array()};
    int rc = calendar && calendar->rows ? compile_base(&days, error) : 0;

    if (rc == 0 && calendar) {
        list_intervals(&days);
        list_skipped(&days);
        list_leaves(&days);
    }
    if (json_object_set_new(document, "intervals", days.intervals) < 0 ||
        json_object_set_new(document, "skipped", days.skipped) < 0 ||
        json_object_set_new(document, "leaves", days.leaves) < 0)
        rc = rc < 0 ? rc : error_memory(error);
    calendar_free(days.base);
    return rc;
}
