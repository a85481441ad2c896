/* Tables as they appear on the screen. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void test_hostile(void **state)
{
    struct table *table = table_new(columns, 3);

    (void)state;
    table_cell(table, "\x1B[31m\tx\n");
    table_cell(table, "\xFF\xC3");
    table_cell(table, "\xC2\x9B");
    check(table, "Customer  Left  Until\n"
                 "?[31m x     ??  ?\n");
}

static void test_odd(void **state)
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
        char text[FORMAT_MINUTES_SIZE];

        assert_string_equal(format_minutes(cases[i].duration, text), cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_align),   cmocka_unit_test(test_width),
        cmocka_unit_test(test_hostile), cmocka_unit_test(test_odd),
        cmocka_unit_test(test_minutes),
    };

    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
