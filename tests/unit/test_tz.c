/* test_tz.c - time zones: the civil day around midnight, winter and summer, and invalid names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/tz.h"

static void test_civil_day(void **state)
{
    static const struct {
        const char *zone, *when, *day;
    } cases[] = {
        {"UTC", "2026-03-10T23:59:59Z", "2026-03-10"},
        {"UTC", "1969-12-31T23:59:59Z", "1969-12-31"},
        /* Winter: +01:00. */
        {"Europe/Paris", "2026-01-14T22:59:59Z", "2026-01-14"},
        {"Europe/Paris", "2026-01-14T23:00:00Z", "2026-01-15"},
        /* Summer: +02:00. */
        {"Europe/Paris", "2026-07-14T21:59:59Z", "2026-07-14"},
        {"Europe/Paris", "2026-07-14T22:00:00Z", "2026-07-15"},
        /* The night the clocks change, and far beyond the last rule in the zone's table. */
        {"Europe/Paris", "2026-03-29T21:59:59Z", "2026-03-29"},
        {"Europe/Paris", "2026-03-28T23:00:00Z", "2026-03-29"},
        {"Europe/Paris", "2026-10-25T22:59:59Z", "2026-10-25"},
        {"Europe/Paris", "2050-07-14T22:00:00Z", "2050-07-15"},
        {"America/New_York", "2026-01-15T04:59:59Z", "2026-01-14"},
        {"America/New_York", "2026-01-15T05:00:00Z", "2026-01-15"},
        {"Asia/Kolkata", "2026-01-14T18:30:00Z", "2026-01-15"},
        {"Pacific/Apia", "2026-01-14T11:00:00Z", "2026-01-15"},
        /* Samoa had no 30 December 2011. */
        {"Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29"},
        {"Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tz *tz = tz_open(cases[i].zone);
        char text[CIVIL_TEXT_SIZE];
        instant when;

        assert_non_null(tz);
        assert_true(instant_parse_iso(cases[i].when, &when));
        civil_format(tz_civil_day(tz, when), text);
        if (strcmp(text, cases[i].day) != 0)
            fail_msg("%s in %s is %s, not %s", cases[i].when, cases[i].zone, cases[i].day, text);
        tz_free(tz);
    }
}

static void test_instants_of_a_text_are_shown_in_the_zone(void **state)
{
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"", ""},
        {"never", "never"},
        {"2026-07-01T22:30:00Z", "2026-07-02 00:30"},
        {"2026-01-01T12:00:59Z", "2026-01-01 13:00"},
        {"says 2026-03-29T00:59:00Z and 2026-03-29T01:00:00Z.",
         "says 2026-03-29 01:59 and 2026-03-29 03:00."},
        {"on 2026-01-01", "on 2026-01-01"},
        {"2026-01-01T12:00:00", "2026-01-01T12:00:00"},   /* without a zone: unchanged */
        {"2026-13-01T12:00:00Z", "2026-13-01T12:00:00Z"}, /* not an instant: unchanged */
        {"h\xC3\xA9 2026-01-01T12:00:00Z", "h\xC3\xA9 2026-01-01 13:00"},
    };
    struct tz *tz = tz_open("Europe/Paris");

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *shown = tz_localize(tz, cases[i].text);

        assert_string_equal(shown, cases[i].shown);
        free(shown);
    }
    tz_free(tz);
}

static void test_unknown(void **state)
{
    static const char *const names[] = {"",        "Europe/Pariss", "europe/paris",
                                        "Paris",   "Europe/",       "Europe",
                                        "Nowhere", "utc ",          "Europe Paris"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct tz *tz = tz_open(names[i]);

        if (tz)
            fail_msg("'%s' was taken for a time zone", names[i]);
    }
    tz_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_civil_day),
        cmocka_unit_test(test_instants_of_a_text_are_shown_in_the_zone),
        cmocka_unit_test(test_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
