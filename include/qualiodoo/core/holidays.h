/* holidays.h - public holidays for a calendar written in the configuration (DOMAIN.md, section 8).
 * Pure.
 *
 * A set is what the law of a territory lists; days can be taken out of the sets, and yearly days
 * and single dates added. */
#ifndef QUALIODOO_CORE_HOLIDAYS_H
#define QUALIODOO_CORE_HOLIDAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/util/units.h"

/* The sets by name ("france", "alsace-moselle", ...), and the days of the sets by name
 * ("whit-monday", ...); each list ends with NULL. Bit i of a mask is the i-th name. */
extern const char *const holiday_sets[];
extern const char *const holiday_words[];

#define HOLIDAYS_FRANCE UINT32_C(1) /* the mask of the first set */

/* The most days that sets give in a year. */
#define HOLIDAYS_OF_SETS_MAX 24

/* The same date each year; 29 February only in the years that have one. */
struct holiday_yearly {
    int month, day;
};

/* Everything is borrowed. */
struct holidays {
    uint32_t sets;    /* mask of holiday_sets */
    uint32_t without; /* mask of holiday_words: days that are taken out of the sets */
    const struct holiday_yearly *yearly;
    size_t n_yearly;
    const civil_day *dates;
    size_t n_dates;
};

/* The place of a name in one of the two lists; -1 when it is not there. */
int holidays_find(const char *const *names, const char *name);

/* Whether one of the sets has a day of that name. */
bool holidays_has_word(uint32_t sets, int word);

/* Whether a month has that day in some year: 2-29 is valid, 2-30 is not. */
bool holidays_valid_yearly(int month, int day);

/* The days of one year, sorted, each once, without single dates; returns how many. `ret_days` has
 * room for HOLIDAYS_OF_SETS_MAX + n_yearly. */
size_t holidays_of_year(const struct holidays *holidays, int year, civil_day *ret_days);

/* The name of a day that the sets close, in French or in English; NULL: they do not. */
const char *holidays_name(const struct holidays *holidays, civil_day day, bool french);

#endif
