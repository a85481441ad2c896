/* session.c - asks for the version of the server and the uid of the login, and chooses the
 * protocol. */
#include "qualiodoo/odoo/session.h"

#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "qualiodoo/util/printable.h"
#include "text.h"

/* Asks for the version, or for the user of the secret. */
static int call_common(struct odoo *odoo, const struct wire *wire, enum wire_kind kind,
                       json_t **ret_result, struct error *error)
{
    struct wire_call call = {.kind = kind};
    struct odoo_request request = {
        .wire = wire, .method = kind == WIRE_VERSION ? "version" : wire->who, .safe = true};
    int rc = odoo_request_write(odoo, &call, &request, error);

    if (!rc)
        rc = odoo_call(odoo, &request, ret_result, error);
    odoo_request_clear(&request);
    return rc;
}

static int ask_version(struct odoo *odoo, const struct wire *wire, struct error *error)
{
    json_t *result = NULL;
    const char *version;
    char *copy;
    int rc = call_common(odoo, wire, WIRE_VERSION, &result, error);

    if (rc)
        return rc;
    version = json_string_value(json_object_get(result, wire->version));
    copy = version ? strdup(version) : NULL;
    json_decref(result);
    if (!version)
        return error_set(error, ERR_PROTOCOL,
                         "%s: the answer to 'version' holds no %s: is odoo.url the address of an "
                         "Odoo?",
                         odoo->options.url, wire->version);
    if (!copy)
        return error_memory(error);
    free(odoo->version);
    odoo->version = copy;
    return 0;
}

/* `false` is Odoo's answer to a wrong login or password. */
static int check_uid(struct odoo *odoo, const struct wire *wire, const json_t *result,
                     struct error *error)
{
    if (wire->uid)
        result = json_object_get(result, wire->uid);
    if (json_is_integer(result) && json_integer_value(result) > 0) {
        odoo->uid = json_integer_value(result);
        return 0;
    }
    if (json_is_false(result))
        return error_set(
            error, ERR_ACCESS_DENIED,
            "%s: the login '%s' is refused on the database '%s': the login, the password "
            "or the key is wrong, or the key has expired (odoo.login, odoo.secret_file)%s",
            odoo->options.url, odoo->options.login, odoo->options.database,
            printable_has_outer_blank(odoo->options.secret)
                ? "; the secret begins or ends with a blank: does that belong to it?"
                : "");
    return error_set(error, ERR_PROTOCOL,
                     "%s: the answer to '%s' is neither a user's number nor false: is odoo.url the "
                     "address of an Odoo?",
                     odoo->options.url, wire->who);
}

/* Reads the login of the user odoo->uid; the caller frees *ret_login, NULL: the answer has none. */
static int ask_login(struct odoo *odoo, const struct wire *wire, char **ret_login,
                     struct error *error)
{
    json_t *arguments = json_pack("[[I]]", (json_int_t)odoo->uid);
    json_t *keywords = json_pack("{s:[s]}", "fields", "login"), *result = NULL;
    struct wire_call call = {.kind = WIRE_EXECUTE,
                             .model = "res.users",
                             .method = "read",
                             .arguments = arguments,
                             .keywords = keywords};
    struct odoo_request request = {
        .wire = wire, .model = call.model, .method = call.method, .safe = true};
    const char *login;
    int rc = arguments && keywords ? odoo_request_write(odoo, &call, &request, error)
                                   : error_memory(error);

    if (rc == 0)
        rc = odoo_call(odoo, &request, &result, error);
    login = json_string_value(json_object_get(json_array_get(result, 0), "login"));
    *ret_login = login ? strdup(login) : NULL;
    if (login && !*ret_login)
        rc = error_memory(error);
    odoo_request_clear(&request);
    json_decref(arguments);
    json_decref(keywords);
    json_decref(result);
    return rc;
}

/* Checks that the key is one of odoo.login: a protocol that takes keys alone is not told it. */
static int check_owner(struct odoo *odoo, const struct wire *wire, struct error *error)
{
    const struct odoo_options *options = &odoo->options;
    char *login = NULL;
    int rc = ask_login(odoo, wire, &login, error);

    if (rc == 0 && (!login || strcmp(login, options->login) != 0))
        rc = error_set(error, ERR_ACCESS_DENIED,
                       "%s: the key of odoo.secret_file belongs to the user '%s', not to "
                       "odoo.login '%s'",
                       options->url, login ? login : "", options->login);
    free(login);
    if (rc < 0)
        odoo->uid = 0;
    return rc;
}

static int ask_uid(struct odoo *odoo, const struct wire *wire, struct error *error)
{
    const struct odoo_options *options = &odoo->options;
    struct text_check check;
    json_t *result = NULL;
    int rc;

    text_check(options->secret, strlen(options->secret), &check);
    if (check.invalid)
        return error_set(error, ERR_CONFIG, "the secret of odoo.secret_file is not UTF-8 text");
    rc = call_common(odoo, wire, WIRE_AUTHENTICATE, &result, error);
    if (rc)
        return rc;
    rc = check_uid(odoo, wire, result, error);
    json_decref(result);
    return rc || !wire->takes_keys_only ? rc : check_owner(odoo, wire, error);
}

/* ---- auto ---- */

/* The major version in the text of one: 17 in "17.0" and in "saas~17.2+e". */
static int major_of(const char *version)
{
    return (int)strtol(version + strcspn(version, "0123456789"), NULL, 10);
}

static bool has_json2(const struct odoo *odoo)
{
    return major_of(odoo->version) >= wire_json2.since;
}

/* Whether the secret is a key that JSON-2 takes. A failure that says nothing about the secret is
 * returned. */
static int try_json2(struct odoo *odoo, bool *ret_taken, struct error *error)
{
    int rc = ask_uid(odoo, &wire_json2, error);

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

    if (ask_version(odoo, &wire_json2, &own) && ask_version(odoo, &wire_jsonrpc, &own))
        return error->code;
    rc = has_json2(odoo) ? try_json2(odoo, &taken, error) : 0;
    if (rc)
        return rc;
    odoo->wire = taken ? &wire_json2 : &wire_jsonrpc;
    if (odoo->options.without_xmlrpc)
        odoo->options.without_xmlrpc(odoo->options.context, odoo->wire->title);
    return 0;
}

static int settle(struct odoo *odoo, struct error *error)
{
    struct error own = {0};
    bool taken = false;
    int rc;

    if (odoo->wire)
        return 0;
    error = error ? error : &own;
    rc = ask_version(odoo, &wire_xmlrpc, error);
    if (rc == ERR_PROTOCOL && is_gone(odoo))
        return settle_without_xmlrpc(odoo, error);
    if (rc == 0 && has_json2(odoo))
        rc = try_json2(odoo, &taken, error);
    if (rc == 0)
        odoo->wire = taken ? &wire_json2 : &wire_xmlrpc;
    return rc;
}

/* ---- what callers ask ---- */

int odoo_version(struct odoo *odoo, const char **ret_version, struct error *error)
{
    int rc = settle(odoo, error);

    if (!rc && !odoo->version)
        rc = ask_version(odoo, odoo->wire, error);
    if (!rc)
        *ret_version = odoo->version;
    return rc;
}

int odoo_major_version(struct odoo *odoo, int *ret_major, struct error *error)
{
    const char *version = "";
    int rc = odoo_version(odoo, &version, error);

    if (rc == 0)
        *ret_major = major_of(version);
    return rc;
}

int odoo_protocol_dropped_by(struct odoo *odoo, int *ret_version, struct error *error)
{
    int major = 0;
    int rc = odoo_major_version(odoo, &major, error);

    if (rc == 0)
        *ret_version =
            odoo->wire->deprecated && major >= odoo->wire->deprecated ? odoo->wire->dropped_by : 0;
    return rc;
}

int odoo_ping(struct odoo *odoo, struct error *error)
{
    json_t *result = NULL;
    int rc = settle(odoo, error);

    if (!rc)
        rc = call_common(odoo, odoo->wire, WIRE_VERSION, &result, error);
    json_decref(result);
    return rc;
}

int odoo_authenticate(struct odoo *odoo, struct error *error)
{
    int rc = odoo->uid ? 0 : settle(odoo, error);

    return rc || odoo->uid ? rc : ask_uid(odoo, odoo->wire, error);
}

int64_t odoo_uid(const struct odoo *odoo)
{
    return odoo->uid;
}
