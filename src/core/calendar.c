/* calendar.c - questions of business time, each a binary search over the compiled intervals.
 * What DST does to a deadline in days is in calendar_add_days(), to hours in calendar_build.c. */
#include "qualiodoo/core/calendar.h"

#include "calendar_internal.h"
#include "qualiodoo/util/civil.h"

/* The first interval that ends after `when`; n_intervals when there is none. */
static size_t first_after(const struct calendar *calendar, instant when)
{
    size_t low = 0, high = calendar->n_intervals;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (calendar->intervals[middle].end > when)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Business seconds from the beginning of the calendar to `when`. */
static int64_t worked(const struct calendar *calendar, instant when)
{
    size_t i = first_after(calendar, when);
    instant start;

    if (i == calendar->n_intervals)
        return calendar->total;
    start = calendar->intervals[i].start;
    return calendar->before[i] + (when > start ? when - start : 0);
}

const struct calendar_interval *calendar_intervals(const struct calendar *calendar,
                                                   size_t *ret_count)
{
    *ret_count = calendar->n_intervals;
    return calendar->intervals;
}

int64_t calendar_between(const struct calendar *calendar, instant from, instant to)
{
    return to <= from ? 0 : worked(calendar, to) - worked(calendar, from);
}

bool calendar_opening(const struct calendar *calendar, instant when, instant *ret)
{
    size_t i = first_after(calendar, when);

    if (i == calendar->n_intervals || when < calendar->from)
        return false;
    *ret = when > calendar->intervals[i].start ? when : calendar->intervals[i].start;
    return true;
}

bool calendar_add_seconds(const struct calendar *calendar, instant start, int64_t seconds,
                          instant *ret)
{
    int64_t target = worked(calendar, start) + seconds;
    size_t low = 0, high = calendar->n_intervals;

    if (start < calendar->from || target > calendar->total)
        return false;
    if (seconds == 0) {
        *ret = start;
        return true;
    }
    /* The last interval that begins before `target` seconds are worked. */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (calendar->before[middle] < target)
            low = middle;
        else
            high = middle;
    }
    *ret = calendar->intervals[low].start + (target - calendar->before[low]);
    return true;
}

/* Index of the first working day after `day`; n_days when there is none. */
static size_t working_day_after(const struct calendar *calendar, civil_day day)
{
    size_t low = 0, high = calendar->n_days;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (calendar->days[middle] > day)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Whether `when` is inside an interval or at its very end. */
static bool is_inside(const struct calendar *calendar, instant when)
{
    size_t i = first_after(calendar, when - 1);

    return i < calendar->n_intervals && calendar->intervals[i].start <= when;
}

bool calendar_add_days(const struct calendar *calendar, instant start, int days, instant *ret)
{
    instant local = calendar_local(calendar->offsets, calendar->n_offsets, start), when;
    civil_day day = civil_from_instant(local);
    size_t place = working_day_after(calendar, day) + (size_t)days - 1;

    if (start < calendar->from || place >= calendar->n_days)
        return false;
    local += (instant)(calendar->days[place] - day) * SECONDS_PER_DAY;
    when = calendar_utc(calendar->offsets, calendar->n_offsets, local, CALENDAR_FIRST);
    if (is_inside(calendar, when)) {
        *ret = when;
        return true;
    }
    return calendar_opening(calendar, when, ret);
}
