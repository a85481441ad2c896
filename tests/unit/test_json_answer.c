/* test_json_answer.c - the parser of JSON answers: values, refusals, the envelope of JSON-RPC,
 * cuts, limits, and what the caller is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "odoo/answer.h"

#include "json_reading.h"

static const struct {
    const char *text, *log;
} values[] = {
    {"null", "null "},
    {"true", "true "},
    {"false", "false "},
    {"0", "0 "},
    {"-0", "0 "},
    {"[1, -2]", "[ 1 -2 end "},
    {"[9223372036854775807,-9223372036854775808]",
     "[ 9223372036854775807 -9223372036854775808 end "},
    {"[1.5, -0.0, 1e2, 1E-2, 0.1]", "[ 0x1.8p+0 -0x0p+0 0x1.9p+6 0x1.47ae147ae147bp-7 "
                                    "0x1.999999999999ap-4 end "},
    {"[1e-999]", "[ 0x0p+0 end "},
    {"\"\"", "\"\" "},
    {"\"a b\"", "\"a b\" "},
    {"\"\\\" \\\\ \\/ \\b \\f \\n \\r \\t\"", "\"\" \\ / \b \f \n \r \t\" "},
    {"\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"", "\"Aé€😀\" "},
    {"\"\\\\ud800\"", "\"\\ud800\" "},
    {"\"é€😀\xEF\xBF\xBE\xEF\xBF\xBF\x7F\"", "\"é€😀\xEF\xBF\xBE\xEF\xBF\xBF\x7F\" "},
    {"\"\xF4\x8F\xBF\xBF\xED\x9F\xBF\xEE\x80\x80\"",
     "\"\xF4\x8F\xBF\xBF\xED\x9F\xBF\xEE\x80\x80\" "},
    {"\"\\u0001\\u001f\"", "\"\x01\x1F\" "},
    {"[]", "[ end "},
    {"{}", "{ end "},
    {" \t\r\n[ 1 ,\n2 ] \r\n\t", "[ 1 2 end "},
    {"{\"a\": {\"b\": [[], null]}, \"c\": false}",
     "{ \"a\": { \"b\": [ [ end null end end \"c\": false end "},
    {"{\"a\": 1, \"a\": 2, \"\": 3, \"\\u00e9\": 4}", "{ \"a\": 1 \"a\": 2 \"\": 3 \"é\": 4 end "},
    {"[{\"id\": 83, \"name\": \"a\\u0001b\", \"partner_id\": [1, \"X\"]}]",
     "[ { \"id\": 83 \"name\": \"a\x01"
     "b\" \"partner_id\": [ 1 \"X\" end end end "},
};

static void test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct reading reading = {.text = values[i].text};

        read_answer(&reading);
        if (reading.code || strcmp(reading.events.log, values[i].log))
            fail_msg("%s: %d %s: %s", values[i].text, reading.code, reading.error.message,
                     reading.events.log);
        clear_reading(&reading);
    }
}

/* ---- JSON-RPC ---- */

static const struct {
    const char *text, *log, *fault;
} envelopes[] = {
    {"{\"jsonrpc\": \"2.0\", \"id\": 1, \"result\": [1, {\"result\": 2}]}",
     "[ 1 { \"result\": 2 end end ", NULL},
    {"{\"result\": \"a\", \"id\": null, \"jsonrpc\": \"2.0\"}", "\"a\" ", NULL},
    {"{\"result\": false}", "false ", NULL},
    {"{\"jsonrpc\": \"2.0\", \"result\": null}", "null ", NULL},
    {"{\"jsonrpc\": \"2.0\", \"id\": 52}", "null ", NULL},
    {"{\"jsonrpc\": \"2.0\", \"id\": {\"result\": 1}, \"extra\": [{\"error\": {}}], \"result\": 3}",
     "3 ", NULL},
    {"{\"\\u0072esult\": 4}", "4 ", NULL},
    {"{\"error\": null, \"result\": 5}", "5 ", NULL},
    {"{\"result\": 6, \"error\": null}", "6 ", NULL},
    {"{\"error\": null}", "null ", NULL},
    {"{\"jsonrpc\": \"2.0\", \"id\": 8, \"error\": {\"code\": 200, \"data\": {\"name\": "
     "\"builtins.KeyError\", \"arguments\": [1.5, \"é\", true, null]}}}",
     "",
     "{\"code\":200,\"data\":{\"name\":\"builtins.KeyError\",\"arguments\":[1.5,\"é\",true,null]}"
     "}"},
    {"{\"error\": {\"a\": 1, \"a\": 2}, \"result\": [7]}", "", "{\"a\":2}"},
    {"{\"error\": {}}", "", "{}"},
};

static void check_envelope(size_t i, size_t piece)
{
    struct reading reading = {.form = JSON_FORM_RPC, .text = envelopes[i].text, .piece = piece};

    reading.cut = piece;
    read_answer(&reading);
    if (reading.code || strcmp(reading.events.log, envelopes[i].log) ||
        strcmp(reading.fault ? reading.fault : "none",
               envelopes[i].fault ? envelopes[i].fault : "none"))
        fail_msg("%s: %d %s: %s: %s", envelopes[i].text, reading.code, reading.error.message,
                 reading.events.log, reading.fault ? reading.fault : "no fault");
    clear_reading(&reading);
}

static void test_envelopes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof envelopes / sizeof *envelopes; i++) {
        check_envelope(i, 0);
        check_envelope(i, 1);
    }
}

/* ---- Pieces ---- */

static void test_every_cut_gives_the_same_events(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        check_pieces(JSON_FORM_BARE, values[i].text, 0);
    for (size_t i = 0; i < sizeof envelopes / sizeof *envelopes; i++)
        check_pieces(JSON_FORM_RPC, envelopes[i].text, 0);
}

/* Every beginning of a text that has a closing bracket or quote is cut short, and its events are
 * the first ones of the whole. */
static void check_prefixes(enum json_form form, const char *text, size_t length)
{
    struct reading whole = {.form = form, .text = text, .length = length};

    read_answer(&whole);
    assert_int_equal(whole.code, 0);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]))
        length--;
    for (size_t end = strspn(text, " \t\r\n") + 1; end < length; end++) {
        struct reading reading = {.form = form, .text = text, .length = end};

        read_answer(&reading);
        if (reading.code != ERR_PROTOCOL || reading.error.retry != RETRY_LATER ||
            !strstr(reading.error.message, "cut short"))
            fail_msg("%.*s: %d %s", (int)end, text, reading.code, reading.error.message);
        assert_memory_equal(reading.events.log, whole.events.log, reading.events.log_length);
        clear_reading(&reading);
    }
    clear_reading(&whole);
}

static void test_every_beginning_is_cut_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (strpbrk(values[i].text, "[{\"tfn"))
            check_prefixes(JSON_FORM_BARE, values[i].text, strlen(values[i].text));
    for (size_t i = 0; i < sizeof envelopes / sizeof *envelopes; i++)
        check_prefixes(JSON_FORM_RPC, envelopes[i].text, strlen(envelopes[i].text));
}

static void test_a_long_text_arrives_in_small_pieces(void **state)
{
    enum { LENGTH = 6 << 20 };
    struct reading reading = {.cut = 700, .piece = 700};
    char *text = malloc(LENGTH);

    (void)state;
    assert_non_null(text);
    memset(text, 'x', LENGTH);
    memcpy(text, "[\"\\u00e9", 8);
    memcpy(text + LENGTH - 5, "\", 2]", 5);
    reading.text = text;
    reading.length = LENGTH;
    read_answer(&reading);
    assert_int_equal(reading.code, 0);
    assert_int_equal(json_string_length(json_array_get(reading.events.tree.value, 0)),
                     LENGTH - 13 + 2);
    assert_int_equal(json_integer_value(json_array_get(reading.events.tree.value, 1)), 2);
    clear_reading(&reading);
    free(text);
}

/* ---- Limits ---- */

/* `opening` repeated, then `closing`. */
static char *nested(const char *opening, const char *inner, const char *closing, size_t times)
{
    char *text = calloc(1, times * (strlen(opening) + strlen(closing)) + strlen(inner) + 1);
    char *end = text;

    assert_non_null(text);
    for (size_t i = 0; i < times; i++)
        end = mempcpy(end, opening, strlen(opening));
    end = mempcpy(end, inner, strlen(inner));
    for (size_t i = 0; i < times; i++)
        end = mempcpy(end, closing, strlen(closing));
    return text;
}

static void check_depth(enum json_form form, const char *opening, const char *inner,
                        const char *closing, size_t times)
{
    char *text = nested(opening, inner, closing, times);
    struct reading reading = {.form = form, .text = text};
    bool is_deep = times > ANSWER_DEPTH_MAX;

    read_answer(&reading);
    assert_int_equal(reading.code, is_deep ? ERR_PROTOCOL : 0);
    if (is_deep) {
        assert_non_null(strstr(reading.error.message, "nested deeper than 1000 elements at byte "));
        assert_int_equal(reading.error.retry, RETRY_NEVER);
    }
    assert_int_equal(reading.wanted, !is_deep);
    clear_reading(&reading);
    free(text);
}

static void test_depth(void **state)
{
    (void)state;
    check_depth(JSON_FORM_BARE, "[", "", "]", ANSWER_DEPTH_MAX);
    check_depth(JSON_FORM_BARE, "[", "", "]", ANSWER_DEPTH_MAX + 1);
    check_depth(JSON_FORM_BARE, "{\"a\": ", "1", "}", ANSWER_DEPTH_MAX);
    check_depth(JSON_FORM_BARE, "{\"a\": ", "1", "}", ANSWER_DEPTH_MAX + 1);
    check_depth(JSON_FORM_RPC, "{\"result\": ", "1", "}", ANSWER_DEPTH_MAX);
    check_depth(JSON_FORM_RPC, "{\"result\": ", "1", "}", ANSWER_DEPTH_MAX + 1);
    check_depth(JSON_FORM_RPC, "{\"error\": ", "1", "}", ANSWER_DEPTH_MAX + 1);
    check_depth(JSON_FORM_RPC, "{\"id\": ", "1", "}", ANSWER_DEPTH_MAX + 1);
}

static void test_depth_says_where(void **state)
{
    char *text = nested("[", "", "]", 2 * ANSWER_DEPTH_MAX);

    (void)state;
    for (size_t cut = 1; cut <= 1001; cut += 100) {
        struct reading reading = {.text = text, .cut = cut};

        read_answer(&reading);
        assert_string_equal(reading.error.message,
                            "the answer is nested deeper than 1000 elements at byte 1000: refused");
        assert_false(reading.wanted);
        clear_reading(&reading);
    }
    free(text);
}

static void test_elements(void **state)
{
    static const char text[] = "{\"a\": [1, 2], \"b\": null}"; /* 5 values, 2 names */

    (void)state;
    for (size_t max = 1; max <= 8; max++) {
        struct reading reading = {.text = text, .max_elements = max};

        read_answer(&reading);
        assert_int_equal(reading.code, max < 7 ? ERR_PROTOCOL : 0);
        assert_int_equal(reading.wanted, max >= 7);
        if (max < 7)
            assert_non_null(strstr(reading.error.message, "lower odoo.page_size"));
        clear_reading(&reading);
    }
}

static void test_elements_of_skipped_members_count(void **state)
{
    struct reading reading = {
        .form = JSON_FORM_RPC, .text = "{\"x\": [1, 2, 3], \"result\": 1}", .max_elements = 7};

    (void)state;
    read_answer(&reading);
    assert_int_equal(reading.code, ERR_PROTOCOL);
    clear_reading(&reading);
}

static void test_long_numbers(void **state)
{
    char text[600] = "[1.";
    struct reading reading = {.text = text};

    (void)state;
    memset(text + 3, '5', 500);
    text[503] = ']';
    read_answer(&reading);
    assert_int_equal(reading.code, ERR_UNPARSABLE);
    assert_non_null(strstr(reading.error.message, "5555... at byte 1, which is too long"));
    clear_reading(&reading);
}

/* ---- What the caller is told ---- */

static void test_the_sink_can_refuse(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 9; n++) {
        struct reading reading = {.text = "{\"a\": [1, 2.5, \"x\"]}", .fail_at = n};

        read_answer(&reading);
        assert_int_equal(reading.code, n <= 8 ? ERR_STATE : 0);
        assert_int_equal(reading.wanted, n > 8);
        if (n <= 8) {
            assert_string_equal(reading.error.message, "the sink is full");
            assert_int_equal(reading.events.n, n);
        }
        clear_reading(&reading);
    }
}

static void test_the_sink_can_refuse_a_number_that_ends_with_the_text(void **state)
{
    struct reading bare = {.text = "12", .fail_at = 1};
    struct reading none = {.form = JSON_FORM_RPC, .text = "{\"jsonrpc\": 1}", .fail_at = 1};

    (void)state;
    read_answer(&bare);
    assert_int_equal(bare.code, ERR_STATE);
    clear_reading(&bare);
    read_answer(&none);
    assert_int_equal(none.code, ERR_STATE);
    clear_reading(&none);
}

static void test_more_of_a_page_is_wanted_until_its_title_is_there(void **state)
{
    char page[3000];
    struct reading small = {.text = page, .length = 1000};
    struct reading large = {.text = page, .length = sizeof page, .cut = 1000, .piece = 100};

    (void)state;
    memset(page, ' ', sizeof page);
    memcpy(page, "<html>", 6);
    memcpy(page + 900, "<title>Gateway</title>x", 23);
    page[2999] = '>';
    memset(page + 1500, 'y', 1400);
    read_answer(&small);
    assert_true(small.wanted);
    assert_non_null(strstr(small.error.message, "an HTML page ('Gateway')"));
    clear_reading(&small);
    read_answer(&large);
    assert_false(large.wanted);
    assert_non_null(strstr(large.error.message, "an HTML page ('Gateway')"));
    clear_reading(&large);
}

static void test_a_broken_answer_is_read_to_its_end(void **state)
{
    struct reading reading = {.text = "[1, x, 2, 3]", .cut = 6};

    (void)state;
    read_answer(&reading);
    assert_true(reading.wanted);
    assert_int_equal(reading.code, ERR_UNPARSABLE);
    assert_string_equal(reading.events.log, "[ 1 ");
    clear_reading(&reading);
}

static void test_reset(void **state)
{
    static const struct {
        const char *text;
        int code;
        const char *fault;
    } answers[] = {
        {"{\"jsonrpc\": \"2.0\", \"result\": [1, \"abc\"]}", 0, NULL},
        {"{\"jsonrpc\": \"2.0\", \"result\": [1, \"ab", ERR_PROTOCOL, NULL},
        {"{\"error\": {\"code\": 0}}", 0, "{\"code\":0}"},
        {"{\"result\": [NaN]}", ERR_UNPARSABLE, NULL},
        {"<html>", ERR_PROTOCOL, NULL},
        {"{\"result\": 1, \"result\": 2}", ERR_PROTOCOL, NULL},
        {"{\"result\": \"\\ud800\"}", ERR_UNPARSABLE, NULL},
        {"", ERR_PROTOCOL, NULL},
        {"{\"result\": \"\\ud8", ERR_PROTOCOL, NULL},
        {"{\"result\": \"\xC3", ERR_PROTOCOL, NULL},
        {"{\"result\": 1}", 0, NULL},
    };
    struct reading reading = {.form = JSON_FORM_RPC};
    struct sink sink = {json_events_take, &reading.events};
    struct json_answer *answer = NULL;

    (void)state;
    assert_int_equal(json_answer_open(JSON_FORM_RPC, &sink, SIZE_MAX, &answer, NULL), 0);
    for (size_t i = 0; i < 2 * sizeof answers / sizeof *answers; i++) {
        size_t which = i % (sizeof answers / sizeof *answers);

        reading = (struct reading){.text = answers[which].text, .piece = 3, .cut = 3};
        reading.length = strlen(reading.text);
        json_events_start(&reading.events);
        json_answer_reset(answer);
        assert_null(json_answer_fault(answer));
        read_with(answer, &reading);
        assert_int_equal(reading.code, answers[which].code);
        if (answers[which].fault)
            assert_string_equal(reading.fault, answers[which].fault);
        else
            assert_null(reading.fault);
        clear_reading(&reading);
    }
    json_answer_free(answer);
}

static void test_an_error_may_be_left_out(void **state)
{
    static const char *const texts[] = {"",        "<p>",   "[1",           "[x]",
                                        "[1e999]", "[1] 2", "[\"\\ud800\"]"};
    struct json_events events;
    struct sink sink = {json_events_take, &events};
    struct json_answer *answer = NULL;

    (void)state;
    json_answer_free(NULL);
    assert_int_equal(json_answer_open(JSON_FORM_BARE, &sink, SIZE_MAX, &answer, NULL), 0);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_events_start(&events);
        json_answer_reset(answer);
        json_answer_feed(answer, NULL, 0);
        json_answer_feed(answer, texts[i], strlen(texts[i]));
        assert_true(json_answer_end(answer, NULL) < 0);
        json_events_stop(&events);
        json_events_clear(&events);
    }
    json_answer_free(answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_envelopes),
        cmocka_unit_test(test_every_cut_gives_the_same_events),
        cmocka_unit_test(test_every_beginning_is_cut_short),
        cmocka_unit_test(test_a_long_text_arrives_in_small_pieces),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_depth_says_where),
        cmocka_unit_test(test_elements),
        cmocka_unit_test(test_elements_of_skipped_members_count),
        cmocka_unit_test(test_long_numbers),
        cmocka_unit_test(test_the_sink_can_refuse),
        cmocka_unit_test(test_the_sink_can_refuse_a_number_that_ends_with_the_text),
        cmocka_unit_test(test_more_of_a_page_is_wanted_until_its_title_is_there),
        cmocka_unit_test(test_a_broken_answer_is_read_to_its_end),
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_an_error_may_be_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
