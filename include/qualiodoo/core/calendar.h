/* calendar.h - questions of business time (DOMAIN.md, section 8). No I/O, no clock.
 *
 * A calendar is compiled once (calendar_build.h) into sorted UTC working intervals with running
 * totals; every question is then a binary search. Times are UTC seconds; working intervals are
 * half-open [start, end).
 *
 * Local times that DST skips or repeats: attendances follow Odoo (pytz, is_dst=False), which takes
 * a skipped time with the offset before the change and a repeated one as the second of the two; an
 * attendance that this moves out of its local day is cut off at midnight. A deadline in days takes
 * the first of two repeated times: Odoo has no such deadline, and an earlier one is never late. */
#ifndef QUALIODOO_CORE_CALENDAR_H
#define QUALIODOO_CORE_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/util/units.h"

#define CALENDAR_WORKING_DAY_SECONDS 60 /* see calendar_add_days() */

struct calendar;

struct calendar_interval {
    instant start, end;
    civil_day day; /* its local date: no interval spans local midnight */
};

/* The working intervals, sorted; borrowed. Intervals that touch are joined within a local day. */
const struct calendar_interval *calendar_intervals(const struct calendar *calendar,
                                                   size_t *ret_count);

/* Business seconds in [from, to); 0 when to <= from. Time outside the compiled days counts as
 * closed, so the caller compiles days enough. */
int64_t calendar_between(const struct calendar *calendar, instant from, instant to);

/* `when` itself when it is inside an interval, else the start of the next one. An interval's end is
 * outside. False when the compiled days hold no later opening. */
bool calendar_opening(const struct calendar *calendar, instant when, instant *ret);

/* The instant at which `seconds` (>= 0) of business time have passed since `start`; a result that
 * falls on an interval's end stays there. False when the compiled days do not suffice. */
bool calendar_add_seconds(const struct calendar *calendar, instant start, int64_t seconds,
                          instant *ret);

/* The same local time of day on the `days`-th (>= 1) working day after the local date of `start`,
 * an instant inside working time (see calendar_opening()). Where that time is outside working time,
 * the next opening, perhaps on a later day; an interval's end counts as inside. A working day is a
 * local date with at least CALENDAR_WORKING_DAY_SECONDS of working time left after leaves: Odoo
 * ends a day off at 23:59:59, and the one second left must not make a working day. Local times that
 * DST skips or repeats: see the head of this file. False when the compiled days do not suffice. */
bool calendar_add_days(const struct calendar *calendar, instant start, int days, instant *ret);

#endif
