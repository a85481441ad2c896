/* connect.h - the client of Odoo, opened as the configuration says. */
#ifndef QUALIODOO_PULL_CONNECT_H
#define QUALIODOO_PULL_CONNECT_H

#include "qualiodoo/config/config.h"
#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/odoo/odoo.h"

/* The options of odoo_open() that the configuration gives, without the secret. The result borrows
 * its texts from `config`. */
struct odoo_options connect_options(const struct config *config);

/* Reads the secret and opens the client; no call is made yet. The caller frees *ret_odoo with
 * odoo_free(). Errors: those of config_secret() and odoo_open(); *ret_odoo is then untouched. */
int connect_open(const struct config *config, struct odoo **ret_odoo, struct error *error);

/* The kind of tickets that tickets.flavour asks for. */
enum flavour_wanted connect_flavour(const struct config *config);

#endif
