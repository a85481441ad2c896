/* cli.h - the commands, and what they share: exit statuses, options, help, output. */
#ifndef QUALIODOO_CLI_CLI_H
#define QUALIODOO_CLI_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

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

/* Returns ERR_USAGE when --now was given, else 0. `what` names the command, which writes: only the
 * build for tests may write with --now. */
int cli_refuse_now(const struct cli *cli, const char *what, struct error *error);

/* The command of that name, those of a later version included, or NULL. */
const struct command *cli_command_find(const char *name);

/* Sets and returns ERR_USAGE for an unknown word, with the nearest of `known` (ended by NULL):
 * "unknown option '--jsn'; did you mean '--json'?", where `what` is "option" and `prefix` "--". */
int cli_unknown(const char *what, const char *prefix, const char *word, const char *const *known,
                struct error *error);

/* As cli_unknown(), for a choice of a few words, which are all named when none is near: "unknown
 * state 'late', expected one of: pending, warned, met, breached". */
int cli_unknown_choice(const char *what, const char *word, const char *const *known,
                       struct error *error);

/* Sets and returns ERR_USAGE: "'run' is not available in this version". */
int cli_later(const char *name, struct error *error);

/* ---- Options ---- */

/* Returned when --help was given: run() passes it on, and main() prints the command's help. */
#define CLI_HELP (-1000)

enum cli_option_type {
    OPTION_FLAG, /* `value` is a bool */
    OPTION_TEXT, /* `value` is a const char *, part of argv; given once at most */
    OPTION_LIST, /* `value` is a struct cli_list */
    OPTION_DATE, /* `value` is a struct cli_date; given once at most */
};

/* An option of one command, always in its long form: {"dry-run", OPTION_FLAG, &dry_run}. The
 * values start as zeroes and stay so when the option is not given. */
struct cli_option {
    const char *name;
    enum cli_option_type type;
    void *value;
};

/* The values of an OPTION_LIST. */
struct cli_list {
    const char **items; /* parts of argv; the caller frees the array, after a failure too */
    size_t count, size;
};

struct cli_date {
    bool given;
    civil_day day;
};

/* What a command accepts: all zeroes when it has neither options nor arguments. */
struct cli_syntax {
    const struct cli_option *options; /* ended by a NULL name; NULL: none */
    int least, most;                  /* how many arguments it takes */
};

/* Reads the options of a command and the global ones, in any order. Moves the other arguments to
 * argv[1], argv[2]... and returns how many they are: syntax->least to syntax->most. A negative
 * number is an argument, not an option, and so is everything after "--". With -q and without
 * --json, stdout is redirected to /dev/null. ERR_USAGE, ERR_NO_MEMORY or CLI_HELP. */
int cli_options(struct cli *cli, const struct cli_syntax *syntax, int argc, char **argv,
                struct error *error);

/* Reads the global options in front of the command. Returns the index of the command in argv (argc
 * when there is none), ERR_USAGE or CLI_HELP. *ret_version: whether --version was given. */
int cli_global_options(struct cli *cli, int argc, char **argv, bool *ret_version,
                       struct error *error);

/* Reads a number of minutes, which may be negative but not 0: -30, +45, 90. ERR_USAGE for anything
 * else. */
int cli_parse_minutes(const char *text, minutes *ret_minutes, struct error *error);

/* ---- Output ---- */

/* Prints one document on stdout and takes its reference. `json` may be NULL, the result of a failed
 * allocation: ERR_NO_MEMORY. */
int cli_print_json(json_t *json, struct error *error);

/* The help of the program (`command` NULL) or of a command, on stdout. */
void cli_print_help(const struct command *command);

#endif
