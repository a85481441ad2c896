/* test_outage.c - which failures of the service are logged: the first, equal ones at growing
 * intervals, and the recovery. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "agent/outage.h"

#define MINUTE INT64_C(60000)
#define START INT64_C(7777777)

static struct outage outage;
static char text[256];
static const struct ratelimit_line line = {text, sizeof text};

static int begin(void **state)
{
    (void)state;
    outage = (struct outage){0};
    return 0;
}

static bool fails(int64_t minute, const char *message)
{
    return outage_failed(&outage, message, START + minute * MINUTE, line);
}

static bool ends(int64_t minute)
{
    int64_t length;

    return outage_ended(&outage, START + minute * MINUTE, &length, line);
}

static void test_an_outage_of_eight_hours_is_seven_lines_and_its_end(void **state)
{
    static const int expected[] = {0, 5, 15, 35, 75, 155, 315};
    size_t logged = 0;

    (void)state;
    for (int minute = 0; minute < 482; minute++) {
        if (!fails(minute, "Odoo does not answer"))
            continue;
        assert_true(logged < sizeof expected / sizeof *expected);
        assert_int_equal(minute, expected[logged]);
        if (logged == 0)
            assert_string_equal(text, "Odoo does not answer");
        if (logged == 2)
            assert_string_equal(text, "Odoo does not answer (10 times in 0:10 hours)");
        logged++;
    }
    assert_int_equal(logged, sizeof expected / sizeof *expected);
    assert_true(ends(482));
    assert_string_equal(text, "recovered after 8:02 hours, in which 482 cycles failed");
    assert_false(ends(483));
}

static void test_another_failure_is_logged_at_once_and_numbers_make_no_other(void **state)
{
    (void)state;
    assert_true(fails(0, "timed out after 10001 ms"));
    assert_false(fails(1, "timed out after 9 ms"));
    assert_true(fails(2, "access refused"));
    assert_false(fails(3, "timed out after 10002 ms"));
    assert_true(fails(6, "timed out after 10003 ms"));
    assert_string_equal(text, "timed out after 10003 ms (3 times in 0:06 hours)");
}

static void test_alternating_failures_are_each_logged_once(void **state)
{
    int logged = 0;

    (void)state;
    for (int minute = 0; minute < 5; minute++)
        logged += fails(minute, minute % 2 ? "no route" : "timed out");
    assert_int_equal(logged, 2);
}

static void test_a_short_outage_has_a_length_in_seconds(void **state)
{
    int64_t length;

    (void)state;
    assert_true(fails(0, "no route"));
    assert_true(outage_ended(&outage, START + 59000, &length, line));
    assert_string_equal(text, "recovered after 59 s, in which 1 cycle failed");
    assert_int_equal(length, 59000);
    assert_false(outage_ended(&outage, START + 60000, &length, line));
    assert_int_equal(length, 0);
}

static void test_the_end_of_a_logged_wait_is_logged_though_no_cycle_failed(void **state)
{
    (void)state;
    outage_waited(&outage, START);
    outage_waited(&outage, START + MINUTE);
    assert_true(ends(2));
    assert_string_equal(text, "recovered after 0:02 hours, in which the agent waited for Odoo");
    assert_false(ends(3));
    outage_waited(&outage, START + 4 * MINUTE);
    assert_true(fails(5, "no route"));
    assert_true(ends(6));
    assert_string_equal(text, "recovered after 0:02 hours, in which 1 cycle failed");
}

/* Every other cycle fails: neither the failures nor the recoveries flood the log. */
static void test_a_link_that_comes_and_goes_is_logged_at_growing_intervals(void **state)
{
    int failures = 0, recoveries = 0;

    (void)state;
    for (int minute = 0; minute < 480; minute += 2) {
        failures += fails(minute, "no route");
        recoveries += ends(minute + 1);
    }
    assert_int_equal(failures, recoveries);
    assert_in_range(failures, 5, 8);
}

/* After many short failures, a lasting one is still logged within minutes. */
static void test_an_outage_that_lasts_is_logged_within_minutes_whatever_was_before(void **state)
{
    int minute = 0;

    (void)state;
    for (; minute < 480; minute += 2) {
        fails(minute, "no route");
        ends(minute + 1);
    }
    for (int i = 0; i < 5; i++)
        assert_false(fails(minute + i, "no route"));
    assert_true(fails(minute + 5, "no route"));
    assert_true(ends(minute + 6));
    assert_string_equal(text, "recovered after 0:06 hours, in which 6 cycles failed");
}

static void test_a_second_outage_is_logged_at_once(void **state)
{
    (void)state;
    for (int minute = 0; minute < 480; minute++)
        fails(minute, "no route");
    assert_true(ends(480));
    assert_true(fails(482, "no route"));
}

static void test_failures_of_more_kinds_than_are_remembered_are_logged_each_time(void **state)
{
    char message[32];

    (void)state;
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 2 * RATELIMIT_KINDS; i++) {
            snprintf(message, sizeof message, "%c%c", 'a' + i % 8, 'A' + i / 8);
            assert_true(outage_failed(&outage, message, START + 100 * round + i, line));
        }
}

static void test_a_message_is_cut_to_the_size_of_its_line(void **state)
{
    char small[16] = "";
    const struct ratelimit_line full = {small, sizeof small};

    (void)state;
    assert_true(outage_failed(&outage, "a message of many words", START, full));
    assert_false(outage_failed(&outage, "a message of many words", START + 1, full));
    assert_true(outage_failed(&outage, "a message of many words", START + 10 * MINUTE, full));
    assert_string_equal(small, "a message of ma");
}

static void test_lines_that_differ_in_numbers_are_equal_only_when_asked(void **state)
{
    (void)state;
    assert_true(ratelimit_pass(&outage.ratelimit, "write 12 was refused", false, START, line));
    assert_true(ratelimit_pass(&outage.ratelimit, "write 13 was refused", false, START, line));
    assert_false(ratelimit_pass(&outage.ratelimit, "write 12 was refused", false, START, line));
    assert_true(ratelimit_pass(&outage.ratelimit, "waiting 12 s", true, START, line));
    assert_false(ratelimit_pass(&outage.ratelimit, "waiting 13 s", true, START, line));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_an_outage_of_eight_hours_is_seven_lines_and_its_end, begin),
        cmocka_unit_test_setup(test_another_failure_is_logged_at_once_and_numbers_make_no_other,
                               begin),
        cmocka_unit_test_setup(test_alternating_failures_are_each_logged_once, begin),
        cmocka_unit_test_setup(test_a_short_outage_has_a_length_in_seconds, begin),
        cmocka_unit_test_setup(test_the_end_of_a_logged_wait_is_logged_though_no_cycle_failed,
                               begin),
        cmocka_unit_test_setup(test_a_link_that_comes_and_goes_is_logged_at_growing_intervals,
                               begin),
        cmocka_unit_test_setup(
            test_an_outage_that_lasts_is_logged_within_minutes_whatever_was_before, begin),
        cmocka_unit_test_setup(test_a_second_outage_is_logged_at_once, begin),
        cmocka_unit_test_setup(test_failures_of_more_kinds_than_are_remembered_are_logged_each_time,
                               begin),
        cmocka_unit_test_setup(test_a_message_is_cut_to_the_size_of_its_line, begin),
        cmocka_unit_test_setup(test_lines_that_differ_in_numbers_are_equal_only_when_asked, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
