/* test_screen.c - the columns that texts take on a screen, and how texts are cut. */
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

#include "qualiodoo/util/screen.h"

#define E_ACUTE "\xC3\xA9"
#define E_COMBINED "e\xCC\x81" /* two characters, one column */
#define WIDE "\xE6\x97\xA5"    /* two columns */
#define DOTS "\xE2\x80\xA6"

static void check(size_t (*print)(const char *, size_t, FILE *), const char *text, size_t columns,
                  const char *expected)
{
    char *shown = NULL;
    size_t size, taken;
    FILE *output = open_memstream(&shown, &size);

    assert_non_null(output);
    taken = print(text, columns, output);
    fclose(output);
    assert_string_equal(shown, expected);
    assert_int_equal(taken, screen_width(expected));
    assert_true(taken <= columns);
    free(shown);
}

static void test_width(void **state)
{
    (void)state;
    assert_int_equal(screen_width(""), 0);
    assert_int_equal(screen_width("abc"), 3);
    assert_int_equal(screen_width(E_ACUTE E_COMBINED WIDE), 4);
    assert_int_equal(screen_width("\x1b\n\xff"), 3); /* one '?' or blank each */
}

static void test_cut_at_the_end(void **state)
{
    (void)state;
    check(screen_print_cut, "abcdef", 6, "abcdef");
    check(screen_print_cut, "abcdef", 5, "abcd" DOTS);
    check(screen_print_cut, "abcdef", 1, DOTS);
    check(screen_print_cut, "", 1, "");
    check(screen_print_cut, E_ACUTE E_ACUTE E_ACUTE, 2, E_ACUTE DOTS);
    check(screen_print_cut, E_COMBINED E_COMBINED E_COMBINED, 3, E_COMBINED E_COMBINED E_COMBINED);
    check(screen_print_cut, E_COMBINED E_COMBINED E_COMBINED, 2, E_COMBINED DOTS);
    check(screen_print_cut, WIDE WIDE WIDE, 5, WIDE WIDE DOTS);
    check(screen_print_cut, WIDE WIDE WIDE, 4, WIDE DOTS); /* a wide character is not cut in half */
    check(screen_print_cut, "a\nb\x1b[2Jcd", 5, "a b?" DOTS);
}

static void test_cut_at_the_beginning(void **state)
{
    (void)state;
    check(screen_print_end, "account.move:31", 15, "account.move:31");
    check(screen_print_end, "account.move:31", 8, DOTS "move:31");
    check(screen_print_end, "abc", 1, DOTS);
    check(screen_print_end, WIDE WIDE WIDE, 4, DOTS WIDE);
    check(screen_print_end, E_COMBINED E_COMBINED E_COMBINED, 2, DOTS E_COMBINED);
}

static void test_columns(void **state)
{
    struct winsize size = {.ws_row = 24, .ws_col = 62};
    int fd = posix_openpt(O_RDWR | O_NOCTTY);
    FILE *memory, *terminal;
    char *bytes = NULL;
    size_t length;

    (void)state;
    assert_true(fd >= 0 && grantpt(fd) == 0 && unlockpt(fd) == 0);
    terminal = fopen(ptsname(fd), "w");
    memory = open_memstream(&bytes, &length);
    assert_non_null(terminal);
    assert_non_null(memory);
    unsetenv("COLUMNS");
    assert_int_equal(screen_columns(memory), 0);
    assert_int_equal(screen_columns(terminal), 0); /* the terminal does not tell its width */
    setenv("COLUMNS", "44", 1);
    assert_int_equal(screen_columns(terminal), 44);
    assert_int_equal(screen_columns(memory), 0);
    setenv("COLUMNS", "-3", 1);
    assert_int_equal(screen_columns(terminal), 0);
    setenv("COLUMNS", "44", 1);
    assert_int_equal(ioctl(fd, TIOCSWINSZ, &size), 0);
    assert_int_equal(screen_columns(terminal), 62);
    fclose(terminal);
    fclose(memory);
    free(bytes);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_cut_at_the_end),
        cmocka_unit_test(test_cut_at_the_beginning),
        cmocka_unit_test(test_columns),
    };

    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
