/* options.c - options, on top of getopt_long(). What getopt does not do is done here: negative
 * numbers are arguments, arguments and options mix in any order, names cannot be abbreviated (a new
 * option could make an abbreviation ambiguous), and errors suggest the nearest option. */
#include "qualiodoo/cli/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/cli/cli.h"
#include "qualiodoo/util/array.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/log.h"
#include "qualiodoo/util/progress.h"
#include "qualiodoo/util/suggest.h"

#define MAX_OPTIONS 24 /* of one command, with the global ones */

enum { FIRST_OF_COMMAND = 256 };

/* Their letters: see short_options. */
static const struct option global_options[] = {
    {"config", required_argument, NULL, 'c'}, {"now", required_argument, NULL, 'n'},
    {"json", no_argument, NULL, 'j'},         {"verbose", no_argument, NULL, 'v'},
    {"quiet", no_argument, NULL, 'q'},        {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
};

#define N_GLOBAL (sizeof global_options / sizeof *global_options)

static const char short_options[] = "+:c:vqh";

/* ---- Unknown words ---- */

int cli_unknown(const char *what, const char *prefix, const char *word, const char *const *known,
                struct error *error)
{
    const char *nearest = suggest_nearest(word, known);

    if (nearest)
        return error_set(error, ERR_USAGE, "unknown %s '%s%s'; did you mean '%s%s'?", what, prefix,
                         word, prefix, nearest);
    return error_set(error, ERR_USAGE, "unknown %s '%s%s'; see qualiodoo --help", what, prefix,
                     word);
}

int cli_unknown_choice(const char *what, const char *word, const char *const *known,
                       struct error *error)
{
    char list[120] = "";

    if (suggest_nearest(word, known))
        return cli_unknown(what, "", word, known, error);
    for (size_t i = 0; known[i]; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", known[i]);
    return error_set(error, ERR_USAGE, "unknown %s '%s', expected one of: %s", what, word, list);
}

/* ---- Options ---- */

/* One scan of argv. */
struct scan {
    struct cli *cli;
    const struct cli_option *options; /* of the command */
    struct option table[MAX_OPTIONS + 1];
    int argc;
    char **argv;
    bool version;
    struct error *error;
};

/* ---- What an option does ---- */

static int set_now(struct cli *cli, const char *text, struct error *error)
{
    instant now;

    if (!instant_parse_iso(text, &now))
        return error_set(error, ERR_USAGE,
                         "--now: found '%s', expected a time with its zone, such as "
                         "2026-03-10T08:00:00Z or 2026-03-10T09:00+01:00",
                         text);
    cli->has_now = true;
    cli->now = now;
    clock_set_now(now);
    return 0;
}

static int set_verbosity(struct cli *cli, int letter, struct error *error)
{
    static const enum log_level levels[] = {LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_STEP,
                                            LOG_LEVEL_DEBUG};

    if (letter == 'q' ? cli->verbosity > 0 : cli->verbosity < 0)
        return error_set(error, ERR_USAGE, "found both -v and -q, expected one of them");
    if (letter == 'q')
        cli->verbosity = -1;
    else if (cli->verbosity < 2)
        cli->verbosity++;
    if (letter == 'q')
        progress_off();
    log_set_level(levels[cli->verbosity + 1]);
    return 0;
}

static int set_global(struct scan *scan, int letter)
{
    struct cli *cli = scan->cli;

    switch (letter) {
    case 'c':
        cli->config_path = optarg;
        return 0;
    case 'n':
        return set_now(cli, optarg, scan->error);
    case 'j':
        cli->json = true;
        return 0;
    case 'V':
        scan->version = true;
        return 0;
    case 'h':
        return CLI_HELP;
    default:
        return set_verbosity(cli, letter, scan->error);
    }
}

static int set_text(const struct cli_option *option, struct error *error)
{
    const char **value = option->value;

    if (*value)
        return error_set(error, ERR_USAGE, "--%s: found twice, expected once", option->name);
    *value = optarg;
    return 0;
}

static int add_to_list(const struct cli_option *option, struct error *error)
{
    struct cli_list *list = option->value;

    if (ARRAY_RESERVE(list->items, list->size, list->count + 1) < 0)
        return error_memory(error);
    list->items[list->count++] = optarg;
    return 0;
}

static int set_date(const struct cli_option *option, struct error *error)
{
    struct cli_date *date = option->value;

    if (date->given)
        return error_set(error, ERR_USAGE, "--%s: found twice, expected once", option->name);
    if (!civil_parse(optarg, &date->day))
        return error_set(error, ERR_USAGE,
                         "--%s: found '%s', expected a date YYYY-MM-DD that exists", option->name,
                         optarg);
    date->given = true;
    return 0;
}

static int set_own(const struct cli_option *option, struct error *error)
{
    switch (option->type) {
    case OPTION_FLAG:
        *(bool *)option->value = true;
        return 0;
    case OPTION_TEXT:
        return set_text(option, error);
    case OPTION_LIST:
        return add_to_list(option, error);
    case OPTION_DATE:
        return set_date(option, error);
    }
    return 0;
}

/* ---- Errors ---- */

static int fail_unknown(const struct scan *scan, const char *word)
{
    const char *known[MAX_OPTIONS + 1];
    char name[64];
    size_t count = 0, length = strcspn(word + 2, "=");

    for (const struct option *option = scan->table; option->name; option++)
        known[count++] = option->name;
    known[count] = NULL;
    if (length >= sizeof name)
        length = sizeof name - 1;
    memcpy(name, word + 2, length);
    name[length] = '\0';
    return cli_unknown("option", "--", name, known, scan->error);
}

/* Whether the word is the whole name of an option: getopt accepts abbreviations too. */
static bool is_whole(const struct scan *scan, const char *word)
{
    size_t length = strcspn(word + 2, "=");

    for (const struct option *option = scan->table; option->name; option++) {
        if (strlen(option->name) == length && strncmp(option->name, word + 2, length) == 0)
            return true;
    }
    return false;
}

/* The error for a word for which getopt returned '?' (unknown) or ':' (no value). */
static int fail_option(const struct scan *scan, int letter, const char *word)
{
    if (strncmp(word, "--", 2) == 0) {
        if (!is_whole(scan, word))
            return fail_unknown(scan, word);
        return error_set(
            scan->error, ERR_USAGE,
            letter == ':' ? "%s: missing its value" : "%s: found a value, expected none", word);
    }
    if (letter == ':')
        return error_set(scan->error, ERR_USAGE, "-%c: missing its value", optopt);
    return error_set(scan->error, ERR_USAGE, "unknown option '-%c'; see qualiodoo --help", optopt);
}

/* ---- The scan ---- */

static void scan_start(struct scan *scan)
{
    char *nothing[] = {scan->argv[0], NULL};
    size_t count = N_GLOBAL;

    memcpy(scan->table, global_options, sizeof global_options);
    for (size_t i = 0; scan->options && scan->options[i].name && count < MAX_OPTIONS; i++) {
        bool flag = scan->options[i].type == OPTION_FLAG;

        scan->table[count++] =
            (struct option){scan->options[i].name, flag ? no_argument : required_argument, NULL,
                            FIRST_OF_COMMAND + (int)i};
    }
    /* Resets getopt's own state of an earlier scan. */
    opterr = 0;
    optind = 0;
    getopt_long(1, nothing, short_options, scan->table, NULL);
}

/* Reads the option at optind, or the next letter of a group of them. */
static int scan_option(struct scan *scan)
{
    const char *word = scan->argv[optind];
    int index = -1;
    int letter = getopt_long(scan->argc, scan->argv, short_options, scan->table, &index);

    if (letter == '?' || letter == ':')
        return fail_option(scan, letter, word);
    if (index >= 0 && !is_whole(scan, word))
        return fail_unknown(scan, word);
    if (letter >= FIRST_OF_COMMAND && scan->options)
        return set_own(&scan->options[letter - FIRST_OF_COMMAND], scan->error);
    return set_global(scan, letter);
}

static bool is_negative_number(const char *word)
{
    return word[0] == '-' && word[1] >= '0' && word[1] <= '9';
}

static bool is_argument(const char *word)
{
    return word[0] != '-' || word[1] == '\0';
}

/* Moves the arguments to argv[1]... and returns their number. */
static int scan_all(struct scan *scan)
{
    int count = 0;

    while (optind < scan->argc) {
        char *word = scan->argv[optind];
        int rc;

        if (strcmp(word, "--") == 0) {
            while (++optind < scan->argc)
                scan->argv[++count] = scan->argv[optind];
            break;
        }
        if (is_argument(word) || is_negative_number(word)) {
            scan->argv[++count] = word;
            optind++;
            continue;
        }
        rc = scan_option(scan);
        if (rc < 0)
            return rc;
    }
    return count;
}

static int check_count(const struct scan *scan, const struct cli_syntax *syntax, int count)
{
    const char *arguments = scan->cli->usage ? scan->cli->usage : "";
    struct error *error = scan->error;
    char **argv = scan->argv;

    if (count < syntax->least)
        return error_set(error, ERR_USAGE, "missing an argument; usage: qualiodoo %s %s", argv[0],
                         arguments);
    if (count > syntax->most)
        return error_set(error, ERR_USAGE,
                         "found '%s', expected nothing there; usage: qualiodoo %s%s%s",
                         argv[syntax->most + 1], argv[0], *arguments ? " " : "", arguments);
    return count;
}

int cli_refuse_now(const struct cli *cli, const char *what, struct error *error)
{
    if (!cli->has_now || clock_is_of_tests())
        return 0;
    return error_set(error, ERR_USAGE,
                     "--now asks what would be at another time and writes nothing, so %s refuses "
                     "it: leave it out, or ask a command that only reads (balance, ledger, sla, "
                     "explain, status, doctor, reconcile --dry-run)",
                     what);
}

int cli_options(struct cli *cli, const struct cli_syntax *syntax, int argc, char **argv,
                struct error *error)
{
    struct scan scan = {
        .cli = cli, .options = syntax->options, .argc = argc, .argv = argv, .error = error};
    int count;

    scan_start(&scan);
    count = scan_all(&scan);
    if (count < 0)
        return count;
    if (scan.version)
        return error_set(error, ERR_USAGE, "--version goes without a command");
    count = check_count(&scan, syntax, count);
    if (count >= 0 && cli->verbosity < 0 && !cli->json && !freopen("/dev/null", "w", stdout))
        return error_set(error, ERR_USAGE, "-q: /dev/null cannot be opened");
    return count;
}

int cli_global_options(struct cli *cli, int argc, char **argv, bool *ret_version,
                       struct error *error)
{
    struct scan scan = {.cli = cli, .argc = argc, .argv = argv, .error = error};

    scan_start(&scan);
    while (optind < argc && !is_argument(argv[optind])) {
        int rc;

        if (strcmp(argv[optind], "--") == 0) {
            optind++;
            break;
        }
        rc = scan_option(&scan);
        if (rc < 0)
            return rc;
    }
    *ret_version = scan.version;
    return optind;
}

int cli_parse_minutes(const char *text, minutes *ret_minutes, struct error *error)
{
    const char *digits = text + (*text == '-' || *text == '+');
    size_t length = strspn(digits, "0123456789");
    minutes value = 0;

    /* Nine digits are two thousand years and cannot overflow. */
    if (length > 0 && length <= 9 && digits[length] == '\0')
        value = strtoll(text, NULL, 10);
    if (value == 0)
        return error_set(
            error, ERR_USAGE,
            "found '%s', expected a whole number of minutes, such as 90 or -30: not 0, and of "
            "at most nine digits",
            text);
    *ret_minutes = value;
    return 0;
}
