/* cmd_explain.c - explain: why a number is what it is. Each subject has its file. */
#include <string.h>

#include "commands.h"
#include "qualiodoo/cli/options.h"

int cmd_explain(struct cli *cli, int argc, char **argv, struct error *error)
{
    static const char *const subjects[] = {"balance", "charge", "sla", NULL};
    int rc = cli_options(cli, &(struct cli_syntax){.least = 2, .most = 2}, argc, argv, error);

    if (rc < 0)
        return rc;
    if (strcmp(argv[1], "balance") == 0)
        return explain_balance(cli, argv[2], error);
    if (strcmp(argv[1], "charge") == 0)
        return explain_charge(cli, argv[2], error);
    if (strcmp(argv[1], "sla") == 0)
        return explain_sla(cli, argv[2], error);
    return cli_unknown_choice("subject of explain", argv[1], subjects, error);
}
