/* test_backoff.c - the wait doubles with each failure, up to its limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "qualiodoo/util/backoff.h"

static void test_each_failure_doubles_the_wait(void **state)
{
    (void)state;
    assert_int_equal(backoff_wait(60, 3600, 0), 60);
    assert_int_equal(backoff_wait(60, 3600, 1), 120);
    assert_int_equal(backoff_wait(60, 3600, 2), 240);
    assert_int_equal(backoff_wait(60, 3600, 5), 1920);
}

static void test_no_wait_exceeds_the_limit(void **state)
{
    (void)state;
    assert_int_equal(backoff_wait(60, 3600, 6), 3600);
    assert_int_equal(backoff_wait(60, 3600, INT32_MAX), 3600);
    assert_int_equal(backoff_wait(5000, 1000, 0), 1000);
    assert_int_equal(backoff_wait(1, INT64_MAX / 4, INT32_MAX), INT64_MAX / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_failure_doubles_the_wait),
        cmocka_unit_test(test_no_wait_exceeds_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
