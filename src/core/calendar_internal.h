/* calendar_internal.h - the compiled calendar, shared by calendar*.c only. */
#ifndef QUALIODOO_CALENDAR_INTERNAL_H
#define QUALIODOO_CALENDAR_INTERNAL_H

#include "qualiodoo/core/calendar.h"

struct calendar {
    struct calendar_interval *intervals; /* sorted, disjoint, none empty */
    int64_t *before;                     /* business seconds before each of them */
    size_t n_intervals, size, before_size;
    int64_t total;   /* business seconds of all intervals */
    civil_day *days; /* working days, sorted */
    size_t n_days;
    struct utc_offset *offsets; /* a copy */
    size_t n_offsets;
    instant from; /* start of the first compiled day */
};

/* Local time at `when`, in seconds since 1970-01-01T00:00 local time. */
instant calendar_local(const struct utc_offset *offsets, size_t count, instant when);

/* The instant of a local time. One that DST skips is taken with the offset before the change; of
 * one that DST repeats, `repeat` chooses the first or the second. */
enum calendar_repeat { CALENDAR_FIRST, CALENDAR_SECOND };
instant calendar_utc(const struct utc_offset *offsets, size_t count, instant local,
                     enum calendar_repeat repeat);

#endif
