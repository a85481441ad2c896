/* cli.h - the commands, and what they share: options, help, output. */
#ifndef QUALIODOO_CLI_CLI_H
#define QUALIODOO_CLI_CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "qualiodoo/config/config.h"
#include "qualiodoo/util/error.h"
#include "qualiodoo/util/units.h"

/* Exit statuses that are not failures of a call (those are error_exit_status()'s). */
enum {
    CLI_DONE = 0,
    CLI_FAILED = 1,
    CLI_USAGE = 2,
    CLI_FOUND = 3, /* differences, or a problem */
};

/* What the options before or after the command's name say. */
struct cli {
    const char *config_path;
    bool json;
    int verbosity;     /* -1 with -q, 0, 1 with -v, 2 with -vv; already given to log_set_level() */
    const char *usage; /* the arguments of the command, for its errors; NULL: not known */
    bool has_now;      /* --now was given; already given to clock_set_now() */
    instant now;
};

/* One command. run() gets the command's name as argv[0]; it returns the process exit status, or a
 * negative code of error.h with `error` filled: main prints the message and exits with
 * error_exit_status(). It writes to stdout only what was asked for; main checks at the end that it
 * could be written. */
struct command {
    const char *name;
    const char *arguments; /* "CUSTOMER MINUTES --reason TEXT" */
    const char *summary;   /* half a line, for the list of commands */
    const char *help;      /* the rest of --help; NULL when there is no more to say */
    int (*run)(struct cli *cli, int argc, char **argv, struct error *error); /* NULL: later */
};

extern const struct command cli_commands[]; /* ended by a NULL name */

/* What `run` does: main sets it, since the service is another room. NULL: this build has none. */
extern int (*cli_service)(struct config *config, struct error *error);

/* ERR_USAGE when --now was given to `what`, which writes: nothing is ever written with it, except
 * by the build for tests. */
int cli_refuse_now(const struct cli *cli, const char *what, struct error *error);

/* The command of that name, later ones included, or NULL. */
const struct command *cli_command_find(const char *name);

/* ERR_USAGE for an unknown word, with the nearest of `known` (ended by NULL):
 * "unknown option '--jsn'; did you mean '--json'?", where "--" is the prefix. */
int cli_unknown(const char *what, const char *prefix, const char *word, const char *const *known,
                struct error *error);

/* The same for one of a few words, which are named when none is near: "unknown state 'late',
 * expected one of: pending, warned, met, breached". */
int cli_unknown_choice(const char *what, const char *word, const char *const *known,
                       struct error *error);

/* ERR_USAGE: "'run' is not available in this version". */
int cli_later(const char *name, struct error *error);

/* ---- Options ---- */

/* --help was given: run() returns it as it is, and main prints the command's help. */
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

struct cli_list {
    const char **items; /* parts of argv; the caller frees the array, also after a failure */
    size_t count, size;
};

struct cli_date {
    bool given;
    civil_day day;
};

/* Reads the options of a command (`options` is ended by a NULL name; NULL: none of its own) and the
 * global ones, wherever they stand. Returns how many other arguments there are, at least `least`
 * and at most `most`: they are moved to argv[1], argv[2]... A negative number is an argument, not
 * an option, and so is all that follows "--". Fails with ERR_USAGE, or CLI_HELP. */
int cli_options(struct cli *cli, const struct cli_option *options, int least, int most, int argc,
                char **argv, struct error *error);

/* The global options in front of the command: returns the command's place in argv (argc when there
 * is none), ERR_USAGE or CLI_HELP. *ret_version tells whether --version was given. */
int cli_global_options(struct cli *cli, int argc, char **argv, bool *ret_version,
                       struct error *error);

/* A number of minutes, perhaps negative, never 0: -30, +45, 90. ERR_USAGE on anything else. */
int cli_parse_minutes(const char *text, minutes *ret_minutes, struct error *error);

/* ---- Output ---- */

/* Prints one document on stdout and drops the reference; NULL means that memory was short. Returns
 * 0 or ERR_NO_MEMORY. */
int cli_print_json(json_t *json, struct error *error);

/* The help of the program (`command` NULL) or of a command, on stdout. */
void cli_print_help(const struct command *command);

#endif
