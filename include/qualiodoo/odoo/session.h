/* session.h - the version of the server, and the user of the login. */
#ifndef QUALIODOO_ODOO_SESSION_H
#define QUALIODOO_ODOO_SESSION_H

#include <stdint.h>

#include "qualiodoo/util/error.h"

struct odoo;

/* The version of the server, "17.0"; borrowed, valid until odoo_free(). Only the first call asks
 * Odoo. */
int odoo_version(struct odoo *odoo, const char **ret_version, struct error *error);

/* Its major version: 17 for "17.0" and for "saas~17.2+e". Otherwise as odoo_version(). */
int odoo_major_version(struct odoo *odoo, int *ret_major, struct error *error);

/* The version of Odoo that drops the protocol in use, by the warning that this server logs at each
 * call; 0: the server logs none. Otherwise as odoo_version(). */
int odoo_protocol_dropped_by(struct odoo *odoo, int *ret_version, struct error *error);

/* Authenticates, the first time only; other calls do so by themselves. ERR_ACCESS_DENIED when login
 * or secret are wrong or the database is unknown. */
int odoo_authenticate(struct odoo *odoo, struct error *error);
int64_t odoo_uid(const struct odoo *odoo); /* 0 before authentication */

/* Checks that Odoo answers, with the cheapest call: its version. */
int odoo_ping(struct odoo *odoo, struct error *error);

#endif
