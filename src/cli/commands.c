/* commands.c - the table of commands, in the order of --help. */
#include "commands.h"

#include <stdio.h>
#include <string.h>

/* Each line of a help text is one literal, as the user sees it: clang-format would break them. */
/* clang-format off */

#define CUSTOMER_HELP \
    "CUSTOMER is the number of a partner in Odoo (any contact of the customer), a reference or a\n" \
    "name, in any case and without accents where one alone matches.\n"

const struct command cli_commands[] = {
    {"run", "",
     "the service: sync in the background until told to stop",
     "Asks Odoo for payments every poll.payments and for everything every poll.tickets, and works at\n"
     "once when a response is overdue. SIGHUP reads the configuration again; SIGTERM stops it within\n"
     "a second. Under systemd, see qualiodoo.service.\n",
     cmd_run},
    {"sync", "",
     "one cycle: pull, compute, write back",
     "Reads what changed in Odoo since the last cycle, recomputes the accounts and tickets that these\n"
     "changes touch, and writes the results back into Odoo. With writeback.enabled: false nothing is\n"
     "written (shadow mode).\n",
     cmd_sync},
    {"reconcile", "[--dry-run] [--customer ID]... [--force]",
     "compare everything in Odoo with the local state, repair, say what differed",
     "  --dry-run       change nothing, here or in Odoo; print what would change\n"
     "  --customer ID   only this customer (can be repeated)\n"
     "  --force         go on where a safety limit stopped (exit code 4); accept revoked credit;\n"
     "                  read every record whole\n"
     "\n"
     "Exit code 3 with --dry-run when something differs; 0 when nothing differed or when it was\n"
     "repaired.\n",
     cmd_reconcile},
    {"status", "",
     "is it healthy: age of the data, queue of writes, next deadline, last errors",
     "Exit code 3 when there is a problem.\n",
     cmd_status},
    {"balance", "[CUSTOMER]",
     "credit left, per customer and lot, with the next expiry",
     CUSTOMER_HELP, cmd_balance},
    {"ledger", "CUSTOMER",
     "every movement of an account, oldest first",
     CUSTOMER_HELP, cmd_ledger},
    {"statement", "CUSTOMER [--from D] [--to D] [--format text|csv|json|html]",
     "what a customer is sent",
     NULL, NULL},
    {"sla", "[--state S]... [--since D]",
     "response targets of tickets",
     "Judged as of now (or of --now) from what the last cycle read. Ordered by customer (tickets\n"
     "without one first), then by the time the clock started. Tickets that owe no response are left\n"
     "out: 'explain sla TICKET' says why.\n"
     "\n"
     "  --state S   only tickets that are pending, warned, met or breached (can be repeated)\n"
     "  --since D   only tickets created on that day (YYYY-MM-DD) or later\n"
     "\n"
     "Exit code 1, after the list, when a working calendar cannot be used: its tickets are not in it.\n",
     cmd_sla},
    {"explain", "balance CUSTOMER | charge TICKET | sla TICKET",
     "why a number is what it is, with the Odoo record of each part",
     "  balance CUSTOMER   every grant, debit, rollover and expiry of the account\n"
     "  charge TICKET      every timesheet line of the ticket, and how it was rounded\n"
     "  sla TICKET         the deadline: each working interval counted, each day skipped, and which\n"
     "                     event stopped the clock\n"
     "\n"
     CUSTOMER_HELP
     "TICKET is a number or an exact ticket reference.\n",
     cmd_explain},
    {"adjust", "CUSTOMER MINUTES --reason TEXT [--date D] [--ends D] [--key K] ...",
     "add or remove credit by hand",
     "Written into Odoo first, then counted here. MINUTES may be negative:\n"
     "qualiodoo adjust 12 -30 --reason 'entered twice'.\n"
     "\n"
     CUSTOMER_HELP
     "\n"
     "  --reason TEXT   why; kept with the adjustment\n"
     "  --date D        the day it counts from, YYYY-MM-DD (default: today)\n"
     "  --ends D        the day its minutes end, excluded (default: one year later)\n"
     "  --key K         the key printed by a call whose answer was lost: repeats it safely\n"
     "  --dry-run       write nothing; show the balance that it would give\n",
     cmd_adjust},
    {"forecast", "[--until D]",
     "what expires, rolls over or runs out, and when",
     NULL, NULL},
    {"doctor", "",
     "checks the connection, version, rights, models, and data that cannot be charged",
     "Exit code 3 when there is a problem.\n",
     cmd_doctor},
    {"setup", "[--dry-run] [--remove [--with-adjustments]] [--webhook URL]",
     "creates in Odoo what the agent uses: model of adjustments, fields, tag of a breach",
     "Asks for an administrator's login, and keeps none of it. What is there already is left as it\n"
     "is; what was half made is completed. Fields of customers are made with\n"
     "writeback.balance.fields: true, the tag unless writeback.breach.tag is false.\n"
     "\n"
     "  --dry-run               change nothing; print what would be made or removed\n"
     "  --remove                take away what setup made; the adjustments stay\n"
     "  --with-adjustments      with --remove: the adjustments too. They are lost\n"
     "  --admin LOGIN           the administrator, instead of asking\n"
     "  --admin-secret-file F   a file (chmod 600) that holds the administrator's password\n"
     "                          or API key; odoo.protocol: json2 takes a key alone\n"
     "  --webhook URL           also make the automation rule by which Odoo (17 and later, with its\n"
     "                          module Automation Rules) calls the service when an invoice is paid,\n"
     "                          such as http://127.0.0.1:8075; the secret is added to it\n",
     cmd_setup},
    {"outbox", "[list|retry|drop] [ID]",
     "the writes waiting for Odoo, and those it refused",
     "  list        every write that is not settled: waiting, cut off, refused, or what shadow mode\n"
     "              would write (the default)\n"
     "  list ID     all of one write, settled or not\n"
     "  retry [ID]  sends a refused write again at the next cycle, or a waiting one without its\n"
     "              delay; without ID: every refused one\n"
     "  drop ID     gives a write up for good; with a note, its tag and its activity too\n",
     cmd_outbox},
    {"privacy", "export|erase CUSTOMER",
     "personal data held locally about a customer",
     NULL, NULL},
    {"backup", "FILE",
     "a consistent copy of the state, taken while the service runs",
     NULL, NULL},
    {"config", "check|show",
     "validates the file; prints the effective configuration",
     "  check   reads the file and those it names, and says what is wrong, with the line and the key\n"
     "  show    prints every key with the value in force; secrets are not part of it\n",
     cmd_config},
    {NULL, NULL, NULL, NULL, NULL},
};

static const char global_help[] =
    "Options, before or after the command:\n"
    "  -c, --config FILE   the configuration (default: /etc/qualiodoo/qualiodoo.yaml)\n"
    "      --now TIME      answer as of that time (2026-03-10T08:00:00Z); nothing is written\n"
    "      --json          print one JSON document\n"
    "  -v, --verbose       name each step of a cycle, with records and time; -vv: each call\n"
    "  -q, --quiet         print errors only, no report (--json still prints its document)\n"
    "  -h, --help          this text; after a command: about it\n"
    "      --version       the version\n";

static const char exit_help[] =
    "Exit codes: 0 done; 1 failed; 2 bad usage or configuration; 3 differences or a problem found;\n"
    "4 stopped by a safety limit.\n";

/* clang-format on */

const struct command *cli_command_find(const char *name)
{
    for (const struct command *command = cli_commands; command->name; command++) {
        if (strcmp(command->name, name) == 0)
            return command;
    }
    return NULL;
}

int cli_later(const char *name, struct error *error)
{
    return error_set(error, ERR_USAGE,
                     "'%s' is not available in this version; see qualiodoo --help for what is",
                     name);
}

static void print_commands(void)
{
    for (const struct command *command = cli_commands; command->name; command++)
        printf("  %-10s %s%s\n", command->name, command->summary, command->run ? "" : " (later)");
}

void cli_print_help(const struct command *command)
{
    if (!command) {
        puts("Usage: qualiodoo [OPTIONS] COMMAND [ARGUMENTS]\n\n"
             "Prepaid support hours and response times, computed from Odoo.\n\nCommands:");
        print_commands();
        printf("\n%s\n%s", global_help, exit_help);
        return;
    }
    printf("Usage: qualiodoo [OPTIONS] %s%s%s\n\n%s\n", command->name,
           *command->arguments ? " " : "", command->arguments, command->summary);
    if (!command->run)
        puts("\nNot available in this version.");
    if (command->help)
        printf("\n%s", command->help);
    printf("\n%s", global_help);
}
