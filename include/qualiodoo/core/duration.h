/* duration.h - from Odoo's float hours to whole minutes and steps (DOMAIN.md, section 1). Pure. */
#ifndef QUALIODOO_CORE_DURATION_H
#define QUALIODOO_CORE_DURATION_H

#include <stdbool.h>

#include "qualiodoo/util/units.h"

/* numerator / denominator to the nearest, halves away from zero. `denominator` > 0. */
int64_t round_half_away(__int128 numerator, __int128 denominator);

/* Hours to milliseconds, then to minutes, each to the nearest, halves away from zero. */
minutes duration_minutes(nano hours);

/* The smallest multiple of `step` (> 0) that is not below `amount`. */
minutes duration_step_up(minutes amount, minutes step);

/* The nearest multiple of `step` away from zero, so that f(-x) = -f(x). */
minutes duration_step_away(minutes amount, minutes step);

/* A quantity of one unit of measure in another: quantity x to / from. Factors > 0. A result that
 * does not fit is the largest number that does. */
nano quantity_convert(nano quantity, nano from_factor, nano to_factor);

/* The same with the factors that Odoo keeps: `absolute` (19), how many of the reference a unit is;
 * else (up to 18) how many of a unit the reference is. As it is when a factor is not known (0). */
nano quantity_in_unit(nano quantity, nano unit, nano target, bool absolute);

#endif
