/* test_schedule.c - when the service asks Odoo: polls, a deadline, a new day, failures and
 * hooks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "agent/schedule.h"

#define START_MS INT64_C(100000)
#define TODAY 20000
#define NOW INT64_C(1700000000)

static const struct config config = {.poll = {.payments_ms = 600000, .tickets_ms = 3600000}};

/* The schedule after a whole cycle that ended at START_MS. */
static struct schedule idle(void)
{
    struct schedule schedule;

    schedule_begin(&schedule);
    schedule_ended(&schedule, &config,
                   &(struct schedule_outcome){.cycle = SCHEDULE_ALL, .today = TODAY}, START_MS);
    return schedule;
}

static enum schedule_cycle due(const struct schedule *schedule, int64_t now_ms)
{
    return schedule_due(schedule, now_ms, NOW, TODAY);
}

/* Runs the cycle that is due at `now_ms`; it takes no time and finds nothing. */
static enum schedule_cycle run(struct schedule *schedule, int64_t now_ms, bool failed)
{
    enum schedule_cycle cycle = due(schedule, now_ms);

    if (cycle == SCHEDULE_NONE)
        return cycle;
    schedule_started(schedule, cycle, now_ms);
    schedule_ended(schedule, &config,
                   &(struct schedule_outcome){.cycle = cycle, .failed = failed, .today = TODAY},
                   now_ms);
    return cycle;
}

static void test_everything_is_due_at_first(void **state)
{
    struct schedule schedule;

    (void)state;
    schedule_begin(&schedule);
    assert_int_equal(due(&schedule, START_MS), SCHEDULE_ALL);
    assert_int_equal(schedule_sleep_ms(&schedule, START_MS, NOW), 0);
}

static void test_polls_come_within_their_jitter(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++) {
        struct schedule schedule = idle();

        assert_int_equal(due(&schedule, START_MS + 539999), SCHEDULE_NONE);
        assert_int_equal(due(&schedule, START_MS + 660000), SCHEDULE_PAYMENTS);
        assert_int_equal(due(&schedule, START_MS + 3239999), SCHEDULE_PAYMENTS);
        assert_int_equal(due(&schedule, START_MS + 3960000), SCHEDULE_ALL);
        assert_int_equal(schedule_sleep_ms(&schedule, START_MS, NOW), 60000);
    }
}

/* The C library's random numbers are the same in each process, so the jitter must not use them. */
static void test_two_agents_started_together_do_not_poll_together(void **state)
{
    int64_t polls[2][8];

    (void)state;
    for (int agent = 0; agent < 2; agent++) {
        srandom(1);
        for (int i = 0; i < 8; i++)
            polls[agent][i] = idle().payments_ms;
    }
    assert_memory_not_equal(polls[0], polls[1], sizeof polls[0]);
}

static void test_a_deadline_and_a_new_day_wake_it(void **state)
{
    struct schedule schedule = idle();

    (void)state;
    assert_int_equal(schedule_due(&schedule, START_MS, NOW, TODAY + 1), SCHEDULE_ALL);
    schedule.has_event = true;
    schedule.event = NOW + 3;
    assert_int_equal(schedule_due(&schedule, START_MS, NOW + 2, TODAY), SCHEDULE_NONE);
    assert_int_equal(schedule_sleep_ms(&schedule, START_MS, NOW), 3000);
    assert_int_equal(schedule_due(&schedule, START_MS, NOW + 3, TODAY), SCHEDULE_ALL);
}

static void test_a_failure_is_tried_again_later_each_time(void **state)
{
    struct schedule schedule = idle();
    int64_t now = START_MS + 4000000, last = 0;

    (void)state;
    for (int i = 0; i < 8; i++) {
        int64_t failed_at = now;

        assert_int_equal(run(&schedule, now, true), SCHEDULE_ALL);
        while (due(&schedule, now) == SCHEDULE_NONE)
            now += 100;
        assert_true(now - failed_at > last && now - failed_at >= 4500);
        last = now - failed_at;
    }
}

static void test_a_hook_looks_when_odoo_may_have_committed_and_again(void **state)
{
    struct schedule schedule = idle();
    int64_t looked = START_MS;
    int looks = 0;

    (void)state;
    schedule_hook(&schedule, SCHEDULE_PAYMENTS, START_MS);
    assert_int_equal(schedule_sleep_ms(&schedule, START_MS, NOW), 400);
    for (int64_t now = START_MS; now <= START_MS + 10000; now += 50) {
        enum schedule_cycle cycle = run(&schedule, now, false);

        if (cycle == SCHEDULE_NONE)
            continue;
        assert_true(now - looked <= 1500);
        assert_int_equal(cycle, now - START_MS == 5000 ? SCHEDULE_ALL : SCHEDULE_PAYMENTS);
        looked = now;
        looks++;
    }
    assert_int_equal(looks, SCHEDULE_LOOKS);
    assert_int_equal(looked, START_MS + 5000);
}

static void test_a_hook_about_something_else_looks_at_everything(void **state)
{
    struct schedule schedule = idle();

    (void)state;
    schedule_hook(&schedule, SCHEDULE_ALL, START_MS);
    schedule_hook(&schedule, SCHEDULE_PAYMENTS, START_MS + 10);
    assert_int_equal(run(&schedule, START_MS + 400, false), SCHEDULE_ALL);
    assert_int_equal(due(&schedule, START_MS + 400), SCHEDULE_NONE);
}

/* The running cycle may have read the record before the change. */
static void test_a_hook_during_a_cycle_is_for_the_next_one(void **state)
{
    struct schedule schedule = idle();

    (void)state;
    schedule_started(&schedule, SCHEDULE_ALL, START_MS);
    schedule_hook(&schedule, SCHEDULE_PAYMENTS, START_MS + 10);
    schedule_ended(&schedule, &config,
                   &(struct schedule_outcome){.cycle = SCHEDULE_ALL, .today = TODAY},
                   START_MS + 200);
    assert_int_equal(due(&schedule, START_MS + 999), SCHEDULE_NONE);
    assert_int_equal(schedule_sleep_ms(&schedule, START_MS + 200, NOW), 800);
    assert_int_equal(run(&schedule, START_MS + 1000, false), SCHEDULE_PAYMENTS);
    assert_int_equal(due(&schedule, START_MS + 1000), SCHEDULE_NONE);
}

/* Odoo commits the second change after the first look: the next one is a second after that. */
static void test_a_hook_just_before_a_look_is_for_the_next_one_too(void **state)
{
    struct schedule schedule = idle();

    (void)state;
    schedule_hook(&schedule, SCHEDULE_PAYMENTS, START_MS);
    schedule_hook(&schedule, SCHEDULE_PAYMENTS, START_MS + 350);
    assert_int_equal(run(&schedule, START_MS + 400, false), SCHEDULE_PAYMENTS);
    assert_int_equal(schedule_sleep_ms(&schedule, START_MS + 400, NOW), 1000);
    assert_int_equal(run(&schedule, START_MS + 1400, false), SCHEDULE_PAYMENTS);
}

/* How many times the service asks Odoo while a hook comes every 50 ms for `hooks_ms`. */
static int looks_in(struct schedule *schedule, int64_t from_ms, int64_t hooks_ms)
{
    int looks = 0;

    for (int64_t now = from_ms; now < from_ms + hooks_ms; now += 50) {
        schedule_hook(schedule, SCHEDULE_PAYMENTS, now);
        looks += run(schedule, now, false) != SCHEDULE_NONE;
    }
    return looks;
}

static void test_hooks_in_a_row_share_one_look_a_second(void **state)
{
    struct schedule schedule = idle();
    int64_t end = START_MS + 10000;
    int looks = 0;

    (void)state;
    assert_int_equal(looks_in(&schedule, START_MS, 1000), 1);
    assert_int_equal(looks_in(&schedule, START_MS + 1000, 9000), 9);
    for (int64_t now = end; now <= end + 10000; now += 50)
        looks += run(&schedule, now, false) != SCHEDULE_NONE;
    assert_in_range(looks, SCHEDULE_LOOKS - 1, SCHEDULE_LOOKS); /* as after one hook */
}

static void test_while_odoo_fails_a_hook_changes_nothing(void **state)
{
    struct schedule schedule = idle();

    (void)state;
    schedule_hook(&schedule, SCHEDULE_PAYMENTS, START_MS - 400);
    run(&schedule, START_MS, true);
    schedule_hook(&schedule, SCHEDULE_PAYMENTS, START_MS + 100);
    assert_int_equal(due(&schedule, START_MS + 4000), SCHEDULE_NONE);
    assert_in_range(schedule_sleep_ms(&schedule, START_MS, NOW), 4500, 5500);
    assert_int_equal(run(&schedule, START_MS + 5600, false), SCHEDULE_ALL);
    assert_int_equal(due(&schedule, START_MS + 5600), SCHEDULE_NONE);
}

static void test_the_lease_is_looked_after_between_polls_and_while_odoo_fails(void **state)
{
    struct schedule schedule = idle();

    (void)state;
    assert_int_equal(due(&schedule, START_MS + 60000), SCHEDULE_NONE);
    schedule_lease(&schedule, 30000, START_MS);
    assert_int_equal(due(&schedule, START_MS + 29999), SCHEDULE_NONE);
    assert_int_equal(due(&schedule, START_MS + 30000), SCHEDULE_LEASE);
    assert_int_equal(schedule_sleep_ms(&schedule, START_MS, NOW), 30000);
    assert_int_equal(due(&schedule, schedule.all_ms), SCHEDULE_ALL);
    schedule.failures = 1;
    assert_int_equal(due(&schedule, START_MS + 30000), SCHEDULE_LEASE);
    schedule_lease(&schedule, 0, START_MS + 30000); /* not at once again */
    assert_int_equal(due(&schedule, START_MS + 34999), SCHEDULE_NONE);
    schedule_lease(&schedule, -1, START_MS);
    assert_int_equal(due(&schedule, START_MS + 60000), SCHEDULE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_is_due_at_first),
        cmocka_unit_test(test_polls_come_within_their_jitter),
        cmocka_unit_test(test_two_agents_started_together_do_not_poll_together),
        cmocka_unit_test(test_a_deadline_and_a_new_day_wake_it),
        cmocka_unit_test(test_a_failure_is_tried_again_later_each_time),
        cmocka_unit_test(test_a_hook_looks_when_odoo_may_have_committed_and_again),
        cmocka_unit_test(test_a_hook_about_something_else_looks_at_everything),
        cmocka_unit_test(test_a_hook_during_a_cycle_is_for_the_next_one),
        cmocka_unit_test(test_a_hook_just_before_a_look_is_for_the_next_one_too),
        cmocka_unit_test(test_hooks_in_a_row_share_one_look_a_second),
        cmocka_unit_test(test_while_odoo_fails_a_hook_changes_nothing),
        cmocka_unit_test(test_the_lease_is_looked_after_between_polls_and_while_odoo_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
