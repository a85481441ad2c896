/* test_domain.c - domains that are joined: Odoo's prefix operators take exactly two terms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "pull/domain.h"

static void expect_either(const char *one, const char *other, const char *expected)
{
    json_t *a = json_loads(one, 0, NULL), *b = json_loads(other, 0, NULL);
    json_t *made = domain_either(a, b), *wanted = json_loads(expected, 0, NULL);

    assert_non_null(wanted);
    if (!json_equal(made, wanted))
        fail_msg("%s | %s: %s", one, other, json_dumps(made, JSON_COMPACT));
    json_decref(a);
    json_decref(b);
    json_decref(made);
    json_decref(wanted);
}

static void test_two_terms_are_joined_as_they_are(void **state)
{
    (void)state;
    expect_either("[[\"a\",\"=\",1]]", "[[\"b\",\"=\",2]]",
                  "[\"|\",[\"a\",\"=\",1],[\"b\",\"=\",2]]");
}

static void test_several_terms_of_one_side_become_one(void **state)
{
    (void)state;
    expect_either("[[\"a\",\"=\",1],[\"b\",\"=\",2],[\"c\",\"=\",3]]", "[[\"d\",\"=\",4]]",
                  "[\"|\",\"&\",\"&\",[\"a\",\"=\",1],[\"b\",\"=\",2],[\"c\",\"=\",3],"
                  "[\"d\",\"=\",4]]");
}

static void test_operators_inside_a_side_are_counted(void **state)
{
    (void)state;
    expect_either("[\"|\",[\"a\",\"=\",1],[\"b\",\"=\",2],[\"c\",\"=\",3]]",
                  "[\"!\",[\"d\",\"=\",4],[\"e\",\"=\",5]]",
                  "[\"|\",\"&\",\"|\",[\"a\",\"=\",1],[\"b\",\"=\",2],[\"c\",\"=\",3],"
                  "\"&\",\"!\",[\"d\",\"=\",4],[\"e\",\"=\",5]]");
}

static void test_a_side_without_terms_is_every_record(void **state)
{
    (void)state;
    expect_either("[]", "[[\"a\",\"=\",1]]", "[\"|\",[\"id\",\"!=\",false],[\"a\",\"=\",1]]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_terms_are_joined_as_they_are),
        cmocka_unit_test(test_several_terms_of_one_side_become_one),
        cmocka_unit_test(test_operators_inside_a_side_are_counted),
        cmocka_unit_test(test_a_side_without_terms_is_every_record),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
