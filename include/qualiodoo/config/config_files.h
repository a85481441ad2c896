/* config_files.h - checks the files that the configuration names, before anything is started. */
#ifndef QUALIODOO_CONFIG_CONFIG_FILES_H
#define QUALIODOO_CONFIG_CONFIG_FILES_H

#include "qualiodoo/config/config.h"

/* ERR_CONFIG when odoo.url is https and odoo.ca_file cannot be read or holds no certificate.
 * Whether the certificates are valid is checked by the first connection only. */
int config_check_ca_file(const struct config *config, struct error *error);

/* Checks what a connection needs beside the configuration, before anything is started: the secret
 * (config_secret()) and the certificates (config_check_ca_file()). ERR_CONFIG, ERR_NO_MEMORY. */
int config_check_access(const struct config *config, struct error *error);

#endif
