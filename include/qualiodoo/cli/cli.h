/* cli.h - the commands, their exit statuses and their help: commands.c. How a command reads its
 * options: options.h. */
#ifndef QUALIODOO_CLI_CLI_H
#define QUALIODOO_CLI_CLI_H

#include <stdbool.h>

#include "qualiodoo/config/config.h"
#include "qualiodoo/util/error.h"
#include "qualiodoo/util/units.h"

/* Exit statuses of the commands. An error has the status of error_exit_status() (util/error.h). */
enum {
    CLI_DONE = 0,
    CLI_FAILED = 1,
    CLI_USAGE = 2,
    CLI_FOUND = 3, /* differences, or a problem */
};

/* Returned when --help was given: run() passes it on, and main() prints the command's help. */
#define CLI_HELP (-1000)

/* The global options, wherever they stand on the command line. */
struct cli {
    const char *config_path;
    bool json;
    int verbosity;     /* -1 with -q, 0, 1 with -v, 2 with -vv; already given to log_set_level() */
    const char *usage; /* the arguments of the command, for its errors; NULL: unknown */
    bool has_now;      /* --now was given; already given to clock_set_now() */
    instant now;
};

/* One command. run() gets the command's name as argv[0]. It returns the exit status of the process,
 * CLI_HELP, or a negative code of error.h with `error` set: main() then prints the message and
 * exits with error_exit_status(). run() writes to stdout only what was asked for; main() checks at
 * the end that everything was written. */
struct command {
    const char *name;
    const char *arguments; /* "CUSTOMER MINUTES --reason TEXT" */
    const char *summary;   /* half a line, for the list of commands */
    const char *help;      /* the rest of --help; NULL when there is no more to say */
    int (*run)(struct cli *cli, int argc, char **argv, struct error *error); /* or NULL: later */
};

extern const struct command cli_commands[]; /* ended by a NULL name */

/* The service, which `run` calls with a configuration that it takes over. main() sets it, since the
 * commands do not depend on src/agent. NULL: this build has no service. */
extern int (*cli_service)(struct config *config, struct error *error);

/* The command of that name, those of a later version included, or NULL. */
const struct command *cli_command_find(const char *name);

/* Sets and returns ERR_USAGE: "'run' is not available in this version". */
int cli_later(const char *name, struct error *error);

/* The help of the program (`command` NULL) or of a command, on stdout. */
void cli_print_help(const struct command *command);

#endif
