/* fuzz_options.c - any words, one a line, as the command line: a number of an exit status, or a
 * code with one line of message. Commands end where they would read their configuration. */
#include "fuzz.h"
#include "qualiodoo/cli/cli.h"
#include "qualiodoo/cli/options.h"
#include "qualiodoo/config/config.h"
#include "qualiodoo/util/log.h"

enum { WORDS_MAX = 24 };

int __wrap_config_load(const char *path, struct config **ret_config, struct error *error);

int __wrap_config_load(const char *path, struct config **ret_config, struct error *error)
{
    (void)ret_config;
    return error_set(error, ERR_CONFIG, "%.40s: not in a fuzzer", path);
}

static void check(int rc, const struct error *error)
{
    if (rc < 0 && rc != CLI_HELP)
        FUZZ_CHECK(rc == error->code && *error->message, "%d %d %s", rc, error->code,
                   error->message);
    else
        FUZZ_CHECK(rc <= CLI_FOUND || rc == CLI_HELP, "%d", rc);
}

static void run(int argc, char **argv)
{
    struct cli cli = {.config_path = "/nowhere"};
    struct error error = {0};
    bool version = false;
    const struct command *command;
    int first = cli_global_options(&cli, argc, argv, &version, &error);

    if (first < 0) {
        check(first, &error);
        return;
    }
    FUZZ_CHECK(first <= argc, "%d of %d", first, argc);
    command = first < argc ? cli_command_find(argv[first]) : NULL;
    if (command && command->run)
        check(command->run(&cli, argc - first, argv + first, &error), &error);
    else if (command)
        check(cli_later(command->name, &error), &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static FILE *quiet;
    char *text = fuzz_text(bytes, size), *rest = text;
    char *argv[WORDS_MAX + 2] = {(char *)"qualiodoo"};
    minutes amount;
    struct error error = {0};
    int argc = 1;

    if (!quiet) {
        log_set_level(LOG_LEVEL_ERROR);
        quiet = freopen("/dev/null", "w", stdout);
    }
    for (char *word; argc <= WORDS_MAX && (word = strsep(&rest, "\n"));)
        argv[argc++] = word;
    if (cli_parse_minutes(argv[argc - 1], &amount, &error) == 0)
        FUZZ_CHECK(amount != 0, "%s", argv[argc - 1]);
    run(argc, argv);
    free(text);
    return 0;
}
