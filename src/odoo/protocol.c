/* protocol.c - the table of protocols, and which of them a client speaks; session.c chooses.
 *
 * A new protocol is a file wire_NAME.c, declared in wire.h, a row here and a value of enum
 * odoo_protocol; session.c says when "auto" takes it. For odoo.protocol: a value of enum
 * config_protocol, its word in config/config_keys.c, and a line of pull/connect.c. */
#include "qualiodoo/odoo/protocol.h"

#include <string.h>

#include "odoo_internal.h"
#include "protocol_internal.h"

#define KEY_LENGTH 40 /* of an API key: 20 random bytes (16 to 19) */

static const struct wire *const wires[] = {
    [ODOO_XMLRPC] = &wire_xmlrpc,
    [ODOO_JSONRPC] = &wire_jsonrpc,
    [ODOO_JSON2] = &wire_json2,
    [ODOO_AUTO] = NULL,
};

const struct wire *protocol_wire(enum odoo_protocol protocol)
{
    return wires[protocol];
}

const char *odoo_protocol_name(const struct odoo *odoo)
{
    return odoo->wire ? odoo->wire->name : NULL;
}

const char *odoo_protocol_title(const struct odoo *odoo)
{
    return odoo->wire ? odoo->wire->title : NULL;
}

bool odoo_protocol_takes_keys_only(const struct odoo *odoo)
{
    return odoo->wire && odoo->wire->takes_keys_only;
}

bool odoo_secret_has_key_form(const struct odoo *odoo)
{
    const char *secret = odoo->options.secret;

    return strlen(secret) == KEY_LENGTH && strspn(secret, "0123456789abcdef") == KEY_LENGTH;
}

struct odoo_login odoo_login(const struct odoo *odoo)
{
    struct odoo_login login = {.uid = odoo->wire ? odoo->uid : 0};

    while (login.protocol != ODOO_AUTO && wires[login.protocol] != odoo->wire)
        login.protocol++;
    return login;
}

void odoo_assume(struct odoo *odoo, const struct odoo_login *login)
{
    if (!login->uid || !wires[login->protocol])
        return;
    odoo->uid = login->uid;
    odoo->wire = wires[login->protocol];
}
