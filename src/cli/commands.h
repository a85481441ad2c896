/* commands.h - the functions of the command table, which is in commands.c: see struct command for
 * what they return. Each is all that its file shows to others (cmd_cycle.c: `sync` and
 * `reconcile`), so that one header serves all of them. */
#ifndef QUALIODOO_CLI_COMMANDS_H
#define QUALIODOO_CLI_COMMANDS_H

#include "qualiodoo/cli/cli.h"

int cmd_run(struct cli *cli, int argc, char **argv, struct error *error);
int cmd_sync(struct cli *cli, int argc, char **argv, struct error *error);
int cmd_reconcile(struct cli *cli, int argc, char **argv, struct error *error);
int cmd_status(struct cli *cli, int argc, char **argv, struct error *error);
int cmd_balance(struct cli *cli, int argc, char **argv, struct error *error);
int cmd_ledger(struct cli *cli, int argc, char **argv, struct error *error);
int cmd_sla(struct cli *cli, int argc, char **argv, struct error *error);
int cmd_explain(struct cli *cli, int argc, char **argv, struct error *error);

/* The subjects of explain. `customer` or `ticket` is what the user typed: an id, a name, a
 * number. */
int explain_balance(struct cli *cli, const char *customer, struct error *error);
int explain_charge(struct cli *cli, const char *ticket, struct error *error);
int explain_sla(struct cli *cli, const char *ticket, struct error *error);

int cmd_adjust(struct cli *cli, int argc, char **argv, struct error *error);
int cmd_doctor(struct cli *cli, int argc, char **argv, struct error *error);
int cmd_setup(struct cli *cli, int argc, char **argv, struct error *error);
int cmd_outbox(struct cli *cli, int argc, char **argv, struct error *error);
int cmd_config(struct cli *cli, int argc, char **argv, struct error *error);

#endif
