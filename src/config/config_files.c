/* config_files.c - checks the files that the configuration names before anything is started. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config_internal.h"

static bool holds_certificate(const char *path)
{
    char *line = NULL;
    size_t size = 0;
    bool found = false;
    struct stat status;
    FILE *file;

    if (stat(path, &status) < 0 || !S_ISREG(status.st_mode)) /* a device may have no end */
        return false;
    file = fopen(path, "re");
    if (!file)
        return false;
    while (!found && getline(&line, &size, file) > 0)
        found = strncmp(line, "-----BEGIN ", 11) == 0 && strstr(line, "CERTIFICATE-----");
    free(line);
    fclose(file);
    return found;
}

int config_check_ca_file(const struct config *config, struct error *error)
{
    const char *path = config->odoo.ca_file;

    if (!path || strncasecmp(config->odoo.url, "https:", 6) != 0 || holds_certificate(path))
        return 0;
    return error_set(error, ERR_CONFIG,
                     "odoo.ca_file: '%s' cannot be read, or holds no certificate in PEM form",
                     path);
}

int config_check_access(const struct config *config, struct error *error)
{
    char *secret = NULL;
    int result = config_secret(config, &secret, error);

    config_secret_free(secret);
    return result < 0 ? result : config_check_ca_file(config, error);
}
