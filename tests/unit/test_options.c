/* test_options.c - options in every order, negative numbers, and the error of each mistake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "qualiodoo/cli/cli.h"
#include "qualiodoo/cli/options.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/log.h"
#include "qualiodoo/util/suggest.h"

#define MAX_WORDS 16

/* The result of a command line for a command with one option of each type. */
struct run {
    char line[256];
    char *argv[MAX_WORDS + 1];
    int argc;
    struct cli cli;
    bool dry_run;
    const char *reason;
    struct cli_list customers;
    struct cli_date date;
    struct error error;
    int result;
};

/* The arguments of the command in the table, which errors name; main() sets them the same way. */
static const char *usage_of(const char *name)
{
    const struct command *command = cli_command_find(name);

    return command ? command->arguments : NULL;
}

static void run(struct run *run, const char *line)
{
    const struct cli_option options[] = {{"dry-run", OPTION_FLAG, &run->dry_run},
                                         {"reason", OPTION_TEXT, &run->reason},
                                         {"customer", OPTION_LIST, &run->customers},
                                         {"date", OPTION_DATE, &run->date},
                                         {NULL, OPTION_FLAG, NULL}};
    char *rest;

    free(run->customers.items);
    *run = (struct run){0};
    strncpy(run->line, line, sizeof run->line - 1);
    for (char *word = strtok_r(run->line, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        run->argv[run->argc++] = word;
    run->cli.usage = usage_of(run->argv[0]);
    run->result = cli_options(&run->cli, &(struct cli_syntax){.options = options, .most = 3},
                              run->argc, run->argv, &run->error);
}

static void test_options_and_arguments_mix_in_any_order(void **state)
{
    static const char *const lines[] = {
        "adjust --dry-run --reason why 12 -30",    "adjust 12 -30 --reason why --dry-run",
        "adjust 12 --reason=why -30 --dry-run",    "adjust --reason why --dry-run -- 12 -30",
        "adjust 12 --dry-run --reason why -- -30",
    };
    struct run r = {0};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        run(&r, lines[i]);
        assert_int_equal(r.result, 2);
        assert_string_equal(r.argv[1], "12");
        assert_string_equal(r.argv[2], "-30");
        assert_string_equal(r.reason, "why");
        assert_true(r.dry_run);
    }
    run(&r, "adjust --reason -30 -v - -1");
    assert_int_equal(r.result, 2);
    assert_string_equal(r.reason, "-30");
    assert_string_equal(r.argv[1], "-");
    assert_string_equal(r.argv[2], "-1");
    run(&r, "adjust -- --dry-run --");
    assert_int_equal(r.result, 2);
    assert_false(r.dry_run);
    assert_string_equal(r.argv[2], "--");
    free(r.customers.items);
}

static void test_lists_texts_and_dates_take_their_values(void **state)
{
    struct run r = {0};

    (void)state;
    run(&r, "reconcile --customer 3 --customer=-4 x --date 2026-02-28 --customer abc");
    assert_int_equal(r.result, 1);
    assert_int_equal(r.customers.count, 3);
    assert_string_equal(r.customers.items[0], "3");
    assert_string_equal(r.customers.items[1], "-4");
    assert_string_equal(r.customers.items[2], "abc");
    assert_true(r.date.given);
    assert_int_equal(r.date.day, civil_from_date(2026, 2, 28));
    free(r.customers.items);
}

static void test_global_options_are_taken_anywhere(void **state)
{
    struct run r = {0};

    (void)state;
    run(&r, "x -c a --json -vv --now 2026-03-10T08:00Z 5 --config=b");
    assert_int_equal(r.result, 1);
    assert_string_equal(r.cli.config_path, "b");
    assert_true(r.cli.json);
    assert_int_equal(r.cli.verbosity, 2);
    assert_true(r.cli.has_now);
    assert_int_equal(r.cli.now, 1773129600);
    assert_int_equal(clock_now(), 1773129600);
    run(&r, "x -q -cfile");
    assert_int_equal(r.cli.verbosity, -1);
    assert_string_equal(r.cli.config_path, "file");
    run(&r, "x 1 2 --help --unknown");
    assert_int_equal(r.result, CLI_HELP);
    run(&r, "x -vh");
    assert_int_equal(r.result, CLI_HELP);
    log_set_level(LOG_LEVEL_WARNING);
    free(r.customers.items);
}

static void test_each_mistake_has_its_message(void **state)
{
    static const struct {
        const char *line, *message;
    } cases[] = {
        {"x --dry-rnu", "unknown option '--dry-rnu'; did you mean '--dry-run'?"},
        {"x --dry", "unknown option '--dry'; see"},
        {"x --reaso why", "unknown option '--reaso'; did you mean '--reason'?"},
        {"x --reaso=why", "unknown option '--reaso'; did you mean '--reason'?"},
        {"x --zzzzzz", "unknown option '--zzzzzz'; see qualiodoo --help"},
        {"x --r", "unknown option '--r'"},
        {"x -z", "unknown option '-z'"},
        {"x -vz", "unknown option '-z'"},
        {"x --reason", "--reason: missing its value"},
        {"x -c", "-c: missing its value"},
        {"x --config", "--config: missing its value"},
        {"x --dry-run=yes", "--dry-run=yes: found a value, expected none"},
        {"x --json=yes", "--json=yes: found a value, expected none"},
        {"x --reason a --reason b", "--reason: found twice"},
        {"x --date 2026-01-01 --date 2026-01-01", "--date: found twice"},
        {"x --date 2026-02-29", "--date: found '2026-02-29', expected a date"},
        {"x --now 2026-02-28", "--now: found '2026-02-28', expected a time with its zone"},
        {"x -v -q", "found both -v and -q"},
        {"x -q -v", "found both -v and -q"},
        {"x --version", "--version"},
        {"ledger 1 2 3 4", "found '4', expected nothing there; usage: qualiodoo ledger CUSTOMER"},
    };
    struct run r = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        run(&r, cases[i].line);
        assert_int_equal(r.result, ERR_USAGE);
        if (!strstr(r.error.message, cases[i].message))
            fail_msg("%s: %s", cases[i].line, r.error.message);
    }
    free(r.customers.items);
    log_set_level(LOG_LEVEL_WARNING);
}

static void test_too_few_arguments_are_refused(void **state)
{
    char name[] = "adjust", customer[] = "12";
    char *argv[] = {name, customer, NULL};
    struct cli cli = {.usage = usage_of(name)};
    struct error error = {0};

    (void)state;
    assert_int_equal(
        cli_options(&cli, &(struct cli_syntax){.least = 2, .most = 2}, 2, argv, &error), ERR_USAGE);
    assert_non_null(strstr(error.message, "missing an argument; usage: qualiodoo adjust CUSTOMER"));
    assert_int_equal(
        cli_options(&cli, &(struct cli_syntax){.least = 1, .most = 2}, 2, argv, &error), 1);
}

static void test_minutes_are_whole_numbers_with_a_sign_and_never_0(void **state)
{
    static const struct {
        const char *text;
        minutes value; /* 0: refused */
    } cases[] = {{"90", 90}, {"-30", -30}, {"+45", 45},       {"999999999", 999999999},
                 {"0", 0},   {"-0", 0},    {"", 0},           {"-", 0},
                 {"1.5", 0}, {"1h", 0},    {"9999999999", 0}, {"--3", 0},
                 {" 3", 0},  {"3 ", 0},    {"0x10", 0},       {"-999999999", -999999999}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        minutes value = 0;
        int result = cli_parse_minutes(cases[i].text, &value, &error);

        assert_int_equal(result, cases[i].value ? 0 : ERR_USAGE);
        assert_int_equal(value, cases[i].value);
    }
}

static void test_every_command_is_found_and_later_ones_do_not_run(void **state)
{
    static const char *const later[] = {"statement", "forecast", "privacy", "backup", NULL};
    static const char *const now[] = {"run",    "sync",   "reconcile", "status", "balance",
                                      "ledger", "sla",    "explain",   "adjust", "doctor",
                                      "setup",  "outbox", "config",    NULL};

    (void)state;
    for (size_t i = 0; later[i]; i++)
        assert_null(cli_command_find(later[i])->run);
    for (size_t i = 0; now[i]; i++)
        assert_non_null(cli_command_find(now[i])->run);
    assert_null(cli_command_find("help"));
    assert_null(cli_command_find(""));
}

static void test_the_nearest_word_is_suggested(void **state)
{
    static const char *const words[] = {"balance", "ledger", "run", "sla", "sync", NULL};

    (void)state;
    assert_int_equal(suggest_distance("", ""), 0);
    assert_int_equal(suggest_distance("abc", ""), 3);
    assert_int_equal(suggest_distance("", "abc"), 3);
    assert_int_equal(suggest_distance("abc", "ABC"), 0);
    assert_int_equal(suggest_distance("kitten", "sitting"), 3);
    assert_int_equal(suggest_distance("ab", "ba"), 1);
    assert_int_equal(suggest_distance("balnace", "balance"), 1);
    assert_int_equal(suggest_distance("a", "0123456789012345678901234567890123456789x"), 41);
    assert_string_equal(suggest_nearest("balanc", words), "balance");
    assert_string_equal(suggest_nearest("legder", words), "ledger");
    assert_string_equal(suggest_nearest("sla", words), "sla");
    assert_null(suggest_nearest("", words));
    assert_null(suggest_nearest("xyz", words));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_and_arguments_mix_in_any_order),
        cmocka_unit_test(test_lists_texts_and_dates_take_their_values),
        cmocka_unit_test(test_global_options_are_taken_anywhere),
        cmocka_unit_test(test_each_mistake_has_its_message),
        cmocka_unit_test(test_too_few_arguments_are_refused),
        cmocka_unit_test(test_minutes_are_whole_numbers_with_a_sign_and_never_0),
        cmocka_unit_test(test_every_command_is_found_and_later_ones_do_not_run),
        cmocka_unit_test(test_the_nearest_word_is_suggested),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
