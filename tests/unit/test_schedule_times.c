/* test_schedule_times.c - the schedule with clocks that jump, and at its limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "agent/schedule.h"

enum { START_MS = 1000000, DAY = 20000, NOW = 1800000000, POLL_MS = 60000, PAYMENTS_MS = 15000 };

static const struct config config = {.poll = {.payments_ms = PAYMENTS_MS, .tickets_ms = POLL_MS}};

static struct schedule after(struct schedule_outcome outcome)
{
    struct schedule schedule;

    schedule_begin(&schedule);
    outcome.cycle = SCHEDULE_ALL;
    outcome.today = DAY;
    schedule_ended(&schedule, &config, &outcome, START_MS);
    return schedule;
}

static void test_a_clock_set_back_waits_for_its_event_and_polls_as_before(void **state)
{
    struct schedule schedule = after((struct schedule_outcome){.has_event = true, .event = NOW});

    (void)state;
    assert_int_equal(schedule_due(&schedule, START_MS, NOW - SECONDS_PER_DAY * 3, DAY),
                     SCHEDULE_NONE);
    assert_in_range(schedule_sleep_ms(&schedule, START_MS, NOW - SECONDS_PER_DAY * 3),
                    PAYMENTS_MS * 9 / 10, PAYMENTS_MS * 11 / 10);
    /* A clock set back to the day before is a new day too: lots that had ended are open again. */
    assert_int_equal(schedule_due(&schedule, START_MS, NOW - SECONDS_PER_DAY, DAY - 1),
                     SCHEDULE_ALL);
}

static void test_a_clock_set_forward_is_an_event(void **state)
{
    struct schedule schedule = after((struct schedule_outcome){.has_event = true, .event = NOW});

    (void)state;
    assert_int_equal(schedule_due(&schedule, START_MS, NOW + SECONDS_PER_DAY * 500, DAY),
                     SCHEDULE_ALL);
    assert_int_equal(schedule_sleep_ms(&schedule, START_MS, NOW + (instant)SECONDS_PER_DAY * 500),
                     0);
}

static void test_it_never_sleeps_so_long_that_a_jump_goes_unseen(void **state)
{
    struct config rare = {.poll = {.payments_ms = 86400000, .tickets_ms = 86400000}};
    struct schedule_outcome outcome = {
        .cycle = SCHEDULE_ALL, .has_event = true, .event = (instant)1 << 40, .today = DAY};
    struct schedule schedule;

    (void)state;
    schedule_begin(&schedule);
    schedule_ended(&schedule, &rare, &outcome, START_MS);
    assert_int_equal(schedule_sleep_ms(&schedule, START_MS, NOW), 60000);
    assert_int_equal(schedule_sleep_ms(&schedule, (int64_t)1 << 50, NOW), 0);
}

static void test_when_odoo_is_back_the_first_success_makes_the_next_retry_prompt(void **state)
{
    struct schedule schedule = after((struct schedule_outcome){.failed = true});
    struct schedule_outcome success = {.cycle = SCHEDULE_ALL, .today = DAY};
    struct schedule_outcome failure = {.failed = true};

    (void)state;
    for (int i = 0; i < 100; i++)
        schedule_ended(&schedule, &config, &failure, START_MS);
    assert_in_range(schedule.all_ms - START_MS, POLL_MS * 9 / 10, POLL_MS * 11 / 10);
    schedule_ended(&schedule, &config, &success, START_MS);
    schedule_ended(&schedule, &config, &failure, START_MS);
    assert_in_range(schedule.all_ms - START_MS, 4500, 5500);
}

static void test_while_odoo_is_away_neither_event_nor_day_hurries_it(void **state)
{
    struct schedule schedule = after((struct schedule_outcome){.has_event = true, .event = NOW});
    struct schedule_outcome failure = {.failed = true};

    (void)state;
    schedule_ended(&schedule, &config, &failure, START_MS);
    assert_int_equal(schedule_due(&schedule, START_MS, NOW + 1, DAY + 1), SCHEDULE_NONE);
    assert_in_range(schedule_sleep_ms(&schedule, START_MS, NOW + 1), 4500, 5500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_clock_set_back_waits_for_its_event_and_polls_as_before),
        cmocka_unit_test(test_a_clock_set_forward_is_an_event),
        cmocka_unit_test(test_it_never_sleeps_so_long_that_a_jump_goes_unseen),
        cmocka_unit_test(test_when_odoo_is_back_the_first_success_makes_the_next_retry_prompt),
        cmocka_unit_test(test_while_odoo_is_away_neither_event_nor_day_hurries_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
