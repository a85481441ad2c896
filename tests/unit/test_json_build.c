/* test_json_build.c - lists and objects to which no item can be added for lack of memory, and texts
 * that cannot be parsed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "failing_malloc.h"
#include "util/json_build.c"

static json_t *make(size_t items)
{
    json_t *list = json_array();

    for (size_t i = 0; i < items; i++) {
        json_t *object = json_object();

        json_build_set(&object, "id", json_integer((json_int_t)i));
        json_build_set(&object, "name", json_string("Exemple"));
        json_build_add(&list, object);
    }
    return list;
}

static void test_a_list_is_whole_or_null_whichever_allocation_fails(void **state)
{
    size_t alive;
    bool failed = true;

    (void)state;
    for (size_t succeed = 0; failed; succeed++) {
        json_t *list;

        failing_malloc_arm(succeed);
        list = make(20);
        if (list)
            assert_int_equal(json_array_size(list), 20);
        json_decref(list);
        failed = failing_malloc_disarm(&alive);
        assert_int_equal(alive, 0);
        assert_true(failed || (list && succeed > 60));
    }
}

static void test_all_items_are_appended_or_none_is_left(void **state)
{
    json_t *items = make(30), *list = json_array();
    size_t alive;

    (void)state;
    failing_malloc_arm(0);
    json_build_add_all(&list, items);
    assert_true(failing_malloc_disarm(&alive));
    assert_null(list);
    list = json_array();
    json_build_add_all(&list, items);
    assert_int_equal(json_array_size(list), 30);
    json_decref(list);
    json_decref(items);
}

static void test_ids_are_all_in_the_list_or_it_is_null(void **state)
{
    static const int64_t ids[] = {3, INT64_MAX, 1};
    json_t *list = json_build_ids(NULL, 0);
    size_t alive;
    bool failed = true;

    (void)state;
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
    for (size_t succeed = 0; failed; succeed++) {
        failing_malloc_arm(succeed);
        list = json_build_ids(ids, 3);
        for (size_t i = 0; list && i < 3; i++)
            assert_int_equal(json_integer_value(json_array_get(list, i)), ids[i]);
        assert_int_equal(json_array_size(list), list ? 3 : 0);
        json_decref(list);
        failed = failing_malloc_disarm(&alive);
        assert_int_equal(alive, 0);
        assert_true(failed == !list);
    }
}

static void test_a_null_item_drops_the_list_and_later_items(void **state)
{
    json_t *list = json_pack("[i]", 1);

    (void)state;
    json_build_add(&list, NULL);
    assert_null(list);
    json_build_add(&list, json_integer(2));
    json_build_set(&list, "name", json_integer(3));
    assert_null(list);
}

static void test_a_text_that_is_no_json_is_null(void **state)
{
    json_t *parsed = NULL;

    (void)state;
    assert_int_equal(json_build_parse("[1, ", 0, &parsed), 0);
    assert_null(parsed);
    assert_int_equal(json_build_parse(NULL, 0, &parsed), 0);
    assert_null(parsed);
}

/* When memory is short, jansson itself may return a text that lacks a character. */
static void test_a_text_is_parsed_whole_or_memory_is_short(void **state)
{
    static const char text[] = "{\"text\": \"a text that is longer than one block of the reader, "
                               "so that it asks for more\", \"number\": 1234567890}";
    json_t *whole = json_loads(text, 0, NULL), *parsed = NULL;
    bool failed = true;
    size_t alive;

    (void)state;
    for (size_t succeed = 0; failed; succeed++) {
        int rc;

        failing_malloc_arm(succeed);
        rc = json_build_parse(text, 0, &parsed);
        failed = failing_malloc_disarm(&alive);
        assert_int_equal(rc, failed ? ERR_NO_MEMORY : 0);
        assert_true(failed ? !parsed && alive == 0 : json_equal(parsed, whole));
        json_decref(parsed);
    }
    json_decref(whole);
}

/* When memory is short, jansson itself may return a text that lacks the name of a member. */
static void test_a_value_is_written_whole_or_not_at_all(void **state)
{
    static const char whole[] =
        "{\"a name that makes the buffer grow, and another\":1,\"minutes and "
        "hours, of which the buffer does not hold the name\":[2,{}]}";
    json_t *value = json_loads(whole, 0, NULL);
    bool failed = true;
    size_t alive;

    (void)state;
    for (size_t succeed = 0; failed; succeed++) {
        char *text;

        failing_malloc_arm(succeed);
        text = json_build_text(value, JSON_COMPACT);
        failed = failing_malloc_disarm(&alive);
        assert_int_equal(alive, text ? 1 : 0);
        assert_true(failed == !text);
        if (text)
            assert_string_equal(text, whole);
        free(text);
        assert_true(failed || succeed > 5);
    }
    assert_null(json_build_text(NULL, 0));
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_list_is_whole_or_null_whichever_allocation_fails),
        cmocka_unit_test(test_all_items_are_appended_or_none_is_left),
        cmocka_unit_test(test_ids_are_all_in_the_list_or_it_is_null),
        cmocka_unit_test(test_a_null_item_drops_the_list_and_later_items),
        cmocka_unit_test(test_a_text_that_is_no_json_is_null),
        cmocka_unit_test(test_a_text_is_parsed_whole_or_memory_is_short),
        cmocka_unit_test(test_a_value_is_written_whole_or_not_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
