/* cmd_run.c - run: the service. */
#include "commands.h"
#include "qualiodoo/cli/options.h"
#include "qualiodoo/config/config_files.h"
#include "qualiodoo/util/log.h"

int (*cli_service)(struct config *config, struct error *error);

int cmd_run(struct cli *cli, int argc, char **argv, struct error *error)
{
    struct config *config = NULL;
    int rc = cli_options(cli, &(struct cli_syntax){0}, argc, argv, error);

    if (rc < 0)
        return rc;
    if (!cli_service)
        return error_set(error, ERR_USAGE,
                         "this build has no service (it was made with SYSTEMD=0): run "
                         "'qualiodoo sync' from a timer instead");
    if (cli->has_now)
        return error_set(error, ERR_USAGE,
                         "--now asks what would be at another time; 'run' is the service, which "
                         "works with the real time: leave it out");
    rc = config_load(cli->config_path, &config, error);
    if (rc == 0)
        rc = config_check_access(config, error);
    if (rc < 0) {
        config_free(config);
        return rc;
    }
    if (cli->verbosity == 0)
        log_set_level(LOG_LEVEL_INFO); /* the service reports its work in the journal */
    rc = cli_service(config, error);
    return rc < 0 ? rc : CLI_DONE;
}
