/* cmd_setup.c - setup: makes in Odoo what the agent needs, as its administrator. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "commands.h"
#include "output.h"
#include "qualiodoo/cli/options.h"
#include "qualiodoo/cli/table.h"
#include "qualiodoo/config/config_secret.h"
#include "qualiodoo/setup/setup.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/progress.h"

#define ANSWER_MAX 512 /* bytes of a login or a password typed here */

struct arguments {
    bool dry_run, remove, with_adjustments;
    const char *webhook, *admin, *secret_file;
};

static int read_arguments(struct cli *cli, struct arguments *given, int argc, char **argv,
                          struct error *error)
{
    const struct cli_option options[] = {
        {"dry-run", OPTION_FLAG, &given->dry_run},
        {"remove", OPTION_FLAG, &given->remove},
        {"with-adjustments", OPTION_FLAG, &given->with_adjustments},
        {"webhook", OPTION_TEXT, &given->webhook},
        {"admin", OPTION_TEXT, &given->admin},
        {"admin-secret-file", OPTION_TEXT, &given->secret_file},
        {0}};
    int rc = cli_options(cli, &(struct cli_syntax){.options = options}, argc, argv, error);

    if (rc < 0)
        return rc;
    if (given->with_adjustments && !given->remove)
        return error_set(error, ERR_USAGE,
                         "--with-adjustments goes with --remove: it removes the adjustments too");
    if (given->webhook && given->remove)
        return error_set(error, ERR_USAGE,
                         "--webhook goes without --remove, which takes the rule away");
    return 0;
}

/* ---- Asking on the terminal ---- */

static struct termios with_echo;

/* A signal during the question: turn the terminal's echo on again, then end as usual. */
static void restore_echo(int number)
{
    tcsetattr(STDIN_FILENO, TCSANOW, &with_echo);
    raise(number); /* the default action, since SA_RESETHAND */
}

static void set_handlers(void (*handler)(int))
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction action = {.sa_handler = handler, .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaction(numbers[i], &action, NULL);
}

/* Reads one line from the terminal, without its newline. */
static int read_line(const char *question, char answer[ANSWER_MAX], struct error *error)
{
    ssize_t length;

    fprintf(stderr, "%s: ", question);
    length = read(STDIN_FILENO, answer, ANSWER_MAX - 1);
    if (length < 0)
        length = 0;
    answer[length] = '\0';
    answer[strcspn(answer, "\r\n")] = '\0';
    if (!*answer)
        return error_set(error, ERR_USAGE, "%s: nothing was given", question);
    return 0;
}

static int read_hidden_line(const char *question, char answer[ANSWER_MAX], struct error *error)
{
    struct termios silent;
    int rc;

    if (tcgetattr(STDIN_FILENO, &with_echo) < 0)
        return error_set(error, ERR_USAGE,
                         "the terminal cannot hide a password: give --admin-secret-file FILE");
    silent = with_echo;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    set_handlers(restore_echo);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    rc = read_line(question, answer, error);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &with_echo);
    set_handlers(SIG_DFL);
    putc('\n', stderr);
    return rc;
}

static int need_terminal(const char *option, struct error *error)
{
    if (isatty(STDIN_FILENO))
        return 0;
    return error_set(error, ERR_USAGE,
                     "missing %s: setup asks for it on a terminal only; see qualiodoo setup --help",
                     option);
}

/* Asks on the terminal for what the options do not give. Neither login nor secret is stored. */
static int ask_administrator(const struct arguments *given, char login[ANSWER_MAX],
                             char secret[ANSWER_MAX], struct error *error)
{
    int rc = 0;

    if (!given->admin && (rc = need_terminal("--admin LOGIN", error)) == 0)
        rc = read_line("administrator's login", login, error);
    if (rc == 0 && !given->secret_file &&
        (rc = need_terminal("--admin-secret-file FILE", error)) == 0)
        rc = read_hidden_line("administrator's password or API key", secret, error);
    return rc;
}

/* ---- What is done ---- */

struct report {
    const struct arguments *given;
    bool json;
    json_t *steps;
    size_t n_changed;
};

static const struct {
    const char *done, *planned; /* the second with --dry-run */
} outcomes[] = {
    [SETUP_MADE] = {"made", "would make"},
    [SETUP_FOUND] = {"found", "found"},
    [SETUP_REMOVED] = {"removed", "would remove"},
    [SETUP_KEPT] = {"kept", "would keep"},
};

static void add_step(void *context, const char *what, enum setup_outcome outcome)
{
    struct report *report = context;
    bool made = outcome == SETUP_MADE, removed = outcome == SETUP_REMOVED;

    report->n_changed += made || removed;
    json_build_add(&report->steps,
                   json_pack("{ss sb sb}", "what", what, "made", made, "removed", removed));
    if (report->json)
        return;
    progress_hold();
    table_say("%s: %s\n",
              report->given->dry_run ? outcomes[outcome].planned : outcomes[outcome].done, what);
    fflush(stdout);
    progress_release();
}

static int print_end(struct report *report, struct error *error)
{
    const struct arguments *given = report->given;

    if (report->json)
        return cli_print_json(json_pack("{sb sb sO}", "dry_run", given->dry_run, "changed",
                                        report->n_changed > 0, "steps", report->steps),
                              error);
    if (!report->n_changed)
        puts(given->remove ? "nothing to remove" : "nothing to do: all is there");
    else if (!given->dry_run)
        puts(given->remove ? "done: what setup made is removed" : "done: all is there now");
    return 0;
}

static int run_setup(const struct config *config, struct report *report, struct error *error)
{
    const struct arguments *given = report->given;
    char login[ANSWER_MAX] = "", typed[ANSWER_MAX] = "";
    char *from_file = NULL;
    int rc = ask_administrator(given, login, typed, error);

    if (rc == 0 && given->secret_file)
        rc = config_secret_from_file(given->secret_file, &from_file, error) < 0
                 ? error_prefix(error, "--admin-secret-file")
                 : 0;
    if (rc == 0) {
        struct setup_options options = {.admin_login = given->admin ? given->admin : login,
                                        .admin_secret = from_file ? from_file : typed,
                                        .dry_run = given->dry_run,
                                        .remove = given->remove,
                                        .with_adjustments = given->with_adjustments,
                                        .webhook = given->webhook,
                                        .step = add_step,
                                        .context = report};

        rc = setup_run(config, &options, error);
    }
    config_secret_free(from_file);
    explicit_bzero(typed, sizeof typed);
    return rc < 0 ? rc : print_end(report, error);
}

int cmd_setup(struct cli *cli, int argc, char **argv, struct error *error)
{
    struct arguments given = {0};
    struct report report = {.given = &given, .steps = json_array()};
    struct config *config = NULL;
    int rc = read_arguments(cli, &given, argc, argv, error);

    report.json = cli->json; /* known only now: --json may follow the command's name */
    if (rc == 0 && !given.dry_run)
        rc = cli_refuse_now(cli, "setup without --dry-run", error);
    if (rc == 0)
        rc = config_load(cli->config_path, &config, error);
    if (rc == 0)
        rc = run_setup(config, &report, error);
    json_decref(report.steps);
    config_free(config);
    return rc;
}
