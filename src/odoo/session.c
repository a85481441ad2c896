/* session.c - asks for the version of the server and the uid of the login. */
#include <stdlib.h>
#include <string.h>

#include "odoo_internal.h"
#include "qualiodoo/util/printable.h"
#include "text.h"
#include "xmlrpc.h"

/* Wipes the JSON copy of a secret before it is released: jansson does not. */
static void wipe_string(json_t *string)
{
    if (json_is_string(string))
        explicit_bzero((char *)json_string_value(string), json_string_length(string));
    json_decref(string);
}

/* Makes a call of the service `common`. Steals `parameters`. */
static int call_common(struct odoo *odoo, const char *method, json_t *parameters,
                       json_t **ret_result, struct error *error)
{
    struct odoo_request request = {.path = "/xmlrpc/2/common", .method = method, .safe = true};
    int code = parameters
                   ? odoo_xmlrpc_encode(method, parameters, &request.body, &request.length, error)
                   : error_memory(error);

    json_decref(parameters);
    if (!code)
        code = odoo_call(odoo, &request, ret_result, error);
    odoo_request_clear(&request);
    return code;
}

int odoo_version(struct odoo *odoo, const char **ret_version, struct error *error)
{
    json_t *result = NULL;
    const char *version;
    int code;

    if (!odoo->version) {
        code = call_common(odoo, "version", json_array(), &result, error);
        if (code)
            return code;
        version = json_string_value(json_object_get(result, "server_version"));
        odoo->version = version ? strdup(version) : NULL;
        json_decref(result);
        if (!version)
            return error_set(error, ERR_PROTOCOL,
                             "%s: the answer to 'version' holds no server_version: is odoo.url the "
                             "address of an Odoo?",
                             odoo->options.url);
        if (!odoo->version)
            return error_memory(error);
    }
    *ret_version = odoo->version;
    return 0;
}

int odoo_ping(struct odoo *odoo, struct error *error)
{
    json_t *result = NULL;
    int code = call_common(odoo, "version", json_array(), &result, error);

    json_decref(result);
    return code;
}

/* `false` is Odoo's answer to a wrong login or password. */
static int check_uid(struct odoo *odoo, const json_t *result, struct error *error)
{
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
                     "%s: the answer to 'authenticate' is neither a user's number nor false: is "
                     "odoo.url the address of an Odoo?",
                     odoo->options.url);
}

int odoo_authenticate(struct odoo *odoo, struct error *error)
{
    const struct odoo_options *options = &odoo->options;
    struct text_check check;
    json_t *secret, *result = NULL;
    int code;

    if (odoo->uid)
        return 0;
    text_check(options->secret, strlen(options->secret), &check);
    if (check.invalid)
        return error_set(error, ERR_CONFIG, "the secret of odoo.secret_file is not UTF-8 text");
    secret = json_string(options->secret);
    if (!secret)
        return error_memory(error);
    code = call_common(odoo, "authenticate",
                       json_pack("[s, s, O, {}]", options->database, options->login, secret),
                       &result, error);
    wipe_string(secret);
    if (code)
        return code;
    code = check_uid(odoo, result, error);
    json_decref(result);
    return code;
}

int64_t odoo_uid(const struct odoo *odoo)
{
    return odoo->uid;
}

void odoo_assume_uid(struct odoo *odoo, int64_t uid)
{
    odoo->uid = uid;
}

int odoo_request_execute(struct odoo *odoo, const struct odoo_call *call,
                         struct odoo_request *ret_request, struct error *error)
{
    struct odoo_request request = {.path = "/xmlrpc/2/object",
                                   .model = call->model,
                                   .method = call->method,
                                   .safe = call->safe};
    json_t *secret = json_string(odoo->options.secret);
    json_t *keywords = call->keywords ? json_incref(call->keywords) : json_object();
    json_t *parameters =
        json_pack("[s, I, O, s, s, O, o]", odoo->options.database, (json_int_t)odoo->uid, secret,
                  call->model, call->method, call->arguments, keywords);
    bool whole = parameters && (call->keywords || !call->with_keywords);
    int code =
        whole ? odoo_xmlrpc_encode("execute_kw", parameters, &request.body, &request.length, error)
              : error_memory(error);

    json_decref(parameters);
    wipe_string(secret);
    if (!code)
        *ret_request = request;
    return code;
}

int odoo_execute(struct odoo *odoo, const struct odoo_call *call, json_t **ret_result,
                 struct error *error)
{
    struct odoo_request request = {0};
    int code = odoo_authenticate(odoo, error);

    if (!code)
        code = odoo_request_execute(odoo, call, &request, error);
    if (!code)
        code = odoo_call(odoo, &request, ret_result, error);
    odoo_request_clear(&request);
    return code;
}
