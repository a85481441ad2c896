/* test_wire_memory.c - a call is written whole, or not at all, whichever allocation of jansson
 * fails. */
#include "odoo_fixture.h"

static const struct wire_session session = {
    .database = "support", .login = "agent@example.com", .secret = SECRET, .uid = 7};

static size_t left; /* allocations until one fails */

static void *allocate(size_t size)
{
    return left-- == 1 ? NULL : malloc(size);
}

/* Checks a call after each number of allocations that succeed; how many it takes. */
static size_t expect_whole_or_nothing(const struct wire *wire, const struct wire_call *call,
                                      const char *body)
{
    size_t number = 0;
    int rc;

    do {
        struct wire_text text = {0};
        struct error error = {0};

        left = ++number;
        rc = wire->write(&session, call, &text, &error);
        if (rc) {
            assert_int_equal(rc, ERR_NO_MEMORY);
            assert_null(text.body);
        } else {
            assert_int_equal(text.length, strlen(body));
            assert_memory_equal(text.body, body, text.length);
        }
        wire_text_clear(&text);
    } while (left == 0 || left > number);
    return number;
}

static void test_a_call_is_written_whole_or_not_at_all(void **state)
{
    struct wire_call call = {.kind = WIRE_EXECUTE,
                             .model = "a.b",
                             .method = "write",
                             .arguments = json_pack("[[i], {ss}]", 1, "name", "x")};

    (void)state;
    assert_non_null(call.arguments);
    json_set_alloc_funcs(allocate, free);
    assert_true(expect_whole_or_nothing(
                    &wire_jsonrpc, &call,
                    "{\"jsonrpc\":\"2.0\",\"method\":\"call\",\"id\":1,\"params\":{\"service\":"
                    "\"object\",\"method\":\"execute_kw\",\"args\":[\"support\",7,\"" SECRET
                    "\",\"a.b\",\"write\",[[1],{\"name\":\"x\"}],{}]}}") > 20);
    assert_true(expect_whole_or_nothing(&wire_json2, &call,
                                        "{\"ids\":[1],\"vals\":{\"name\":\"x\"}}") > 10);
    json_set_alloc_funcs(malloc, free);
    json_decref(call.arguments);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_call_is_written_whole_or_not_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
