/* duration.h - from Odoo's float hours to whole minutes and steps (DOMAIN.md, section 1). No
 * I/O, no clock. */
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

/* Converts a quantity between units of measure: quantity x to_factor / from_factor, both > 0. A
 * result out of the range of int64 is the largest number of its sign. */
nano quantity_convert(nano quantity, nano from_factor, nano to_factor);

/* Converts a quantity with the factors of uom.uom: `unit` is the factor of the unit it is in,
 * `target` that of the unit wanted. `absolute` (Odoo 19): a factor is how many reference units the
 * unit is; else (up to Odoo 18) how many of the unit a reference unit is. The quantity is returned
 * unchanged when a factor is unknown (0). */
nano quantity_in_unit(nano quantity, nano unit, nano target, bool absolute);

#endif
