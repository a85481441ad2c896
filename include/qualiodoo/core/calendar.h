/* calendar.h - business time (DOMAIN.md, section 8). Pure.
 *
 * A calendar is compiled once into sorted UTC working intervals with running totals; every question
 * is then a binary search. Times are UTC seconds; working intervals are half-open [start, end).
 *
 * Local times that DST skips or repeats. Hours of attendances follow Odoo (pytz, is_dst=False): a
 * skipped time is taken with the offset before the change, a repeated one is the second of the two;
 * what that moves out of its local day is cut off. A deadline in days lands on the first of the
 * two: Odoo has no such deadline, and the earlier promise is the safer one. */
#ifndef QUALIODOO_CORE_CALENDAR_H
#define QUALIODOO_CORE_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/util/error.h"
#include "qualiodoo/util/units.h"

#define CALENDAR_DAY_MINUTES 1440
#define CALENDAR_WORKING_DAY_SECONDS 60

enum calendar_week {
    CALENDAR_EVERY_WEEK = -1,
    CALENDAR_FIRST_WEEK = 0, /* parity of the week, as Odoo counts it: see calendar_week_parity() */
    CALENDAR_SECOND_WEEK = 1,
};

/* Weekly working hours, in local time. Overlapping ones count once. */
struct calendar_attendance {
    int weekday; /* 0 Monday .. 6 Sunday */
    enum calendar_week week;
    int start_minute,
        end_minute;           /* of the day, 0..1440, start < end; 1440: the next local midnight */
    bool has_first, has_last; /* only from, or until, these dates (both included) */
    civil_day first, last;
};

/* A closed period [start, end); one that ends before it starts closes nothing. */
struct calendar_leave {
    instant start, end;
};

/* Everything a calendar is made of; all of it borrowed for the call. Leaves and closed days may
 * overlap and come in any order. */
struct calendar_spec {
    const struct calendar_attendance *attendances;
    size_t n_attendances;
    const struct calendar_leave *leaves;
    size_t n_leaves;
    const civil_day *closed; /* whole local days */
    size_t n_closed;
    const struct utc_offset *offsets; /* of its time zone, sorted; the first also holds before it */
    size_t n_offsets;                 /* >= 1 */
    civil_day first, last;            /* local days to compile, both included */
};

struct calendar;

struct calendar_interval {
    instant start, end;
    civil_day day; /* the local date it belongs to: none spans local midnight */
};

/* ERR_CONFIG: no working time at all between the two days. ERR_NO_MEMORY. */
int calendar_compile(const struct calendar_spec *spec, struct calendar **ret, struct error *error);
void calendar_free(struct calendar *calendar); /* NULL is allowed */

/* The working intervals, sorted; borrowed. Intervals that touch are joined within a local day. */
const struct calendar_interval *calendar_intervals(const struct calendar *calendar,
                                                   size_t *ret_count);

/* Business seconds in [from, to); 0 when to <= from. What is outside of the compiled days does not
 * count: callers compile enough of them. */
int64_t calendar_between(const struct calendar *calendar, instant from, instant to);

/* `when` itself when it is inside an interval, else the start of the next one. An interval's end is
 * outside. False when the compiled days hold no later opening. */
bool calendar_opening(const struct calendar *calendar, instant when, instant *ret);

/* The instant at which `seconds` (>= 0) of business time have passed since `start`; a result that
 * falls on an interval's end stays there. False when the compiled days do not suffice. */
bool calendar_add_seconds(const struct calendar *calendar, instant start, int64_t seconds,
                          instant *ret);

/* The same local time of day on the `days`-th (>= 1) working day after the local date of `start`,
 * an instant inside working time (see calendar_opening()); when that instant is outside working
 * time, the next opening, on a later day if need be; an interval's end counts as inside. A working
 * day is a local date with at least CALENDAR_WORKING_DAY_SECONDS of working time left after leaves:
 * Odoo stores a day off to 23:59:59, and that last second is no day. For local times that DST skips
 * or repeats, see the head. False when the compiled days do not suffice. */
bool calendar_add_days(const struct calendar *calendar, instant start, int days, instant *ret);

/* 0 or 1: the parity that Odoo's two-week calendars use, which is not that of the ISO week. */
int calendar_week_parity(civil_day day);

#endif
