/* duration.c - fixed-point arithmetic: an amount is in billionths, and is rounded half away from
 * zero. */
#include "qualiodoo/core/duration.h"

#include <assert.h>

int64_t round_half_away(__int128 numerator, __int128 denominator)
{
    __int128 half;

    assert(denominator > 0);
    half = denominator / 2;
    if (numerator < 0)
        return (int64_t) - ((-numerator + half) / denominator);
    return (int64_t)((numerator + half) / denominator);
}

minutes duration_minutes(nano hours)
{
    int64_t milliseconds = round_half_away((__int128)hours * 3600000, NANO_ONE);

    return round_half_away(milliseconds, 60000);
}

minutes duration_step_up(minutes amount, minutes step)
{
    minutes steps = amount / step;

    if (amount > 0 && amount % step)
        steps++;
    return steps * step;
}

minutes duration_step_away(minutes amount, minutes step)
{
    return amount < 0 ? -duration_step_up(-amount, step) : duration_step_up(amount, step);
}

nano quantity_convert(nano quantity, nano from_factor, nano to_factor)
{
    __int128 numerator = (__int128)quantity * to_factor;
    __int128 limit = (__int128)INT64_MAX * from_factor;

    if (numerator > limit || numerator < -limit) /* out of the range of int64 */
        return quantity < 0 ? -INT64_MAX : INT64_MAX;
    return round_half_away(numerator, from_factor);
}

nano quantity_in_unit(nano quantity, nano unit, nano target, bool absolute)
{
    if (unit <= 0 || target <= 0 || unit == target)
        return quantity;
    return absolute ? quantity_convert(quantity, target, unit)
                    : quantity_convert(quantity, unit, target);
}
