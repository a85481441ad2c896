/* test_civil.c - civil dates against the C library's calendar, and texts that are almost a date. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "qualiodoo/util/civil.h"

/* Every day from 0001-01-01 to 9999-12-31, by counting. */
static void test_every_day(void **state)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    civil_day expected = civil_from_date(CIVIL_MIN_YEAR, 1, 1);

    (void)state;
    assert_int_equal(expected, -719162);
    for (int year = CIVIL_MIN_YEAR; year <= CIVIL_MAX_YEAR; year++) {
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= lengths[month - 1] + (month == 2 && leap); day++) {
                int y = 0, m = 0, d = 0;

                if (civil_from_date(year, month, day) != expected)
                    fail_msg("%d-%d-%d is not day %d", year, month, day, expected);
                civil_to_date(expected, &y, &m, &d);
                if (y != year || m != month || d != day)
                    fail_msg("day %d is not %d-%d-%d", expected, y, m, d);
                expected++;
            }
        }
    }
    assert_int_equal(expected, civil_from_date(CIVIL_MAX_YEAR + 1, 1, 1));
}

static void test_known_days(void **state)
{
    int year, month, day;

    (void)state;
    assert_int_equal(civil_from_date(1970, 1, 1), 0);
    assert_int_equal(civil_from_date(1969, 12, 31), -1);
    assert_int_equal(civil_from_date(2000, 2, 29), 11016);
    assert_int_equal(civil_from_date(2026, 11, 22), 20779);
    civil_to_date(INT32_MAX, &year, &month, &day); /* the extremes do not overflow */
    assert_int_equal(civil_from_date(year, month, day), INT32_MAX);
    civil_to_date(INT32_MIN, &year, &month, &day);
    assert_int_equal(civil_from_date(year, month, day), INT32_MIN);
}

static void test_the_day_of_an_instant(void **state)
{
    (void)state;
    assert_int_equal(civil_from_instant(0), 0);
    assert_int_equal(civil_from_instant(86399), 0);
    assert_int_equal(civil_from_instant(86400), 1);
    assert_int_equal(civil_from_instant(-1), -1);
    assert_int_equal(civil_from_instant(-86400), -1);
    assert_int_equal(civil_from_instant(-86401), -2);
    assert_int_equal(civil_from_instant(INSTANT_LAST), civil_from_date(9999, 12, 31));
}

static void test_add_years(void **state)
{
    static const struct {
        const char *from;
        int years;
        const char *to;
    } cases[] = {
        {"2025-03-10", 1, "2026-03-10"},   {"2024-02-29", 1, "2025-03-01"},
        {"2024-02-29", 4, "2028-02-29"},   {"2024-02-29", 100, "2124-02-29"},
        {"2000-02-29", 100, "2100-03-01"}, {"2023-02-28", 1, "2024-02-28"},
        {"2024-02-29", -1, "2023-03-01"},  {"2024-12-31", 1, "2025-12-31"},
        {"2024-02-29", 0, "2024-02-29"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[CIVIL_TEXT_SIZE];
        civil_day day;

        assert_true(civil_parse(cases[i].from, &day));
        assert_string_equal(civil_format(civil_add_years(day, cases[i].years), text), cases[i].to);
    }
}

static void test_weekdays(void **state)
{
    (void)state;
    assert_int_equal(civil_weekday(0), 3); /* a Thursday */
    assert_int_equal(civil_weekday(civil_from_date(2026, 3, 9)), 0);
    assert_int_equal(civil_weekday(civil_from_date(2026, 3, 15)), 6);
    assert_int_equal(civil_weekday(-3), 0);
    assert_int_equal(civil_weekday(-4), 6);
    assert_int_equal(civil_weekday(civil_from_date(1, 1, 1)), 0);
}

/* Section 3: the same day of the month, or the first of the month after when it has none. */
static void test_add_months(void **state)
{
    static const struct {
        const char *from;
        int months;
        const char *to;
    } cases[] = {
        {"2025-03-10", 18, "2026-09-10"}, {"2025-01-31", 1, "2025-03-01"},
        {"2024-01-30", 1, "2024-03-01"},  {"2024-01-29", 1, "2024-02-29"},
        {"2025-03-31", 1, "2025-05-01"},  {"2025-10-31", 1, "2025-12-01"},
        {"2024-02-29", 12, "2025-03-01"}, {"2025-12-31", 2, "2026-03-01"},
        {"2025-12-31", 12, "2026-12-31"}, {"2025-11-15", 1, "2025-12-15"},
        {"2025-12-15", 1, "2026-01-15"},  {"2025-08-31", 0, "2025-08-31"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[CIVIL_TEXT_SIZE];
        civil_day day;

        assert_true(civil_parse(cases[i].from, &day));
        assert_string_equal(civil_format(civil_add_months(day, cases[i].months), text),
                            cases[i].to);
    }
}

static void test_parse_date(void **state)
{
    static const char *const bad[] = {
        "",           "2026",       "2026-01",     "2026-1-01",   "2026-01-1",  "26-01-01",
        "2026-00-01", "2026-13-01", "2026-01-00",  "2026-01-32",  "2026-04-31", "2026-02-29",
        "1900-02-29", "0000-01-01", "2026-01-01 ", " 2026-01-01", "2026/01/01", "2026-01-01T",
        "+026-01-01", "-026-01-01", "20260101",    "12026-01-01", "2026-01-0a", "2026-01--1",
    };
    static const char *const good[] = {"0001-01-01", "9999-12-31", "2024-02-29", "2000-02-29",
                                       "1969-12-31", "1970-01-01", "2026-11-30"};
    char text[CIVIL_TEXT_SIZE];
    civil_day day = 42;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (civil_parse(bad[i], &day))
            fail_msg("'%s' was read", bad[i]);
        assert_int_equal(day, 42);
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(civil_parse(good[i], &day));
        assert_string_equal(civil_format(day, text), good[i]);
    }
    civil_format(INT32_MIN, text); /* meaningless, but must not overflow */
    assert_int_equal(strlen(text), CIVIL_TEXT_SIZE - 1);
    civil_format(INT32_MAX, text);
    assert_int_equal(strlen(text), CIVIL_TEXT_SIZE - 1);
}

static void test_parse_instants(void **state)
{
    static const struct {
        const char *text;
        instant when;
    } iso[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1969-12-31T23:59:59Z", -1},
        {"2026-03-10T08:00:00Z", 1773129600},
        {"2026-03-10T08:00Z", 1773129600},
        {"2026-03-10T09:00+01:00", 1773129600},
        {"2026-03-10T09:00:00+01:00", 1773129600},
        {"2026-03-10T02:30:01-05:30", 1773129601},
        {"2026-03-11T00:00:00+16:00", 1773129600},
        {"2026-03-10T09:00:00+0100", 1773129600},
        {"2026-03-10T02:30:01-0530", 1773129601},
        {"2026-03-10T09:00+01", 1773129600},
        {"2026-03-10T08:00:00.5Z", 1773129600},
        {"2026-03-10T08:00:00.000Z", 1773129600},
        {"2026-03-10T08:00:00.999999999+00:00", 1773129600},
        {"2026-03-10T08:00:00,5Z", 1773129600},
    };
    static const char *const bad[] = {
        "",
        "2026-03-10",
        "2026-03-10T08:00:00",
        "2026-03-10T08:00",
        "2026-03-10 08:00:00Z",
        "2026-03-10T08Z",
        "2026-03-10T8:00:00Z",
        "2026-03-10T24:00:00Z",
        "2026-03-10T08:60:00Z",
        "2026-03-10T08:00:60Z",
        "2026-03-10T08:00:00z",
        "2026-03-10T08:00:00Z ",
        "2026-03-10T08:00:00+1:00",
        "2026-03-10T08:00:00+24:00",
        "2026-03-10T08:00:00+01:60",
        "2026-03-10T08:00:00+0160",
        "2026-03-10T08:00:00+01:",
        "2026-03-10T08:00:00+010",
        "2026-03-10T08:00:00+01000",
        "2026-03-10T08:00:00+01:000",
        "2026-03-10T08:00:00.Z",
        "2026-03-10T08:00:00.5",
        "2026-03-10T08:00.5Z",
        "2026-03-10T08:00:Z",
        "2026-02-30T08:00:00Z",
        "2026-03-10T08:00:00ZZ",
        "2026-03-10T08:00:00--1:00",
    };
    char text[INSTANT_TEXT_SIZE];
    instant when = 42;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (instant_parse_iso(bad[i], &when) || instant_parse_odoo(bad[i], &when))
            fail_msg("'%s' was read", bad[i]);
        assert_int_equal(when, 42);
    }
    for (size_t i = 0; i < sizeof iso / sizeof *iso; i++) {
        if (!instant_parse_iso(iso[i].text, &when) || when != iso[i].when)
            fail_msg("'%s' is not %lld", iso[i].text, (long long)when);
        assert_false(instant_parse_odoo(iso[i].text, &when));
    }
    assert_true(instant_parse_odoo("2026-03-10 08:00:00", &when));
    assert_int_equal(when, 1773129600);
    assert_false(instant_parse_odoo("2026-03-10 08:00", &when));
    assert_false(instant_parse_odoo("2026-03-10 08:00:00.123456", &when));
    assert_false(instant_parse_iso("2026-03-10 08:00:00", &when));
    assert_string_equal(instant_format(-1, text), "1969-12-31T23:59:59Z");
    assert_string_equal(instant_format_odoo(-86400, text), "1969-12-31 00:00:00");
}

/* As the C library writes them, all along the calendar. */
static void test_format_instants(void **state)
{
    char text[INSTANT_TEXT_SIZE], expected[64];

    (void)state;
    for (instant when = -62135596800; when < 253402300800; when += 7777777) {
        time_t seconds = (time_t)when;
        instant again = 0;
        struct tm tm;

        assert_non_null(gmtime_r(&seconds, &tm));
        snprintf(expected, sizeof expected, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
                 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
        assert_string_equal(instant_format(when, text), expected);
        assert_true(instant_parse_iso(text, &again));
        assert_int_equal(again, when);
        expected[10] = ' ';
        expected[19] = '\0';
        assert_string_equal(instant_format_odoo(when, text), expected);
        assert_true(instant_parse_odoo(text, &again));
        assert_int_equal(again, when);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day),
        cmocka_unit_test(test_known_days),
        cmocka_unit_test(test_add_years),
        cmocka_unit_test(test_add_months),
        cmocka_unit_test(test_parse_date),
        cmocka_unit_test(test_parse_instants),
        cmocka_unit_test(test_format_instants),
        cmocka_unit_test(test_weekdays),
        cmocka_unit_test(test_the_day_of_an_instant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
