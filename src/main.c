/* main.c - the process: its descriptors, environment and signals; then options, dispatch and the
 * exit status (cli.h; of an error: error_exit_status() in util/error.c). */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "qualiodoo/agent/agent.h"
#include "qualiodoo/cli/cli.h"
#include "qualiodoo/cli/options.h"
#include "qualiodoo/cli/table.h"
#include "qualiodoo/config/config.h"
#include "qualiodoo/util/descriptors.h"
#include "qualiodoo/util/progress.h"
#include "qualiodoo/util/screen.h"

/* Makes sure that descriptors 0 to 2 are open: else the state database could become number 1, and
 * printed text would be written into it. /dev/null is opened in the wrong direction, so that
 * reading or writing still fails. */
static void guard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            _exit(CLI_FAILED);
    }
}

/* Removes the variables of a user's environment that weaken the connection: they log the keys of
 * TLS, or load an OpenSSL configuration that accepts what the system's refuses. */
static void guard_environment(void)
{
    static const char *const names[] = {"SSLKEYLOGFILE", "OPENSSL_CONF", "OPENSSL_MODULES",
                                        "OPENSSL_ENGINES"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
}

/* Prints an error without control characters, which a terminal would obey. */
static void print_error(char *message)
{
    char *rest = message;

    progress_end();
    fputs(getenv("JOURNAL_STREAM") ? "<3>qualiodoo: " : "qualiodoo: ", stderr);
    for (char *line; (line = strsep(&rest, "\n"));) {
        screen_print(line, stderr);
        putc(rest ? ' ' : '\n', stderr);
    }
}

/* Closes stdout. Output that could not be written (full disk, closed pipe) makes the exit status a
 * failure. */
static int close_output(int status)
{
    char message[160];
    int failed = ferror(stdout);

    errno = 0;
    if (fclose(stdout) == 0 && !failed)
        return status;
    snprintf(message, sizeof message, "cannot write the output%s%s", errno ? ": " : "",
             errno ? strerror(errno) : "");
    print_error(message);
    return status == CLI_DONE || status == CLI_FOUND ? CLI_FAILED : status;
}

static int unknown_command(const char *word, struct error *error)
{
    const char *known[64];
    size_t count = 0;

    for (const struct command *command = cli_commands; command->name && count < 60; command++)
        known[count++] = command->name;
    known[count++] = "--help";
    known[count++] = "--version";
    known[count] = NULL;
    return cli_unknown("command", "", word, known, error);
}

/* A cycle has a dozen open at once, and the service the connections of its webhook besides. */
#define DESCRIPTORS_NEEDED 24

/* Checked first, since each library reports the lack of descriptors in another way. */
static int check_descriptors(struct error *error)
{
    int count = descriptors_free(DESCRIPTORS_NEEDED);

    if (count == DESCRIPTORS_NEEDED)
        return 0;
    return error_set(error, ERR_STATE,
                     "only %d more files and connections can be open at once here, and %d are "
                     "needed: raise the limit (ulimit -n, LimitNOFILE= of the unit)",
                     count, DESCRIPTORS_NEEDED);
}

static int run_command(const struct command *command, struct cli *cli, int argc, char **argv,
                       struct error *error)
{
    int rc = check_descriptors(error);

    return rc < 0 ? rc : command->run(cli, argc, argv, error);
}

/* Returns an exit status, or a negative code with `error` set. */
static int dispatch(struct cli *cli, int argc, char **argv, struct error *error)
{
    const struct command *command;
    bool version = false;
    int first = cli_global_options(cli, argc, argv, &version, error);
    int rc;

    if (first == CLI_HELP) {
        cli_print_help(NULL);
        return CLI_DONE;
    }
    if (first < 0)
        return first;
    if (version) {
        puts("qualiodoo " QUALIODOO_VERSION);
        return CLI_DONE;
    }
    if (first >= argc)
        return error_set(error, ERR_USAGE, "missing a command; see qualiodoo --help");
    command = cli_command_find(argv[first]);
    if (!command)
        return unknown_command(argv[first], error);
    cli->usage = command->arguments;
    if (command->run)
        rc = run_command(command, cli, argc - first, argv + first, error);
    else if (first + 1 < argc &&
             (strcmp(argv[first + 1], "--help") == 0 || strcmp(argv[first + 1], "-h") == 0))
        rc = CLI_HELP;
    else
        rc = cli_later(command->name, error);
    if (rc != CLI_HELP)
        return rc;
    cli_print_help(command);
    return CLI_DONE;
}

int main(int argc, char **argv)
{
    struct cli cli = {.config_path = CONFIG_DEFAULT_PATH};
    struct error error = {0};
    int status;

    mallopt(M_ARENA_MAX, 1); /* the thread that reads ahead would keep a heap of its own */
    guard_descriptors();
    guard_environment();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a write beyond the size limit fails, as on a full disk */
#ifdef QUALIODOO_SERVICE
    cli_service = agent_run;
#endif
    setlocale(LC_CTYPE,
              "C.UTF-8"); /* what Odoo sends and what is printed, whatever the machine's */
    status = argc > 0 ? dispatch(&cli, argc, argv, &error) : CLI_USAGE;
    if (status >= 0 && table_lost())
        status = error_set(&error, ERR_NO_MEMORY,
                           "out of memory: lines are missing in what was printed");
    if (status < 0) {
        print_error(error.message);
        status = error_exit_status(status);
    }
    return close_output(status);
}
