#include "commands.h"
int explain_sla(struct cli *cli, const char *ticket, struct error *error)
{
    (void)cli;
    (void)ticket;
    return cli_later("explain sla", error);
}
