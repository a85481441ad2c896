/* units.h - the quantities of the domain, with their unit in the type (DOMAIN.md, section 1). */
#ifndef QUALIODOO_UTIL_UNITS_H
#define QUALIODOO_UTIL_UNITS_H

#include <stdint.h>

/* Whole minutes of credit, consumption or balance; signed. */
typedef int64_t minutes;

/* A civil date of the configured time zone, in days since 1970-01-01; signed. */
typedef int32_t civil_day;

/* An instant, in UTC seconds since 1970-01-01T00:00:00Z; signed. */
typedef int64_t instant;

#define SECONDS_PER_DAY 86400

/* From the instant `from` on, local time is UTC plus `seconds`. */
struct utc_offset {
    instant from;
    int32_t seconds;
};

/* Fixed-point numbers for what Odoo keeps as a float: nano (billionths) for quantities, hours and
 * unit factors, micro (millionths) for money. They are converted from double once, where a record
 * is decoded. */
typedef int64_t nano;
typedef int64_t micro;

#define NANO_ONE INT64_C(1000000000)
#define MICRO_ONE INT64_C(1000000)

#endif
