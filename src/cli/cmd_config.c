/* cmd_config.c - config check and config show. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "output.h"
#include "qualiodoo/cli/options.h"
#include "qualiodoo/config/config.h"
#include "qualiodoo/config/config_files.h"
#include "qualiodoo/config/config_secret.h"
#include "qualiodoo/config/config_show.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/log.h"
#include "qualiodoo/util/printable.h"

/* A secret named by odoo.secret_file must be usable; a systemd credential exists only in the
 * service, so its absence here is no error. */
static int check_secret(const struct config *config, struct error *error)
{
    char *secret = NULL;
    int rc;

    if (!config->odoo.secret_file)
        return 0;
    rc = config_secret(config, &secret, error);
    if (rc == 0 && printable_has_outer_blank(secret))
        log_warning(
            "odoo.secret_file: %s: the secret begins or ends with a blank; if that does not "
            "belong to it, remove it",
            config->odoo.secret_file);
    config_secret_free(secret);
    return rc;
}

/* The service does not start without the secret of its webhook. */
static int check_webhook(const struct config *config, struct error *error)
{
    char *secret = NULL;
    int rc;

    if (!config->webhook.listen || !config->webhook.secret_file)
        return 0;
    rc = config_webhook_secret(config, &secret, error);
    config_secret_free(secret);
    return rc;
}

static int check(const struct cli *cli, const struct config *config, struct error *error)
{
    int rc = check_secret(config, error);
    char since[CIVIL_TEXT_SIZE];

    if (rc == 0)
        rc = check_webhook(config, error);
    if (rc == 0)
        rc = config_check_ca_file(config, error);
    if (rc)
        return rc;
    if (cli->json)
        return cli_print_json(json_pack("{s:s, s:b, s:b}", "file", config->path, "valid", 1,
                                        "writeback", config->writeback.enabled),
                              error);
    if (config->writeback.enabled)
        printf("%s: valid, WRITES into Odoo about tickets since %s\n", config->path,
               civil_format(config->writeback.since, since));
    else
        printf("%s: valid, shadow mode\n", config->path);
    return CLI_DONE;
}

static int show(const struct cli *cli, const struct config *config, struct error *error)
{
    char *text;

    if (cli->json)
        return cli_print_json(config_to_json(config), error);
    text = config_to_yaml(config);
    if (!text)
        return error_memory(error);
    fputs(text, stdout);
    free(text);
    return CLI_DONE;
}

static const struct {
    const char *name;
    int (*run)(const struct cli *cli, const struct config *config, struct error *error);
} actions[] = {{"check", check}, {"show", show}};

int cmd_config(struct cli *cli, int argc, char **argv, struct error *error)
{
    static const char *const names[] = {"check", "show", NULL};
    int count = cli_options(cli, &(struct cli_syntax){.least = 1, .most = 1}, argc, argv, error);
    struct config *config;
    int rc;

    if (count < 0)
        return count;
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(argv[1], actions[i].name) != 0)
            continue;
        rc = config_load(cli->config_path, &config, error);
        if (rc)
            return rc;
        rc = actions[i].run(cli, config, error);
        config_free(config);
        return rc;
    }
    return cli_unknown_choice("action of config", argv[1], names, error);
}
