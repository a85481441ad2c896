/* test_answer.c - what is remembered of an answer that arrives in pieces, and the sentences that
 * the parsers share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "odoo/answer.h"

static void add_in_pieces(struct answer_ends *ends, const char *text, size_t cut, size_t piece)
{
    size_t length = strlen(text), size = cut;

    memset(ends, 0, sizeof *ends);
    for (size_t at = 0; at < length; at += size, size = piece) {
        if (at > 0 && size == 0)
            size = length - at;
        if (size > length - at)
            size = length - at;
        answer_ends_add(ends, text + at, size);
    }
}

/* Cut anywhere, the ends are those of the whole text. */
static void check_ends(const char *text, size_t length, const char *mark, bool is_there)
{
    for (size_t cut = 1; cut <= strlen(text); cut++)
        for (size_t piece = 0; piece < 4; piece++) {
            struct answer_ends ends;

            add_in_pieces(&ends, text, cut, piece);
            assert_int_equal(ends.total, strlen(text));
            assert_int_equal(answer_length(&ends), length);
            assert_int_equal(answer_ends_by(&ends, mark), is_there);
            assert_int_equal(ends.head_length, length);
            assert_memory_equal(ends.head, text + strspn(text, " \r\n\t"), length);
        }
}

static void test_ends(void **state)
{
    static const char closing[] = "</methodResponse>";

    (void)state;
    check_ends("</methodResponse>", 17, closing, true);
    check_ends(" \r\n<a>b  c</methodResponse>\t \n", 24, closing, true);
    check_ends("</methodResponse", 16, closing, false);
    check_ends("</methodResponse >", 18, closing, false);
    check_ends("</methodRes  ponse>", 19, closing, false);
    check_ends("</methodResponse> x", 19, closing, false);
    check_ends("[1 ]", 4, "]", true);
    check_ends("  ", 0, "]", false);
}

static void test_ends_of_a_long_text(void **state)
{
    struct answer_ends ends = {0};
    char text[5000];

    (void)state;
    memset(text, 'x', sizeof text);
    text[ANSWER_HEAD - 1] = 'h';
    memcpy(text + sizeof text - 8, "the end", 7);
    text[sizeof text - 1] = '\n';
    for (size_t at = 0; at < sizeof text; at += 50)
        answer_ends_add(&ends, text + at, 50);
    assert_int_equal(answer_length(&ends), 4999);
    assert_int_equal(ends.head_length, ANSWER_HEAD);
    assert_int_equal(ends.head[ANSWER_HEAD - 1], 'h');
    assert_int_equal(ends.tail_length, ANSWER_TAIL);
    assert_true(answer_ends_by(&ends, "xxthe end"));
}

static void check_not(const char *text, enum error_retry retry, const char *sentence)
{
    struct answer_ends ends = {0};
    struct error error = {0};

    answer_ends_add(&ends, text, strlen(text));
    assert_int_equal(answer_not("an answer", &ends, &error), ERR_PROTOCOL);
    assert_int_equal(error.code, ERR_PROTOCOL);
    assert_int_equal(error.retry, retry);
    assert_string_equal(error.message, sentence);
    assert_int_equal(answer_not("an answer", &ends, NULL), ERR_PROTOCOL);
}

static void test_sentences(void **state)
{
    struct answer_ends ends = {0};
    struct error error = {0};

    (void)state;
    check_not(" \n", RETRY_LATER,
              "the answer is empty, an answer was expected: the server or the proxy in front of it "
              "gave up; look at their logs");
    check_not("<HTML><title> 502\nBad Gateway</title>", RETRY_NEVER,
              "the answer is an HTML page ('502 Bad Gateway'), an answer was expected: a proxy "
              "answered in Odoo's place, or odoo.url is not the address of an Odoo");
    check_not("<!doctype html><p>", RETRY_NEVER,
              "the answer is an HTML page, an answer was expected: a proxy answered in Odoo's "
              "place, or odoo.url is not the address of an Odoo");
    check_not("404 page\nnot found", RETRY_NEVER,
              "the answer begins by '404 page not found', an answer was expected: is odoo.url the "
              "address of an Odoo?");
    answer_ends_add(&ends, " <a>\n", 5);
    assert_int_equal(answer_cut_short("</a>", &ends, &error), ERR_PROTOCOL);
    assert_int_equal(error.retry, RETRY_LATER);
    assert_string_equal(error.message,
                        "the answer is cut short: it ends after 3 bytes without </a>");
    assert_int_equal(answer_cut_short("</a>", &ends, NULL), ERR_PROTOCOL);
    assert_int_equal(answer_too_deep(12, &error), ERR_PROTOCOL);
    assert_int_equal(error.retry, RETRY_NEVER);
    assert_int_equal(answer_too_many(12, &error), ERR_PROTOCOL);
    assert_int_equal(answer_not_utf8(0xC3, 7, &error), ERR_UNPARSABLE);
    assert_string_equal(error.message, "the answer is not UTF-8: byte 0xC3 at offset 7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_ends_of_a_long_text),
        cmocka_unit_test(test_sentences),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
