/* options.h - reads the options and arguments of commands. */
#ifndef QUALIODOO_CLI_OPTIONS_H
#define QUALIODOO_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "qualiodoo/cli/cli.h"
#include "qualiodoo/util/units.h"

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

/* Returns ERR_USAGE when --now was given, else 0. `what` names the command, which writes: only the
 * build for tests may write with --now. */
int cli_refuse_now(const struct cli *cli, const char *what, struct error *error);

/* Sets and returns ERR_USAGE for an unknown word, with the nearest of `known` (ended by NULL):
 * "unknown option '--jsn'; did you mean '--json'?", where `what` is "option" and `prefix` "--". */
int cli_unknown(const char *what, const char *prefix, const char *word, const char *const *known,
                struct error *error);

/* As cli_unknown(), for a choice of a few words, which are all named when none is near: "unknown
 * state 'late', expected one of: pending, warned, met, breached". */
int cli_unknown_choice(const char *what, const char *word, const char *const *known,
                       struct error *error);

#endif
