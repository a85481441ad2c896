/* Commands that are described but not built yet: their options are read, then they say so. Each
 * leaves this file when it is built; the file goes with the last one. */
#include <stdlib.h>
#include <string.h>

#include "commands.h"

static const struct {
    const char *name;
    int least, most;
} pending[] = {
    {"sync", 0, 0},    {"reconcile", 0, 0}, {"status", 0, 0}, {"balance", 0, 1}, {"ledger", 1, 1},
    {"explain", 2, 2}, {"adjust", 2, 2},    {"doctor", 0, 0}, {"setup", 0, 0},
};

int cmd_pending(struct cli *cli, int argc, char **argv, struct error *error)
{
    bool flag = false;
    const char *texts[5] = {NULL};
    struct cli_list customers = {NULL, 0};
    struct cli_date date = {false, 0}, ends = {false, 0};
    const struct cli_option options[] = {
        {"dry-run", OPTION_FLAG, &flag},
        {"force", OPTION_FLAG, &flag},
        {"remove", OPTION_FLAG, &flag},
        {"with-adjustments", OPTION_FLAG, &flag},
        {"customer", OPTION_LIST, &customers},
        {"reason", OPTION_TEXT, &texts[0]},
        {"key", OPTION_TEXT, &texts[1]},
        {"webhook", OPTION_TEXT, &texts[2]},
        {"admin", OPTION_TEXT, &texts[3]},
        {"admin-secret-file", OPTION_TEXT, &texts[4]},
        {"date", OPTION_DATE, &date},
        {"ends", OPTION_DATE, &ends},
        {NULL, OPTION_FLAG, NULL},
    };
    size_t i = 0;
    int count;

    while (strcmp(pending[i].name, argv[0]) != 0)
        i++;
    count = cli_options(cli, options, pending[i].least, pending[i].most, argc, argv, error);
    free(customers.items);
    if (count < 0)
        return count;
    if (strcmp(argv[0], "explain") == 0 && strcmp(argv[1], "sla") == 0)
        return cli_later("explain sla", error);
    return error_set(error, ERR_USAGE, "'%s' is not built yet", argv[0]);
}
