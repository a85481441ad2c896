/* test_calendar.c - business time: compiled intervals, questions at their edges, offsets of a
 * zone. */
#include "calendar_fixture.h"

#include "qualiodoo/core/calendar.h"
#include "qualiodoo/core/calendar_build.h"

#define DESK "zone=Europe/Paris mon-fri=09:00-12:00,14:00-18:00 "

/* ---- What is compiled ---- */

static void check_intervals(const struct calendar *calendar, const char *const expected[][2],
                            size_t n_expected)
{
    size_t count;
    const struct calendar_interval *intervals = calendar_intervals(calendar, &count);

    assert_int_equal(count, n_expected);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(intervals[i].start, instant_of(expected[i][0]));
        assert_int_equal(intervals[i].end, instant_of(expected[i][1]));
    }
}

static void test_intervals_are_joined_and_cut(void **state)
{
    static const char *const expected[][2] = {
        {"2026-03-09T09:00Z", "2026-03-09T12:00Z"}, /* overlapping, touching and nested */
        {"2026-03-09T14:00Z", "2026-03-09T15:00Z"}, /* a leave to 16:00, two that overlap */
        {"2026-03-09T16:00Z", "2026-03-09T17:00Z"},
        {"2026-03-09T17:30Z", "2026-03-09T18:00Z"},
    };
    struct calendar_words words;
    struct calendar *calendar;

    (void)state;
    read_words(
        "mon=16:00-18:00,09:00-11:00,10:30-11:30,11:30-12:00,09:15-09:30,14:00-16:00 "
        "leave=2026-03-09T15:00Z/2026-03-09T15:40Z leave=2026-03-09T12:00Z/2026-03-09T14:00Z "
        "leave=2026-03-09T15:30Z/2026-03-09T16:00Z leave=2026-03-09T17:00Z/2026-03-09T17:30Z "
        "leave=2026-03-09T18:00Z/2026-03-09T20:00Z leave=2026-03-09T10:00Z/2026-03-09T10:00Z "
        "leave=2026-03-09T11:00Z/2026-03-09T09:30Z",
        &words);
    words.spec.first = words.spec.last = date_of("2026-03-09");
    assert_int_equal(compile_in("UTC", words.spec, &calendar, NULL), 0);
    check_intervals(calendar, expected, sizeof expected / sizeof *expected);
    calendar_free(calendar);
}

static void test_no_interval_spans_midnight(void **state)
{
    struct calendar *calendar = calendar_of("zone=Europe/Paris mon-sun=00:00-24:00");
    size_t count;
    const struct calendar_interval *intervals = calendar_intervals(calendar, &count);

    (void)state;
    assert_int_equal(count, 3 * 365);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(intervals[i].day, date_of("2025-01-01") + (civil_day)i);
        assert_true(i == 0 || intervals[i].start == intervals[i - 1].end);
    }
    calendar_free(calendar);
}

static void test_no_working_time(void **state)
{
    static const char *const texts[] = {
        "zone=UTC",
        DESK "leave=2024-12-01T00:00Z/2028-02-01T00:00Z",
        DESK "closed=2026-01-01..2026-12-31 leave=2024-12-01T00:00Z/2026-01-01T00:00Z "
             "leave=2026-12-31T00:00Z/2028-02-01T00:00Z",
        "zone=UTC until=2024-12-31 mon-sun=00:00-24:00",
        "zone=UTC since=2028-01-01 mon-sun=00:00-24:00",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct calendar_words words;
        struct calendar *calendar = NULL;
        struct error error = {0};

        read_words(texts[i], &words);
        assert_int_equal(compile_in(words.zone, words.spec, &calendar, &error), ERR_CONFIG);
        assert_non_null(strstr(error.message, "no working time"));
        assert_null(calendar); /* untouched */
    }
    calendar_free(NULL);
}

/* Hours that a change of offset moves out of their day are cut off: days never overlap. */
static void test_days_never_overlap(void **state)
{
    static const char *const texts[] = {
        "zone=Pacific/Apia years=2011..2012 mon-sun=00:00-24:00",
        "zone=Pacific/Apia years=2011..2012 mon-sun=09:00-12:00,14:00-18:00",
        "zone=America/Nuuk years=2023..2026 mon-sun=22:30-23:30,23:40-24:00,00:00-01:30",
        "zone=America/Havana mon-sun=00:15-00:45,22:00-24:00",
        "zone=Asia/Beirut mon-sun=00:15-00:45,23:10-23:50",
        "zone=Australia/Lord_Howe mon-sun=01:40-01:50,02:10-02:20",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct calendar *calendar = calendar_of(texts[i]);
        size_t count;
        const struct calendar_interval *intervals = calendar_intervals(calendar, &count);

        for (size_t k = 0; k < count; k++) {
            assert_true(intervals[k].start < intervals[k].end);
            assert_true(k == 0 || intervals[k].start >= intervals[k - 1].end);
        }
        calendar_free(calendar);
    }
}

/* ---- Questions ---- */

static void test_between(void **state)
{
    static const struct {
        const char *from, *to;
        int64_t seconds;
    } rows[] = {
        {"2026-03-09T08:00Z", "2026-03-09T08:00Z", 0},
        {"2026-03-09T09:00Z", "2026-03-09T08:00Z", 0}, /* never negative */
        {"2026-03-09T08:00Z", "2026-03-09T08:00:01Z", 1},
        {"2026-03-09T07:59:59Z", "2026-03-09T08:00:01Z", 1},
        {"2026-03-09T10:59:59Z", "2026-03-09T11:00:01Z", 1},
        {"2026-03-09T11:00Z", "2026-03-09T13:00Z", 0},
        {"2026-03-09T00:00Z", "2026-03-10T00:00Z", 7 * 3600},
        {"2024-01-01T00:00Z", "2024-12-31T00:00Z", 0}, /* outside of the compiled days */
        {"2024-01-01T00:00Z", "2025-01-02T00:00Z", 7 * 3600},
        {"2027-12-31T00:00Z", "2038-01-01T00:00Z", 7 * 3600},
    };
    struct calendar *calendar = calendar_of(DESK);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(
            calendar_between(calendar, instant_of(rows[i].from), instant_of(rows[i].to)),
            rows[i].seconds);
    calendar_free(calendar);
}

static void test_questions_outside_of_the_compiled_days_have_no_answer(void **state)
{
    struct calendar *calendar = calendar_of(DESK);
    instant before = instant_of("2024-12-31T22:59:59Z"); /* Paris: the last second of 2024 */
    instant last = instant_of("2027-12-31T17:00Z"), at = 42;

    (void)state;
    assert_false(calendar_opening(calendar, before, &at));
    assert_false(calendar_add_seconds(calendar, before, 1, &at));
    assert_false(calendar_add_days(calendar, before, 1, &at));
    assert_false(calendar_opening(calendar, last, &at));
    assert_false(calendar_add_seconds(calendar, last - 1, 2, &at));
    assert_false(calendar_add_days(calendar, last - 1, 1, &at));
    assert_false(calendar_add_days(calendar, before + 1, 1000000, &at));
    assert_int_equal(at, 42); /* untouched */
    assert_true(calendar_opening(calendar, before + 1, &at));
    assert_int_equal(at, instant_of("2025-01-01T08:00Z"));
    assert_true(calendar_add_seconds(calendar, last - 1, 1, &at));
    assert_int_equal(at, last);
    calendar_free(calendar);
}

static void test_adding_zero_seconds_gives_the_same_instant(void **state)
{
    struct calendar *calendar = calendar_of(DESK);
    instant night = instant_of("2026-03-10T03:00Z"), at;

    (void)state;
    assert_true(calendar_add_seconds(calendar, night, 0, &at));
    assert_int_equal(at, night);
    calendar_free(calendar);
}

/* Odoo ends a day off at 23:59:59. On a calendar that is always open, one second of working time is
 * left, which must not make a working day. */
static void test_a_working_day_has_a_minute_of_working_time(void **state)
{
    static const struct {
        const char *leave, *first, *second;
    } rows[] = {
        {"2026-03-11T00:00Z/2026-03-11T23:59:59Z", "2026-03-12T10:00Z", "2026-03-13T10:00Z"},
        {"2026-03-11T00:00Z/2026-03-11T23:59:01Z", "2026-03-12T10:00Z", "2026-03-13T10:00Z"},
        {"2026-03-11T00:00Z/2026-03-11T23:59:00Z", "2026-03-11T23:59Z", "2026-03-12T10:00Z"},
        /* half a minute in the morning and half a minute at night make one */
        {"2026-03-11T00:00:30Z/2026-03-11T23:59:30Z", "2026-03-11T23:59:30Z", "2026-03-12T10:00Z"},
        {"2026-03-11T00:00:30Z/2026-03-11T23:59:31Z", "2026-03-12T10:00Z", "2026-03-13T10:00Z"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[128];
        struct calendar *calendar;
        instant at;

        snprintf(text, sizeof text, "mon-sun=00:00-24:00 leave=%s", rows[i].leave);
        calendar = calendar_of(text);
        assert_true(calendar_add_days(calendar, instant_of("2026-03-10T10:00Z"), 1, &at));
        assert_int_equal(at, instant_of(rows[i].first));
        assert_true(calendar_add_days(calendar, instant_of("2026-03-10T10:00Z"), 2, &at));
        assert_int_equal(at, instant_of(rows[i].second));
        calendar_free(calendar);
    }
}

/* The new offset holds from the very second of the change. */
static void test_the_second_of_a_dst_change_has_the_new_local_time(void **state)
{
    static const char *const rows[][2] = {
        {"2026-03-29T01:00:00Z", "2026-03-30T03:00+02:00"}, /* 02:00 is 03:00 */
        {"2026-03-29T00:59:59Z", "2026-03-30T01:59:59+02:00"},
        {"2026-10-25T01:00:00Z", "2026-10-26T02:00+01:00"}, /* 03:00 is 02:00 */
        {"2026-10-25T00:59:59Z", "2026-10-26T02:59:59+01:00"},
    };
    struct calendar *calendar = calendar_of("zone=Europe/Paris mon-sun=00:00-24:00");

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        instant at;

        assert_true(calendar_add_days(calendar, instant_of(rows[i][0]), 1, &at));
        assert_int_equal(at, instant_of(rows[i][1]));
    }
    calendar_free(calendar);
}

/* Laws that hold for any calendar and instant. */
static void test_laws(void **state)
{
    static const char *const texts[] = {
        DESK "france=yes",
        "zone=Europe/Paris mon-sun=00:00-24:00",
        ("zone=America/New_York mon-thu.0=22:00-24:00 tue-fri.1=00:00-06:13 "
         "leave=2026-03-01T00:00Z/2026-03-05T17:23Z"),
        "zone=Australia/Lord_Howe sun=01:30-02:30 sat=23:00-24:00",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct calendar *calendar = calendar_of(texts[i]);
        instant base = instant_of("2026-01-01T00:00Z");

        for (instant n = 0; n < 4000; n++) {
            instant when = base + n * 7919, opening, at, back;
            int64_t seconds = n * 37 % 90000 + 1;

            assert_true(calendar_opening(calendar, when, &opening));
            assert_int_equal(calendar_between(calendar, when, opening), 0);
            assert_int_equal(calendar_between(calendar, opening, opening + 1), 1);
            assert_true(calendar_add_seconds(calendar, when, seconds, &at));
            assert_int_equal(calendar_between(calendar, when, at), seconds);
            assert_int_equal(calendar_between(calendar, when, at - 1), seconds - 1);
            assert_true(calendar_add_seconds(calendar, opening, seconds, &back));
            assert_int_equal(at, back);
        }
        calendar_free(calendar);
    }
}

static void test_week_parity(void **state)
{
    (void)state;
    assert_int_equal(calendar_week_parity(date_of("0001-01-01")), 0); /* ordinal 1, a Monday */
    assert_int_equal(calendar_week_parity(date_of("0001-01-07")), 0);
    assert_int_equal(calendar_week_parity(date_of("0001-01-08")), 1);
    assert_int_equal(calendar_week_parity(date_of("2026-03-15")), 1);
    assert_int_equal(calendar_week_parity(date_of("2026-03-16")), 0);
    /* The ISO weeks 53 and 1 are both odd. */
    assert_int_equal(calendar_week_parity(date_of("2020-12-31")), 0);
    assert_int_equal(calendar_week_parity(date_of("2021-01-04")), 1);
}

/* ---- Offsets of a zone ---- */

static void test_offsets(void **state)
{
    struct tz *tz = tz_open("Europe/Paris");
    instant spring = instant_of("2026-03-29T01:00Z"), autumn = instant_of("2026-10-25T01:00Z");
    struct utc_offset *offsets;
    size_t count;

    (void)state;
    assert_int_equal(tz_offsets(tz, instant_of("2026-01-01T00:00Z"),
                                instant_of("2026-12-31T00:00Z"), &offsets, &count),
                     0);
    assert_int_equal(count, 3);
    assert_int_equal(offsets[0].seconds, 3600);
    assert_int_equal(offsets[0].from, instant_of("2026-01-01T00:00Z"));
    assert_int_equal(offsets[1].seconds, 7200);
    assert_int_equal(offsets[1].from, spring);
    assert_int_equal(offsets[2].seconds, 3600);
    assert_int_equal(offsets[2].from, autumn);
    free(offsets);
    /* A change at `from` is in the first offset; one at `to` is listed. */
    assert_int_equal(tz_offsets(tz, spring, autumn, &offsets, &count), 0);
    assert_int_equal(count, 2);
    assert_int_equal(offsets[0].seconds, 7200);
    assert_int_equal(offsets[1].from, autumn);
    free(offsets);
    assert_int_equal(tz_offsets(tz, spring, autumn - 1, &offsets, &count), 0);
    assert_int_equal(count, 1);
    free(offsets);
    assert_int_equal(tz_offsets(tz, spring, spring, &offsets, &count), 0);
    assert_int_equal(count, 1);
    free(offsets);
    tz_free(tz);
}

/* Changes are found to the second wherever the range begins, and one at its last instant too. */
static void test_offsets_to_the_second(void **state)
{
    struct tz *tz = tz_open("Europe/Paris");
    instant spring = instant_of("2026-03-29T01:00Z");

    (void)state;
    for (instant before = 1; before < 400000; before += before < 50 ? 1 : 7919)
        for (instant after = -1; after <= 1; after++) {
            struct utc_offset *offsets;
            size_t count;

            assert_int_equal(tz_offsets(tz, spring - before, spring + after, &offsets, &count), 0);
            assert_int_equal(count, after < 0 ? 1 : 2);
            if (count == 2)
                assert_int_equal(offsets[1].from, spring);
            free(offsets);
        }
    tz_free(tz);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intervals_are_joined_and_cut),
        cmocka_unit_test(test_no_interval_spans_midnight),
        cmocka_unit_test(test_no_working_time),
        cmocka_unit_test(test_days_never_overlap),
        cmocka_unit_test(test_between),
        cmocka_unit_test(test_questions_outside_of_the_compiled_days_have_no_answer),
        cmocka_unit_test(test_adding_zero_seconds_gives_the_same_instant),
        cmocka_unit_test(test_a_working_day_has_a_minute_of_working_time),
        cmocka_unit_test(test_the_second_of_a_dst_change_has_the_new_local_time),
        cmocka_unit_test(test_laws),
        cmocka_unit_test(test_week_parity),
        cmocka_unit_test(test_offsets),
        cmocka_unit_test(test_offsets_to_the_second),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
