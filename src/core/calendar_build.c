/* calendar_build.c - from weekly hours and leaves to sorted UTC intervals.
 *
 * The attendances of each local day are converted to UTC and joined where they overlap or touch;
 * then the leaves are cut out. Local times that DST skips or repeats: see calendar.h. */
#include "qualiodoo/core/calendar_build.h"

#include <stdlib.h>
#include <string.h>

#include "calendar_internal.h"
#include "qualiodoo/util/array.h"
#include "qualiodoo/util/civil.h"

enum { MINUTE_SECONDS = 60, WEEK_DAYS = 7 };

/* ---- Local time ---- */

static size_t offset_at(const struct utc_offset *offsets, size_t count, instant when)
{
    size_t low = 0, high = count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (offsets[middle].from <= when)
            low = middle;
        else
            high = middle;
    }
    return low;
}

instant calendar_local(const struct utc_offset *offsets, size_t count, instant when)
{
    return when + offsets[offset_at(offsets, count, when)].seconds;
}

instant calendar_utc(const struct utc_offset *offsets, size_t count, instant local,
                     enum calendar_repeat repeat)
{
    /* Every UTC offset is less than a day: only changes within a day of `local` matter. */
    size_t first = offset_at(offsets, count, local - SECONDS_PER_DAY);
    size_t last = offset_at(offsets, count, local + SECONDS_PER_DAY);
    instant found = local - offsets[first].seconds;

    for (size_t i = first; i <= last; i++) {
        instant when = local - offsets[i].seconds;

        if (i > first && when < offsets[i].from)
            break; /* this offset is not yet in force at `local` */
        if (i > first && repeat == CALENDAR_FIRST && found < offsets[i].from)
            break;
        found = when;
    }
    return found;
}

int calendar_week_parity(civil_day day)
{
    enum { ORDINAL_OF_1970 = 719163 }; /* 0001-01-01 is 1 */
    int64_t ordinal = (int64_t)day + ORDINAL_OF_1970;

    return (int)(((ordinal - 1) / WEEK_DAYS) % 2);
}

/* ---- One day ---- */

struct build {
    const struct calendar_spec *spec;
    struct calendar *calendar;
    struct calendar_leave *leaves; /* sorted, disjoint */
    size_t n_leaves, next_leave;
    civil_day *closed;             /* sorted */
    struct calendar_interval *day; /* of the day being built, before leaves */
    size_t n_day;
};

static int compare_intervals(const void *left, const void *right)
{
    const struct calendar_interval *a = left, *b = right;

    return (a->start > b->start) - (a->start < b->start);
}

static int compare_leaves(const void *left, const void *right)
{
    const struct calendar_leave *a = left, *b = right;

    return (a->start > b->start) - (a->start < b->start);
}

static int compare_days(const void *left, const void *right)
{
    civil_day a = *(const civil_day *)left, b = *(const civil_day *)right;

    return (a > b) - (a < b);
}

static bool applies(const struct calendar_attendance *attendance, civil_day day)
{
    return attendance->weekday == civil_weekday(day) &&
           (attendance->week == CALENDAR_EVERY_WEEK ||
            (int)attendance->week == calendar_week_parity(day)) &&
           (!attendance->has_first || day >= attendance->first) &&
           (!attendance->has_last || day <= attendance->last);
}

static instant earlier(instant a, instant b)
{
    return a < b ? a : b;
}

static instant later(instant a, instant b)
{
    return a > b ? a : b;
}

/* Minute 1440 is the next local midnight: the length of a day is not always 24 hours. */
static instant local_minute(const struct calendar_spec *spec, civil_day day, int minute)
{
    return calendar_utc(spec->offsets, spec->n_offsets,
                        (instant)day * SECONDS_PER_DAY + (instant)minute * MINUTE_SECONDS,
                        CALENDAR_SECOND);
}

/* The day's hours in UTC, sorted and joined. Hours that a change of offset moves out of the local
 * day are cut off, so that days never overlap; a date that the zone skipped has no working time. */
static void collect_day(struct build *build, civil_day day)
{
    const struct calendar_spec *spec = build->spec;
    instant midnight = local_minute(spec, day, 0);
    instant next = local_minute(spec, day, CALENDAR_DAY_MINUTES);
    size_t count = 0, kept = 0;

    for (size_t i = 0; i < spec->n_attendances; i++) {
        const struct calendar_attendance *attendance = &spec->attendances[i];
        struct calendar_interval interval = {.day = day};

        if (!applies(attendance, day))
            continue;
        interval.start = later(local_minute(spec, day, attendance->start_minute), midnight);
        interval.end = earlier(local_minute(spec, day, attendance->end_minute), next);
        if (interval.start < interval.end)
            build->day[count++] = interval;
    }
    if (count > 1)
        qsort(build->day, count, sizeof *build->day, compare_intervals);
    for (size_t i = 0; i < count; i++) {
        if (kept && build->day[i].start <= build->day[kept - 1].end) {
            if (build->day[i].end > build->day[kept - 1].end)
                build->day[kept - 1].end = build->day[i].end;
        } else {
            build->day[kept++] = build->day[i];
        }
    }
    build->n_day = kept;
}

static int append(struct build *build, instant start, instant end, civil_day day)
{
    struct calendar *calendar = build->calendar;
    size_t count = calendar->n_intervals;

    if (start >= end)
        return 0;
    if (ARRAY_RESERVE(calendar->intervals, calendar->size, count + 1) < 0 ||
        ARRAY_RESERVE(calendar->before, calendar->before_size, count + 1) < 0)
        return ERR_NO_MEMORY;
    calendar->intervals[count] = (struct calendar_interval){start, end, day};
    calendar->before[count] = calendar->total;
    calendar->total += end - start;
    calendar->n_intervals++;
    return 0;
}

/* Appends the interval without its leaves. Intervals come in order, so a leave that ends before
 * this one is skipped for good (next_leave). */
static int append_without_leaves(struct build *build, struct calendar_interval interval)
{
    instant start = interval.start;

    while (build->next_leave < build->n_leaves &&
           build->leaves[build->next_leave].end <= interval.start)
        build->next_leave++;
    for (size_t i = build->next_leave; i < build->n_leaves && build->leaves[i].start < interval.end;
         i++) {
        if (append(build, start, build->leaves[i].start, interval.day) < 0)
            return ERR_NO_MEMORY;
        start = build->leaves[i].end;
    }
    return append(build, start, interval.end, interval.day);
}

/* ---- The whole ---- */

/* Copies and sorts the input; leaves that overlap or touch become one, empty ones are dropped. */
static int prepare(struct build *build)
{
    const struct calendar_spec *spec = build->spec;
    struct calendar *calendar = build->calendar;
    size_t count = 0, kept = 0;

    build->day = calloc(spec->n_attendances + 1, sizeof *build->day);
    build->leaves = calloc(spec->n_leaves + 1, sizeof *build->leaves);
    build->closed = calloc(spec->n_closed + 1, sizeof *build->closed);
    calendar->offsets = calloc(spec->n_offsets, sizeof *calendar->offsets);
    if (!build->day || !build->leaves || !build->closed || !calendar->offsets)
        return ERR_NO_MEMORY;
    memcpy(calendar->offsets, spec->offsets, spec->n_offsets * sizeof *spec->offsets);
    calendar->n_offsets = spec->n_offsets;
    calendar->from = local_minute(spec, spec->first, 0);
    if (spec->n_closed) {
        memcpy(build->closed, spec->closed, spec->n_closed * sizeof *spec->closed);
        qsort(build->closed, spec->n_closed, sizeof *build->closed, compare_days);
    }
    for (size_t i = 0; i < spec->n_leaves; i++)
        if (spec->leaves[i].start < spec->leaves[i].end)
            build->leaves[count++] = spec->leaves[i];
    if (count)
        qsort(build->leaves, count, sizeof *build->leaves, compare_leaves);
    for (size_t i = 0; i < count; i++) {
        if (kept && build->leaves[i].start <= build->leaves[kept - 1].end) {
            if (build->leaves[i].end > build->leaves[kept - 1].end)
                build->leaves[kept - 1].end = build->leaves[i].end;
        } else {
            build->leaves[kept++] = build->leaves[i];
        }
    }
    build->n_leaves = kept;
    return 0;
}

static int build_days(struct build *build)
{
    const struct calendar_spec *spec = build->spec;
    int rc = 0;

    for (civil_day day = spec->first; day <= spec->last && rc == 0; day++) {
        if (spec->n_closed &&
            bsearch(&day, build->closed, spec->n_closed, sizeof day, compare_days))
            continue;
        collect_day(build, day);
        for (size_t i = 0; i < build->n_day && rc == 0; i++)
            rc = append_without_leaves(build, build->day[i]);
    }
    return rc;
}

/* Lists the working days. A day's working time is the sum over its intervals. */
static int list_days(struct calendar *calendar)
{
    size_t end;

    calendar->days = calloc(calendar->n_intervals + 1, sizeof *calendar->days);
    if (!calendar->days)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < calendar->n_intervals; i = end) {
        civil_day day = calendar->intervals[i].day;
        int64_t worked = 0;

        for (end = i; end < calendar->n_intervals && calendar->intervals[end].day == day; end++)
            worked += calendar->intervals[end].end - calendar->intervals[end].start;
        if (worked >= CALENDAR_WORKING_DAY_SECONDS)
            calendar->days[calendar->n_days++] = day;
    }
    return 0;
}

int calendar_compile(const struct calendar_spec *spec, struct calendar **ret, struct error *error)
{
    struct build build = {.spec = spec, .calendar = calloc(1, sizeof(struct calendar))};
    int rc = build.calendar ? prepare(&build) : ERR_NO_MEMORY;

    if (rc == 0)
        rc = build_days(&build);
    if (rc == 0)
        rc = list_days(build.calendar);
    free(build.day);
    free(build.leaves);
    free(build.closed);
    if (rc == 0 && build.calendar->n_intervals == 0) {
        calendar_free(build.calendar);
        return error_set(error, ERR_CONFIG, "it has no working time at all");
    }
    if (rc < 0) {
        calendar_free(build.calendar);
        return error_memory(error);
    }
    *ret = build.calendar;
    return 0;
}

void calendar_free(struct calendar *calendar)
{
    if (!calendar)
        return;
    free(calendar->intervals);
    free(calendar->before);
    free(calendar->days);
    free(calendar->offsets);
    free(calendar);
}
