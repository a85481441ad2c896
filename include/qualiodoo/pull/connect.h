/* connect.h - a client for the Odoo of the configuration. */
#ifndef QUALIODOO_PULL_CONNECT_H
#define QUALIODOO_PULL_CONNECT_H

#include "qualiodoo/config/config.h"
#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/odoo/odoo.h"

/* How the configuration says that Odoo is called; without a secret. Borrows from `config`. */
struct odoo_options connect_options(const struct config *config);

/* Opens the client: reads the secret, makes no call yet. The caller frees *ret_odoo with
 * odoo_free(). Errors: those of config_secret() and odoo_open(). */
int connect_open(const struct config *config, struct odoo **ret_odoo, struct error *error);

/* The flavour of tickets that tickets.flavour asks for. */
enum flavour_wanted connect_flavour(const struct config *config);

#endif
