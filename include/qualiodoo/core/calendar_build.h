/* calendar_build.h - compiles weekly hours, leaves and closed days into a calendar, which answers
 * the questions of calendar.h. No I/O, no clock.
 *
 * Local times that DST skips or repeats: see the head of calendar.h. */
#ifndef QUALIODOO_CORE_CALENDAR_BUILD_H
#define QUALIODOO_CORE_CALENDAR_BUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "qualiodoo/util/error.h"
#include "qualiodoo/util/units.h"

#define CALENDAR_DAY_MINUTES 1440

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

/* A closed period [start, end); it closes nothing unless start < end. */
struct calendar_leave {
    instant start, end;
};

/* What a calendar is compiled from; borrowed for the call. Leaves and closed days may overlap and
 * come in any order. */
struct calendar_spec {
    const struct calendar_attendance *attendances;
    size_t n_attendances;
    const struct calendar_leave *leaves;
    size_t n_leaves;
    const civil_day *closed; /* whole local days */
    size_t n_closed;
    const struct utc_offset *offsets; /* of the time zone, by time; the first also holds earlier */
    size_t n_offsets;                 /* >= 1 */
    civil_day first, last;            /* local days to compile, both included */
};

struct calendar;

/* Compiles `spec`; the caller frees *ret with calendar_free(). ERR_CONFIG: there is no working time
 * between spec->first and spec->last; or ERR_NO_MEMORY. *ret is untouched after a failure. */
int calendar_compile(const struct calendar_spec *spec, struct calendar **ret, struct error *error);
void calendar_free(struct calendar *calendar); /* NULL is allowed */

/* 0 or 1: the parity of the week as Odoo's two-week calendars count it. It is not the parity of the
 * ISO week number. */
int calendar_week_parity(civil_day day);

#endif
