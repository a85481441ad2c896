/* civil.h - civil dates as day numbers (proleptic Gregorian calendar), instants and durations, and
 * their text forms. No clock, no I/O. */
#ifndef QUALIODOO_UTIL_CIVIL_H
#define QUALIODOO_UTIL_CIVIL_H

#include <stdbool.h>

#include "qualiodoo/util/units.h"

/* Years that civil_parse() accepts; every day number between them formats as YYYY-MM-DD. */
#define CIVIL_MIN_YEAR 1
#define CIVIL_MAX_YEAR 9999

#define CIVIL_TEXT_SIZE 11   /* "YYYY-MM-DD" and its NUL */
#define INSTANT_TEXT_SIZE 21 /* "YYYY-MM-DDTHH:MM:SSZ" and its NUL */

/* The first and the last instant that can be written as YYYY-MM-DDTHH:MM:SSZ, in the years 1 and
 * 9999. */
#define INSTANT_FIRST INT64_C(-62135596800)
#define INSTANT_LAST INT64_C(253402300799)

/* The day number of a date; `month` 1..12, `day` 1..31. The date must exist: it is not checked. */
civil_day civil_from_date(int year, int month, int day);

/* The day of `when`, or of a local time in seconds since 1970-01-01T00:00:00. */
civil_day civil_from_instant(instant when);

/* The date of a day number. All three pointers are required. */
void civil_to_date(civil_day day, int *ret_year, int *ret_month, int *ret_day);

/* The same month and day `years` later; 29 February becomes 1 March where there is none. */
civil_day civil_add_years(civil_day day, int years);

/* The same day of the month `months` later (>= 0), or the first of the month after when that month
 * has no such day: 31 January + 1 month is 1 March. */
civil_day civil_add_months(civil_day day, int months);

/* The day of the week: 0 Monday .. 6 Sunday. */
int civil_weekday(civil_day day);

/* Reads exactly YYYY-MM-DD. Returns false, with *ret_day unchanged, on anything else. */
bool civil_parse(const char *text, civil_day *ret_day);

/* Writes YYYY-MM-DD into `text` and returns it. A later date is written as 9999-12-31, a negative
 * year as 0000. */
char *civil_format(civil_day day, char text[CIVIL_TEXT_SIZE]);

/* Reads Odoo's "YYYY-MM-DD HH:MM:SS" (UTC). Returns false, with *ret_instant unchanged, on anything
 * else. */
bool instant_parse_odoo(const char *text, instant *ret_instant);

/* Reads ISO 8601 with a zone, in its extended form: 2026-03-10T08:00:00Z, 2026-03-10T09:00+01:00,
 * 2026-03-10T09:00:00.123456+0100. The seconds may be left out, a fraction of them is dropped; the
 * zone is required. Returns false, with *ret_instant unchanged, on anything else. */
bool instant_parse_iso(const char *text, instant *ret_instant);

/* Writes YYYY-MM-DDTHH:MM:SSZ into `text` and returns it. */
char *instant_format(instant when, char text[INSTANT_TEXT_SIZE]);

/* Writes Odoo's "YYYY-MM-DD HH:MM:SS" (UTC) into `text` and returns it. */
char *instant_format_odoo(instant when, char text[INSTANT_TEXT_SIZE]);

#define MINUTES_TEXT_SIZE 24

/* Writes a duration as H:MM, with a minus sign before a negative one, and returns `text`. */
char *minutes_format(minutes duration, char text[MINUTES_TEXT_SIZE]);

#endif
