/* test_table.c - tables as they appear on the screen. */
#include <fcntl.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

#include "qualiodoo/cli/table.h"

static const struct table_column columns[] = {
    {"Customer", TABLE_LEFT}, {"Left", TABLE_RIGHT}, {"Until", TABLE_LEFT}};

static void check(struct table *table, const char *expected)
{
    struct error error = {0};
    char *text = NULL;
    size_t size;
    FILE *output = open_memstream(&text, &size);

    assert_non_null(output);
    assert_int_equal(table_print(table, output, &error), 0);
    fclose(output);
    assert_string_equal(text, expected);
    free(text);
    table_free(table);
}

static void test_align(void **state)
{
    struct table *table = table_new(columns, 3);

    (void)state;
    table_cell(table, "Exemple SARL");
    table_cell_minutes(table, 655);
    table_cell(table, "2026-03-09");
    table_cell_format(table, "%s & %d", "Co", 7);
    table_cell_minutes(table, -5);
    table_cell(table, NULL);
    check(table, "Customer       Left  Until\n"
                 "Exemple SARL  10:55  2026-03-09\n"
                 "Co & 7        -0:05  -\n");
}

/* Accents take one column, wide characters two, combining ones none. */
static void test_width(void **state)
{
    struct table *table = table_new(columns, 3);

    (void)state;
    table_cell(table, "\xC3\xA9t\xC3\xA9");
    table_cell(table, "1");
    table_cell(table, "a");
    table_cell(table, "e\xCC\x81t\xC3\xA9");
    table_cell(table, "22");
    table_cell(table, "b");
    table_cell(table, "\xE6\x97\xA5\xE6\x9C\xAC");
    table_cell(table, "333");
    table_cell(table, "c");
    check(table, "Customer  Left  Until\n"
                 "\xC3\xA9t\xC3\xA9          1  a\n"
                 "e\xCC\x81t\xC3\xA9         22  b\n"
                 "\xE6\x97\xA5\xE6\x9C\xAC       333  c\n");
}

/* Checks the table on a terminal of that many columns; does not free it. */
static void check_on_terminal(struct table *table, unsigned short columns_there,
                              const char *expected)
{
    struct winsize size = {.ws_row = 24, .ws_col = columns_there};
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    struct error error = {0};
    char shown[1024] = "";
    size_t length = 0;
    FILE *output;

    assert_true(fd >= 0 && grantpt(fd) == 0 && unlockpt(fd) == 0);
    output = fopen(ptsname(fd), "w");
    assert_non_null(output);
    assert_int_equal(ioctl(fd, TIOCSWINSZ, &size), 0);
    assert_int_equal(table_print(table, output, &error), 0);
    fflush(output);
    for (char c; length < sizeof shown - 1 && read(fd, &c, 1) == 1;)
        if (c != '\r') /* a terminal makes \r\n of \n */
            shown[length++] = c;
    assert_string_equal(shown, expected);
    fclose(output);
    close(fd);
}

#define DOTS "\xE2\x80\xA6"

/* Texts are cut first, beginning with the widest, then words; numbers never. */
static void test_texts_are_cut_before_words_and_numbers_never(void **state)
{
    static const struct table_column four[] = {
        {"Lot", TABLE_RECORD}, {"Left", TABLE_RIGHT}, {"Until", TABLE_LEFT}, {"Note", TABLE_TEXT}};
    struct table *table = table_new(four, 4);

    (void)state;
    table_cell(table, "account.move.line:77");
    table_cell(table, "1234567");
    table_cell(table, "2026-03-09");
    table_cell(table, "\xE6\x97\xA5\xE6\x9C\xAC\xE6\x97\xA5\xE6\x9C\xAC"
                      "\xE6\x97\xA5\xE6\x9C\xAC\xE6\x97\xA5\xE6\x9C\xAC");
    check_on_terminal(table, 59,
                      "Lot                      Left  Until       Note\n"
                      "account.move.line:77  1234567  2026-03-09  "
                      "\xE6\x97\xA5\xE6\x9C\xAC\xE6\x97\xA5\xE6\x9C\xAC"
                      "\xE6\x97\xA5\xE6\x9C\xAC\xE6\x97\xA5\xE6\x9C\xAC\n");
    check_on_terminal(table, 50,
                      "Lot               Left  Until       Note\n" DOTS
                      "move.line:77  1234567  2026-03-09  "
                      "\xE6\x97\xA5\xE6\x9C\xAC\xE6\x97\xA5\xE6\x9C\xAC"
                      "\xE6\x97\xA5\xE6\x9C\xAC" DOTS "\n");
    check_on_terminal(table, 29,
                      "Lot       Left  Until  Note\n" DOTS "e:77  1234567  2026" DOTS
                      "  \xE6\x97\xA5\xE6\x9C\xAC" DOTS "\n");
    check_on_terminal(table, 10, /* too narrow for the table: numbers stay whole */
                      "Lot     Left  Un" DOTS "  No" DOTS "\n" DOTS "77  1234567  20" DOTS
                      "  \xE6\x97\xA5" DOTS "\n");
    table_free(table);
}

static void test_control_characters_and_bad_utf8_print_as_question_marks_or_blanks(void **state)
{
    struct table *table = table_new(columns, 3);

    (void)state;
    table_cell(table, "\x1B[31m\tx\n");
    table_cell(table, "\xFF\xC3");
    table_cell(table, "\xC2\x9B");
    check(table, "Customer  Left  Until\n"
                 "?[31m x     ??  ?\n");
}

static void test_unfinished_rows_and_empty_cells_are_printed(void **state)
{
    struct table *table = table_new(columns, 3);
    struct error error = {0};

    (void)state;
    check(table_new(columns, 3), "Customer  Left  Until\n");
    table_cell(table, "");
    table_cell(table, "");
    table_cell(table, "");
    table_cell(table, "unfinished");
    check(table, "Customer    Left  Until\n"
                 "\n"
                 "unfinished\n");
    table_cell(NULL, "x");
    table_cell_format(NULL, "x");
    assert_int_equal(table_print(NULL, stdout, &error), ERR_NO_MEMORY);
    table_free(NULL);
}

static void test_minutes(void **state)
{
    static const struct {
        minutes duration;
        const char *text;
    } cases[] = {{0, "0:00"},
                 {5, "0:05"},
                 {59, "0:59"},
                 {60, "1:00"},
                 {720, "12:00"},
                 {-1, "-0:01"},
                 {-65, "-1:05"},
                 {600000, "10000:00"},
                 {INT64_MAX, "153722867280912930:07"},
                 {INT64_MIN, "-153722867280912930:08"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[MINUTES_TEXT_SIZE];

        assert_string_equal(minutes_format(cases[i].duration, text), cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_align),
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_control_characters_and_bad_utf8_print_as_question_marks_or_blanks),
        cmocka_unit_test(test_unfinished_rows_and_empty_cells_are_printed),
        cmocka_unit_test(test_minutes),
        cmocka_unit_test(test_texts_are_cut_before_words_and_numbers_never),
    };

    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
