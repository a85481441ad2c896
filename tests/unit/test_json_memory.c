/* test_json_memory.c - the n-th allocation while an answer is read fails, for every n until none
 * does: of the parser, of yajl and of jansson. Each time the code is ERR_NO_MEMORY, every block is
 * freed, and the same parser reads another answer after a reset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "odoo/tree.h"

#include "failing_malloc.h"

#include "odoo/json_answer.c"

struct given {
    enum json_form form;
    const char *text;
    size_t length, piece;
};

static int read_all(struct json_answer *answer, const struct given *given, struct error *error)
{
    for (size_t at = 0; at < given->length; at += given->piece) {
        size_t left = given->length - at;

        json_answer_feed(answer, given->text + at, left < given->piece ? left : given->piece);
    }
    return json_answer_end(answer, error);
}

/* Reads with the allocation after `succeed` others failing, then again with none. Returns whether
 * one failed. */
static bool read_with_failure(const struct given *given, size_t succeed, struct error *error)
{
    struct tree tree = {0};
    struct sink sink = {tree_take, &tree};
    struct json_answer *answer = NULL;
    size_t alive;
    bool failed;
    int rc;

    failing_malloc_arm(succeed);
    rc = json_answer_open(given->form, &sink, SIZE_MAX, &answer, error);
    if (rc == 0)
        rc = read_all(answer, given, error);
    else
        assert_null(answer);
    assert_int_equal(rc, failing_malloc.failed ? ERR_NO_MEMORY : 0);
    if (rc && answer) {
        tree_clear(&tree);
        json_answer_reset(answer);
        assert_int_equal(read_all(answer, given, NULL), 0);
    }
    json_answer_free(answer);
    tree_clear(&tree);
    failed = failing_malloc_disarm(&alive);
    assert_int_equal(alive, 0);
    return failed;
}

/* Returns how many allocations there are. */
static size_t check(const struct given *given)
{
    struct error error;
    size_t n = 0;

    for (;; n++) {
        error = (struct error){0};
        if (!read_with_failure(given, n, &error))
            break;
        assert_int_equal(error.code, ERR_NO_MEMORY);
        assert_string_equal(error.message, "out of memory");
        assert_true(read_with_failure(given, n, NULL)); /* `error` may be NULL */
    }
    assert_int_equal(error.code, 0);
    return n;
}

static void the_nth_allocation_of_a_value_fails(void **state)
{
    static const char text[] =
        "{\"id\": 7, \"name\": \"a\\u00e9b\", \"list\": [1.5, true, null, [], "
        "{\"\\u0041\": \"x\"}], \"last\": false}";
    struct given given = {JSON_FORM_BARE, text, sizeof text - 1, sizeof text};

    (void)state;
    assert_true(check(&given) > 20);
    given.piece = 3;
    assert_true(check(&given) > 20);
}

static void the_nth_allocation_of_a_fault_fails(void **state)
{
    static const char text[] =
        "{\"jsonrpc\": \"2.0\", \"id\": 8, \"error\": {\"code\": 200, \"data\": "
        "{\"name\": \"builtins.KeyError\", \"arguments\": [\"\\u00e9\"]}}}";
    struct given given = {JSON_FORM_RPC, text, sizeof text - 1, sizeof text};

    (void)state;
    assert_true(check(&given) > 20);
    given.piece = 1;
    assert_true(check(&given) > 20);
}

/* Strings that make yajl's buffers and what is held back grow, and a stack that grows. */
static void the_nth_allocation_of_a_large_answer_fails(void **state)
{
    enum { LENGTH = 20000, DEPTH = 300 };
    static char text[LENGTH + 2 * DEPTH];
    struct given given = {JSON_FORM_BARE, text, sizeof text, 700};

    (void)state;
    memset(text, '[', DEPTH);
    memset(text + DEPTH, 'x', LENGTH);
    text[DEPTH] = '"';
    memcpy(text + DEPTH + 10000, "\\t", 2);
    text[DEPTH + LENGTH - 1] = '"';
    memset(text + DEPTH + LENGTH, ']', DEPTH);
    assert_true(check(&given) > DEPTH);
}

static void the_nth_allocation_of_a_number_at_the_end_fails(void **state)
{
    struct given given = {JSON_FORM_BARE, "12", 2, 1};

    (void)state;
    assert_true(check(&given) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nth_allocation_of_a_value_fails),
        cmocka_unit_test(the_nth_allocation_of_a_fault_fails),
        cmocka_unit_test(the_nth_allocation_of_a_large_answer_fails),
        cmocka_unit_test(the_nth_allocation_of_a_number_at_the_end_fails),
    };

    json_set_alloc_funcs(failing_malloc_malloc, failing_malloc_free);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
