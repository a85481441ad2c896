/* holidays.h - public holidays for a calendar written in the configuration (DOMAIN.md, section 8).
 * No I/O, no clock.
 *
 * A set is the list of a territory's law. The configuration can take days out of the sets, and add
 * yearly days and single dates. */
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

/* The most days that the sets give in a year; see holidays_of_year(). */
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

/* The index of `name` in `names` (holiday_sets or holiday_words); -1 when it is not there. */
int holidays_find(const char *const *names, const char *name);

/* Whether one of the sets of the mask has the day `word`, an index of holiday_words. */
bool holidays_has_word(uint32_t sets, int word);

/* Whether the month (1..12) has that day in some year: 2-29 is valid, 2-30 is not. */
bool holidays_valid_yearly(int month, int day);

/* Writes the holidays of one year, sorted, each once, to `ret_days`, which has room for
 * HOLIDAYS_OF_SETS_MAX + n_yearly; returns how many. Single dates are not among them. */
size_t holidays_of_year(const struct holidays *holidays, int year, civil_day *ret_days);

/* The name of a day that the sets close, in French or in English; NULL when they do not close
 * it. */
const char *holidays_name(const struct holidays *holidays, civil_day day, bool french);

#endif
