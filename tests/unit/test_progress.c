/* test_progress.c - the line of progress on a terminal, with log lines and several threads. */
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
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

#include "qualiodoo/util/log.h"
#include "qualiodoo/util/progress.h"

#define SHOWN_SIZE 65536
#define LONG_ENOUGH_MS (PROGRESS_DELAY_MS + 450)

/* A terminal that replaces standard error, and what was written to it. */
struct terminal {
    int ours, before;
    char shown[SHOWN_SIZE];
};

static int open_terminal(void **state)
{
    static struct terminal terminal;
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    int theirs;

    terminal.ours = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (terminal.ours < 0 || grantpt(terminal.ours) < 0 || unlockpt(terminal.ours) < 0)
        return -1;
    theirs = open(ptsname(terminal.ours), O_RDWR | O_NOCTTY);
    if (theirs < 0 || ioctl(theirs, TIOCSWINSZ, &size) < 0)
        return -1;
    terminal.before = dup(STDERR_FILENO);
    dup2(theirs, STDERR_FILENO);
    close(theirs);
    unsetenv("JOURNAL_STREAM");
    setenv("TERM", "xterm", 1);
    *state = &terminal;
    return 0;
}

static int close_terminal(void **state)
{
    const struct terminal *terminal = *state;

    progress_end();
    dup2(terminal->before, STDERR_FILENO);
    close(terminal->before);
    close(terminal->ours);
    return 0;
}

/* What was written since the last call. */
static const char *read_terminal(struct terminal *terminal)
{
    size_t length = 0;
    ssize_t more;

    while (length < SHOWN_SIZE - 1 &&
           (more = read(terminal->ours, terminal->shown + length, SHOWN_SIZE - 1 - length)) > 0)
        length += (size_t)more;
    terminal->shown[length] = '\0';
    return terminal->shown;
}

static void wait_ms(unsigned ms)
{
    usleep(ms * 1000);
}

static void test_line_is_drawn_and_erased(void **state)
{
    struct terminal *terminal = *state;
    const char *shown;

    progress_part(3, 17);
    progress_step("listing %s", "account.move");
    progress_count("ids", 0, 0);
    progress_add(10000);
    progress_add(5000);
    wait_ms(LONG_ENOUGH_MS);
    shown = read_terminal(terminal);
    assert_true(strncmp(shown, "\r| [3 of 17] listing account.move: 15000 ids\033[K", 46) == 0);
    assert_non_null(strstr(shown, "\r/ [3 of 17] listing"));
    progress_step("account.move");
    progress_count("rows", 20, 50);
    progress_add(7); /* no effect on a step whose total is known */
    wait_ms(450);
    assert_non_null(strstr(read_terminal(terminal), "[3 of 17] account.move: 20 of 50 rows\033[K"));
    progress_end();
    assert_string_equal(read_terminal(terminal), "\r\033[K");
    progress_end();
    assert_string_equal(read_terminal(terminal), "");
}

static void test_the_rest_follows_from_the_speed(void **state)
{
    struct terminal *terminal = *state;

    progress_step("account.move");
    progress_count("rows", 100, 1000);
    wait_ms(1100);
    progress_count("rows", 200, 1000); /* 100 in 1.1 s: 800 in 9 s */
    wait_ms(250);
    assert_non_null(strstr(read_terminal(terminal), "200 of 1000 rows, about"));
    progress_count("rows", 1000, 1000);
    read_terminal(terminal);
    wait_ms(450);
    assert_null(strstr(read_terminal(terminal), "left"));
}

static void test_work_that_is_short_shows_nothing(void **state)
{
    progress_step("account.move");
    progress_count("rows", 1, 2);
    progress_end();
    wait_ms(LONG_ENOUGH_MS);
    assert_string_equal(read_terminal(*state), "");
}

static void test_a_log_line_stands_alone(void **state)
{
    struct terminal *terminal = *state;
    const char *shown;

    progress_step("account.move");
    wait_ms(LONG_ENOUGH_MS);
    read_terminal(terminal);
    log_warning("something");
    wait_ms(450);
    shown = read_terminal(terminal);
    assert_non_null(strstr(shown, "\r\033[Kqualiodoo: warning: something\r\n\r"));
    assert_non_null(strstr(shown, " account.move\033[K"));
}

static void *work(void *number)
{
    for (int i = 0; i < 200; i++) {
        progress_step("step %d of thread %d", i, *(int *)number);
        progress_count("rows", i, 200);
        if (i % 10 == 0)
            log_warning("line %d", i);
        if (i % 50 == 0)
            progress_end();
    }
    return NULL;
}

/* Each log line begins at the first column, also while another thread draws progress. */
static void test_threads_do_not_tear_lines(void **state)
{
    struct terminal *terminal = *state;
    pthread_t threads[3];
    int numbers[] = {0, 1, 2}, lines = 0;

    wait_ms(1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, &numbers[i]), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    progress_end();
    read_terminal(terminal);
    for (const char *at = terminal->shown; (at = strstr(at, "qualiodoo: ")) != NULL; at++) {
        assert_true(at == terminal->shown || at[-1] == '\n' || at[-1] == 'K');
        lines++;
    }
    assert_int_equal(lines, 60);
}

/* Runs last: progress cannot be turned on again. */
static void test_off(void **state)
{
    progress_step("account.move");
    wait_ms(LONG_ENOUGH_MS);
    progress_off();
    read_terminal(*state);
    progress_step("account.move");
    wait_ms(LONG_ENOUGH_MS);
    assert_string_equal(read_terminal(*state), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_line_is_drawn_and_erased, open_terminal,
                                        close_terminal),
        cmocka_unit_test_setup_teardown(test_the_rest_follows_from_the_speed, open_terminal,
                                        close_terminal),
        cmocka_unit_test_setup_teardown(test_work_that_is_short_shows_nothing, open_terminal,
                                        close_terminal),
        cmocka_unit_test_setup_teardown(test_a_log_line_stands_alone, open_terminal,
                                        close_terminal),
        cmocka_unit_test_setup_teardown(test_threads_do_not_tear_lines, open_terminal,
                                        close_terminal),
        cmocka_unit_test_setup_teardown(test_off, open_terminal, close_terminal),
    };

    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
