/* test_json_refused.c - what the parser of JSON answers refuses, with which code and sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json_reading.h"

/* Texts that are refused: the code, whether it can pass, a part of the sentence. */
static const struct {
    enum json_form form;
    const char *text;
    int code;
    enum error_retry retry;
    const char *part;
} refusals[] = {
    {JSON_FORM_BARE, "", ERR_PROTOCOL, RETRY_LATER, "is empty, a JSON answer was expected"},
    {JSON_FORM_BARE, " \r\n", ERR_PROTOCOL, RETRY_LATER, "is empty"},
    {JSON_FORM_RPC, "", ERR_PROTOCOL, RETRY_LATER, "a JSON-RPC answer was expected"},
    {JSON_FORM_BARE, " <html><title>Bad\n gateway</title></html>", ERR_PROTOCOL, RETRY_NEVER,
     "is an HTML page ('Bad gateway'), a JSON answer was expected"},
    {JSON_FORM_RPC, "Invalid JSON-RPC data", ERR_PROTOCOL, RETRY_NEVER,
     "begins by 'Invalid JSON-RPC data', a JSON-RPC answer was expected"},
    {JSON_FORM_RPC, "[1]", ERR_PROTOCOL, RETRY_NEVER, "begins by '[1]'"},
    {JSON_FORM_RPC, "12", ERR_PROTOCOL, RETRY_NEVER, "begins by '12'"},
    {JSON_FORM_BARE, "Internal Server Error", ERR_PROTOCOL, RETRY_NEVER, "begins by 'Internal"},
    {JSON_FORM_BARE, "Not found", ERR_PROTOCOL, RETRY_NEVER, "begins by 'Not found'"},
    {JSON_FORM_BARE, "404 page not found", ERR_PROTOCOL, RETRY_NEVER, "begins by '404 page"},
    {JSON_FORM_BARE, "not found", ERR_PROTOCOL, RETRY_NEVER, "begins by 'not found'"},
    {JSON_FORM_BARE, "upstream timed out", ERR_PROTOCOL, RETRY_NEVER, "begins by 'upstream"},
    {JSON_FORM_BARE, "-x", ERR_PROTOCOL, RETRY_NEVER, "begins by '-x'"},
    {JSON_FORM_BARE, "\xEF\xBB\xBF[1]", ERR_PROTOCOL, RETRY_NEVER, "begins by '"},
    {JSON_FORM_BARE, "tru", ERR_PROTOCOL, RETRY_LATER, "cut short: it ends after 3 bytes"},
    {JSON_FORM_BARE, "-", ERR_PROTOCOL, RETRY_LATER, "without the rest of its value"},
    {JSON_FORM_BARE, " [1, 2 ", ERR_PROTOCOL, RETRY_LATER,
     "cut short: it ends after 5 bytes without its closing ]"},
    {JSON_FORM_BARE, "{\"a\": [1]", ERR_PROTOCOL, RETRY_LATER, "without its closing }"},
    {JSON_FORM_BARE, "\"ab", ERR_PROTOCOL, RETRY_LATER, "without its closing \""},
    {JSON_FORM_BARE, "\"ab\\\"", ERR_PROTOCOL, RETRY_LATER, "without its closing \""},
    {JSON_FORM_BARE, "[1, 2 3, 4", ERR_PROTOCOL, RETRY_LATER, "cut short: it ends after 10 bytes"},
    {JSON_FORM_BARE, "{\"a\": NaN, \"b\"", ERR_PROTOCOL, RETRY_LATER, "cut short"},
    {JSON_FORM_BARE, "[\"\\ud800\", \"b", ERR_PROTOCOL, RETRY_LATER, "cut short"},
    {JSON_FORM_BARE, "[99999999999999999999, \"b", ERR_PROTOCOL, RETRY_LATER, "cut short"},
    {JSON_FORM_BARE, "[NaN]", ERR_UNPARSABLE, RETRY_NEVER,
     "holds NaN in the place of a number, at "
     "byte 1"},
    {JSON_FORM_BARE, "NaN", ERR_UNPARSABLE, RETRY_NEVER, "holds NaN"},
    {JSON_FORM_BARE, "[1, Infinity]", ERR_UNPARSABLE, RETRY_NEVER,
     "holds Infinity in the place of "
     "a number, at byte 4"},
    {JSON_FORM_BARE, "[-Infinity]", ERR_UNPARSABLE, RETRY_NEVER, "Infinity"},
    {JSON_FORM_BARE, "{\"nan\": NaN, \"inf\": Infinity}", ERR_UNPARSABLE, RETRY_NEVER,
     "holds NaN in the place of a number, at byte 8"},
    {JSON_FORM_RPC, "{\"jsonrpc\": \"2.0\", \"id\": 1, \"result\": {\"a\": NaN}}", ERR_UNPARSABLE,
     RETRY_NEVER, "NaN"},
    {JSON_FORM_BARE, "[9223372036854775808]", ERR_UNPARSABLE, RETRY_NEVER,
     "the number 9223372036854775808 at byte 1, which is above the range of 64 bits"},
    {JSON_FORM_BARE, "[ -9223372036854775809]", ERR_UNPARSABLE, RETRY_NEVER,
     "at byte 2, which is "
     "above"},
    {JSON_FORM_BARE, "100000000000000000000", ERR_UNPARSABLE, RETRY_NEVER,
     "at byte 0, which is "
     "above"},
    {JSON_FORM_BARE, "[1e999]", ERR_UNPARSABLE, RETRY_NEVER,
     "the number 1e999 at byte 1, which is "
     "not finite"},
    {JSON_FORM_BARE, "[-1e999 ]", ERR_UNPARSABLE, RETRY_NEVER, "not finite"},
    {JSON_FORM_BARE, "[\"\\ud800\"]", ERR_UNPARSABLE, RETRY_NEVER,
     "half a character, a surrogate "
     "without its other half, at "
     "byte 2"},
    {JSON_FORM_BARE, "[\"a\\ud800b\"]", ERR_UNPARSABLE, RETRY_NEVER, "half a character"},
    {JSON_FORM_BARE, "[\"\\ud800\\n\"]", ERR_UNPARSABLE, RETRY_NEVER, "half a character"},
    {JSON_FORM_BARE, "[\"\\ud800\\u0041\"]", ERR_UNPARSABLE, RETRY_NEVER, "half a character"},
    {JSON_FORM_BARE, "[\"\\ud800\\ud800\\udc00\"]", ERR_UNPARSABLE, RETRY_NEVER, "half a"},
    {JSON_FORM_BARE, "[\"\\udc00\\ud800\"]", ERR_UNPARSABLE, RETRY_NEVER, "half a character"},
    {JSON_FORM_BARE, "\"\\uDFFF\"", ERR_UNPARSABLE, RETRY_NEVER, "half a character"},
    {JSON_FORM_BARE, "[\"\\u0000\"]", ERR_UNPARSABLE, RETRY_NEVER,
     "the character U+0000, which no "
     "text of Odoo can hold, at byte "
     "2"},
    {JSON_FORM_BARE, "{\"a\\u0000\": 1}", ERR_UNPARSABLE, RETRY_NEVER, "U+0000"},
    {JSON_FORM_BARE, "[\"\xC3\"]", ERR_UNPARSABLE, RETRY_NEVER,
     "is not UTF-8: byte 0xC3 at offset "
     "2"},
    {JSON_FORM_BARE, "[\"\x80\"]", ERR_UNPARSABLE, RETRY_NEVER, "byte 0x80 at offset 2"},
    {JSON_FORM_BARE, "[\"\xC0\xAF\"]", ERR_UNPARSABLE, RETRY_NEVER, "byte 0xC0"},
    {JSON_FORM_BARE, "[\"\xE0\x9F\xBF\"]", ERR_UNPARSABLE, RETRY_NEVER, "byte 0xE0"},
    {JSON_FORM_BARE, "[\"\xED\xA0\x80\"]", ERR_UNPARSABLE, RETRY_NEVER, "byte 0xED"},
    {JSON_FORM_BARE, "[\"\xF0\x8F\xBF\xBF\"]", ERR_UNPARSABLE, RETRY_NEVER, "byte 0xF0"},
    {JSON_FORM_BARE, "[\"\xF4\x90\x80\x80\"]", ERR_UNPARSABLE, RETRY_NEVER, "byte 0xF4"},
    {JSON_FORM_BARE, "[\"\xFF\"]", ERR_UNPARSABLE, RETRY_NEVER, "byte 0xFF"},
    {JSON_FORM_BARE, "[\"a\nb\"]", ERR_UNPARSABLE, RETRY_NEVER, "no valid JSON near byte 3"},
    {JSON_FORM_BARE, "[\"\\x41\"]", ERR_UNPARSABLE, RETRY_NEVER, "no valid JSON near byte 3"},
    {JSON_FORM_BARE, "[\"\\u12G4\"]", ERR_UNPARSABLE, RETRY_NEVER, "no valid JSON near byte 6"},
    {JSON_FORM_BARE, "\"a\tb\"", ERR_UNPARSABLE, RETRY_NEVER, "no valid JSON near byte 2"},
    {JSON_FORM_BARE, "[1 2]", ERR_UNPARSABLE, RETRY_NEVER, "no valid JSON near byte"},
    {JSON_FORM_BARE, "[1,]", ERR_UNPARSABLE, RETRY_NEVER, "no valid JSON near byte"},
    {JSON_FORM_BARE, "[01]", ERR_UNPARSABLE, RETRY_NEVER, "no valid JSON near byte"},
    {JSON_FORM_BARE, "[+1]", ERR_UNPARSABLE, RETRY_NEVER, "no valid JSON near byte"},
    {JSON_FORM_BARE, "[1.]", ERR_UNPARSABLE, RETRY_NEVER, "no valid JSON near byte"},
    {JSON_FORM_BARE, "[.5]", ERR_UNPARSABLE, RETRY_NEVER, "no valid JSON near byte"},
    {JSON_FORM_BARE, "[tru]", ERR_UNPARSABLE, RETRY_NEVER, "no valid JSON near byte 4"},
    {JSON_FORM_BARE, "{\"a\" 1}", ERR_UNPARSABLE, RETRY_NEVER, "no valid JSON near byte"},
    {JSON_FORM_BARE, "{\"a\": 1 \"b\": 2}", ERR_UNPARSABLE, RETRY_NEVER, "no valid JSON near byte"},
    {JSON_FORM_BARE, "{1: 2}", ERR_UNPARSABLE, RETRY_NEVER, "no valid JSON near byte"},
    {JSON_FORM_BARE, "{'a': 2}", ERR_UNPARSABLE, RETRY_NEVER, "no valid JSON near byte"},
    {JSON_FORM_BARE, "[1] // a comment ]", ERR_UNPARSABLE, RETRY_NEVER, "goes on after its end"},
    {JSON_FORM_BARE, "[/* a comment */ 1]", ERR_UNPARSABLE, RETRY_NEVER, "no valid JSON near byte"},
    {JSON_FORM_BARE, "[1}", ERR_PROTOCOL, RETRY_LATER, "without its closing ]"},
    {JSON_FORM_BARE, "[1]]", ERR_UNPARSABLE, RETRY_NEVER, "goes on after its end, at byte 3"},
    {JSON_FORM_BARE, "[1]\n[2", ERR_UNPARSABLE, RETRY_NEVER, "goes on after its end, at byte 3"},
    {JSON_FORM_BARE, "{} \"ab", ERR_UNPARSABLE, RETRY_NEVER, "goes on after its end, at byte 2"},
    {JSON_FORM_BARE, "{} tr", ERR_UNPARSABLE, RETRY_NEVER, "goes on after its end"},
    {JSON_FORM_BARE, "\"a\" 1", ERR_UNPARSABLE, RETRY_NEVER, "goes on after its end, at byte 3"},
    {JSON_FORM_BARE, "[] \xFF", ERR_UNPARSABLE, RETRY_NEVER, "goes on after its end"},
    {JSON_FORM_RPC, "{}", ERR_PROTOCOL, RETRY_NEVER, "begins by '{}', a JSON-RPC answer was"},
    {JSON_FORM_RPC, "{\"name\": \"x\", \"message\": \"y\"}", ERR_PROTOCOL, RETRY_NEVER,
     "begins by"},
    {JSON_FORM_RPC, "{\"result\": 1, \"result\": 2}", ERR_PROTOCOL, RETRY_NEVER,
     "the member "
     "'result' twice"},
    {JSON_FORM_RPC, "{\"error\": {}, \"error\": {}}", ERR_PROTOCOL, RETRY_NEVER,
     "the member "
     "'error' twice"},
    {JSON_FORM_RPC, "{\"result\": 1, \"error\": {}}", ERR_PROTOCOL, RETRY_NEVER,
     "both a result "
     "and an error"},
    {JSON_FORM_RPC, "{\"error\": \"no\"}", ERR_PROTOCOL, RETRY_NEVER, "an error that is no object"},
    {JSON_FORM_RPC, "{\"result\": 1, \"error\": [1]}", ERR_PROTOCOL, RETRY_NEVER,
     "an error that is "
     "no object"},
};

static void check_refusal(size_t i, size_t piece)
{
    struct reading reading = {.form = refusals[i].form, .text = refusals[i].text, .piece = piece};

    reading.cut = piece;
    read_answer(&reading);
    if (reading.code != refusals[i].code || reading.error.retry != refusals[i].retry ||
        !strstr(reading.error.message, refusals[i].part))
        fail_msg("%s in pieces of %zu: %d, retry %d, %s", refusals[i].text, piece, reading.code,
                 reading.error.retry, reading.error.message);
    assert_null(reading.fault);
    clear_reading(&reading);
}

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        check_refusal(i, 0);
        check_refusal(i, 1);
        check_pieces(refusals[i].form, refusals[i].text, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
