/* config_secret.h - the password or API key, and the secret of the webhook. */
#ifndef QUALIODOO_CONFIG_CONFIG_SECRET_H
#define QUALIODOO_CONFIG_CONFIG_SECRET_H

#include <stdbool.h>

#include "qualiodoo/config/config.h"

/* Finds the password or API key: odoo.secret_file, else the systemd credential "odoo"
 * ($CREDENTIALS_DIRECTORY/odoo), else $QUALIODOO_SECRET. One trailing newline is dropped.
 * *ret_secret is on the heap; config_secret_free() wipes it. ERR_CONFIG when there is no secret, or
 * its file is empty, holds a line break, or is readable by group or world (a systemd credential may
 * be: systemd protects its directory). ERR_NO_MEMORY. No message holds the secret. */
int config_secret(const struct config *config, char **ret_secret, struct error *error);

/* Reads one secret from the file `path`, with the checks of config_secret(). */
int config_secret_from_file(const char *path, char **ret_secret, struct error *error);

/* Whether config_secret() looks for a systemd credential. systemd copies it when the service
 * starts: a changed secret needs a restart. */
bool config_secret_is_credential(const struct config *config);

/* Reads the secret of webhook.secret_file, which is part of an address: at least 16 letters, digits
 * and -_.~ (else ERR_CONFIG). Otherwise as config_secret(). */
int config_webhook_secret(const struct config *config, char **ret_secret, struct error *error);

/* Wipes and frees a secret. */
void config_secret_free(char *secret); /* NULL is allowed */

#endif
