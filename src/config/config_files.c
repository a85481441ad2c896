/* config_files.c - checks the files that the configuration names before anything is started. */
#include "qualiodoo/config/config_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "qualiodoo/config/config_secret.h"

/* Returns 0 when the file holds a certificate, else the errno of the failed read, or -1 when it can
 * be read and holds none. */
static int find_certificate(const char *path)
{
    char *line = NULL;
    size_t size = 0;
    bool found = false;
    struct stat status;
    FILE *file;

    if (stat(path, &status) < 0)
        return errno;
    if (!S_ISREG(status.st_mode)) /* a device may have no end */
        return -1;
    file = fopen(path, "re");
    if (!file)
        return errno;
    while (!found && getline(&line, &size, file) > 0)
        found = strncmp(line, "-----BEGIN ", 11) == 0 && strstr(line, "CERTIFICATE-----");
    free(line);
    fclose(file);
    return found ? 0 : -1;
}

int config_check_ca_file(const struct config *config, struct error *error)
{
    const char *path = config->odoo.ca_file;
    int cause =
        path && strncasecmp(config->odoo.url, "https:", 6) == 0 ? find_certificate(path) : 0;

    if (!cause)
        return 0;
    return error_set(error, ERR_CONFIG,
                     "odoo.ca_file: '%s' cannot be read, or holds no certificate in PEM form%s%s",
                     path, cause > 0 ? ": " : "", cause > 0 ? strerror(cause) : "");
}

int config_check_access(const struct config *config, struct error *error)
{
    char *secret = NULL;
    int rc = config_secret(config, &secret, error);

    config_secret_free(secret);
    return rc < 0 ? rc : config_check_ca_file(config, error);
}
