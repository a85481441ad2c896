/* protocol.c - which protocol a client speaks. */
#include <stdlib.h>
#include <string.h>

#include "odoo_internal.h"

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

/* ---- auto ---- */

static bool has_json2(const struct odoo *odoo)
{
    const char *version = odoo->version;

    return strtol(version + strcspn(version, "0123456789"), NULL, 10) >= wire_json2.since;
}

/* Whether the secret is a key that JSON-2 takes. A failure that says nothing about the secret is
 * returned. */
static int try_json2(struct odoo *odoo, bool *ret_taken, struct error *error)
{
    int rc = session_ask_uid(odoo, &wire_json2, error);

    *ret_taken = rc == 0;
    return rc == ERR_NETWORK || rc == ERR_NO_MEMORY || rc == ERR_INTERRUPTED ? rc : 0;
}

/* Whether the last answer said that there is no XML-RPC at that address. */
static bool is_gone(struct odoo *odoo)
{
    long status;

    pthread_mutex_lock(&odoo->line);
    status = odoo->last_status;
    pthread_mutex_unlock(&odoo->line);
    return status == 404 || status == 405 || status == 410;
}

/* XML-RPC gave `error`, which stands unless JSON shows that there is an Odoo. */
static int settle_without_xmlrpc(struct odoo *odoo, struct error *error)
{
    struct error own = {0};
    bool taken = false;
    int rc;

    if (session_ask_version(odoo, &wire_json2, &own) &&
        session_ask_version(odoo, &wire_jsonrpc, &own))
        return error->code;
    rc = has_json2(odoo) ? try_json2(odoo, &taken, error) : 0;
    if (rc)
        return rc;
    odoo->wire = taken ? &wire_json2 : &wire_jsonrpc;
    if (odoo->options.without_xmlrpc)
        odoo->options.without_xmlrpc(odoo->options.context, odoo->wire->title);
    return 0;
}

int protocol_settle(struct odoo *odoo, struct error *error)
{
    struct error own = {0};
    bool taken = false;
    int rc;

    if (odoo->wire)
        return 0;
    error = error ? error : &own;
    rc = session_ask_version(odoo, &wire_xmlrpc, error);
    if (rc == ERR_PROTOCOL && is_gone(odoo))
        return settle_without_xmlrpc(odoo, error);
    if (rc == 0 && has_json2(odoo))
        rc = try_json2(odoo, &taken, error);
    if (rc == 0)
        odoo->wire = taken ? &wire_json2 : &wire_xmlrpc;
    return rc;
}
