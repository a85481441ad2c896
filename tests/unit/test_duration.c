/* test_duration.c - durations of section 1 of DOMAIN.md, by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "qualiodoo/core/duration.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void hours_round_to_the_millisecond_then_to_the_minute(void **state)
{
    static const struct {
        nano hours;
        minutes expected;
    } rows[] = {
        {0, 0},
        {170000000, 10},    /* 0.17 h is 10.2 min: 0:10 */
        {1025000000, 62},   /* 1.025 h is 61.5 min: 1:02 */
        {330000000, 20},    /* 19.8 min */
        {7990000000, 479},  /* 479.4 min */
        {12000000000, 720}, /* a pack */
        {25000000, 2},      /* 1.5 min: halves go up */
        {8333333, 1},       /* 29,999.9988 ms, so 30,000 ms, so half a minute */
        {8333194, 0},       /* 29,999.4984 ms, so 29,999 ms */
        {8333200, 1},       /* 29,999.52 ms, so 30,000 ms: below half, but not in two steps */
        {8300000, 0},       /* 29.88 s */
        {33333333, 2},      /* 2 min as Odoo's float keeps them */
        {333333333, 20},    /* a third of an hour */
        {1, 0},
        {9000000000000, 540000}, /* 9000 h */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(duration_minutes(rows[i].hours), rows[i].expected);
}

static void negative_hours_round_away_from_zero_alike(void **state)
{
    (void)state;
    assert_int_equal(duration_minutes(-170000000), -10);
    assert_int_equal(duration_minutes(-1025000000), -62);
    assert_int_equal(duration_minutes(-25000000), -2);
    assert_int_equal(duration_minutes(-8333333), -1);
    assert_int_equal(duration_minutes(-8333194), 0);
}

static void every_whole_minute_survives_its_float(void **state)
{
    (void)state;
    for (minutes minute = -3000; minute <= 3000; minute++) /* minute / 60 h, cut to nine decimals */
        assert_int_equal(duration_minutes(minute * NANO_ONE / 60), minute);
}

static void halves_round_away_from_zero(void **state)
{
    static const struct {
        int64_t numerator, denominator, expected;
    } rows[] = {
        {0, 7, 0},    {1, 2, 1},    {-1, 2, -1},    {3, 2, 2},     {-3, 2, -2},
        {1, 3, 0},    {-1, 3, 0},   {2, 3, 1},      {-2, 3, -1},   {5, 3, 2},
        {2, 5, 0},    {3, 5, 1},    {-3, 5, -1},    {9, 1, 9},     {-9, 1, -9},
        {49, 100, 0}, {50, 100, 1}, {-50, 100, -1}, {149, 100, 1}, {150, 100, 2},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(round_half_away(rows[i].numerator, rows[i].denominator), rows[i].expected);
    /* Beyond 64 bits on the way: 10^30 / 10^15. */
    assert_int_equal(
        round_half_away((__int128)1000000000000000 * 1000000000000000, (__int128)1000000000000000),
        1000000000000000);
}

static void step_up_goes_up(void **state)
{
    static const struct {
        minutes amount, step, expected;
    } rows[] = {
        {0, 5, 0},   {1, 5, 5},   {4, 5, 5},   {5, 5, 5},   {6, 5, 10},
        {62, 5, 65}, {10, 5, 10}, {7, 1, 7},   {1, 15, 15}, {16, 15, 30},
        {-1, 5, 0},  {-5, 5, -5}, {-6, 5, -5}, {-7, 1, -7}, {31, 30, 60},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(duration_step_up(rows[i].amount, rows[i].step), rows[i].expected);
}

static void step_away_cancels(void **state)
{
    (void)state;
    assert_int_equal(duration_step_away(2, 5), 5);
    assert_int_equal(duration_step_away(-2, 5), -5);
    assert_int_equal(duration_step_away(-5, 5), -5);
    assert_int_equal(duration_step_away(-6, 5), -10);
    for (minutes amount = -100; amount <= 100; amount++)
        for (minutes step = 1; step <= 30; step++) {
            minutes away = duration_step_away(amount, step);

            assert_int_equal(duration_step_away(-amount, step), -away);
            assert_int_equal(away % step, 0);
            assert_true(amount >= 0 ? away >= amount && away < amount + step
                                    : away <= amount && away > amount - step);
        }
}

static void quantities_convert_by_their_factors(void **state)
{
    (void)state;
    /* Odoo 17: a dozen is 1/12 of the reference's factor. Half a dozen is six. */
    assert_int_equal(quantity_convert(NANO_ONE / 2, NANO_ONE, 12 * NANO_ONE), 6 * NANO_ONE);
    assert_int_equal(quantity_convert(-NANO_ONE, NANO_ONE, 12 * NANO_ONE), -12 * NANO_ONE);
    /* Three units are a quarter of a dozen. */
    assert_int_equal(quantity_convert(3 * NANO_ONE, 12 * NANO_ONE, NANO_ONE), NANO_ONE / 4);
    assert_int_equal(quantity_convert(7, 5, 5), 7);
    assert_int_equal(quantity_convert(1, 2 * NANO_ONE, NANO_ONE), 1); /* half away from zero */
    assert_int_equal(quantity_convert(-1, 2 * NANO_ONE, NANO_ONE), -1);
}

static void factors_of_every_version_convert_alike(void **state)
{
    const nano hour = NANO_ONE, day_before_19 = NANO_ONE / 8, day_from_19 = 8 * NANO_ONE;

    (void)state;
    assert_int_equal(quantity_in_unit(2 * NANO_ONE, day_before_19, hour, false), 16 * NANO_ONE);
    assert_int_equal(quantity_in_unit(2 * NANO_ONE, day_from_19, hour, true), 16 * NANO_ONE);
    assert_int_equal(quantity_in_unit(8 * NANO_ONE, hour, day_from_19, true), NANO_ONE);
    /* a factor that is not known, or the same unit: as it is */
    assert_int_equal(quantity_in_unit(7, 0, hour, true), 7);
    assert_int_equal(quantity_in_unit(7, hour, 0, false), 7);
    assert_int_equal(quantity_in_unit(7, hour, hour, false), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_round_to_the_millisecond_then_to_the_minute),
        cmocka_unit_test(negative_hours_round_away_from_zero_alike),
        cmocka_unit_test(every_whole_minute_survives_its_float),
        cmocka_unit_test(halves_round_away_from_zero),
        cmocka_unit_test(step_up_goes_up),
        cmocka_unit_test(step_away_cancels),
        cmocka_unit_test(quantities_convert_by_their_factors),
        cmocka_unit_test(factors_of_every_version_convert_alike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
