/* protocol.h - the protocol that a client speaks, and how a later client knows it at once. */
#ifndef QUALIODOO_ODOO_PROTOCOL_H
#define QUALIODOO_ODOO_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/odoo/odoo.h"

/* What a client found: its user, and the protocol, which is never ODOO_AUTO then. */
struct odoo_login {
    int64_t uid; /* 0: not known */
    enum odoo_protocol protocol;
};
struct odoo_login odoo_login(const struct odoo *odoo);

/* Uses what an earlier client found, which saves slow calls: Odoo takes 0.7 s to check a password
 * the first time. If login or secret are no longer valid, the first call fails with
 * ERR_ACCESS_DENIED. With the uid 0 nothing is assumed. */
void odoo_assume(struct odoo *odoo, const struct odoo_login *login);

/* The protocol in use: its name in odoo.protocol ("json2") and for a person ("JSON-2"); NULL
 * before it is settled. */
const char *odoo_protocol_name(const struct odoo *odoo);
const char *odoo_protocol_title(const struct odoo *odoo);

/* Whether the protocol in use takes API keys alone, never a password. */
bool odoo_protocol_takes_keys_only(const struct odoo *odoo);

/* Whether the secret looks like an API key of Odoo: 40 hexadecimal digits. */
bool odoo_secret_has_key_form(const struct odoo *odoo);

#endif
