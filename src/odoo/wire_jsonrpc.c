/* wire_jsonrpc.c - JSON-RPC 2.0: POST /jsonrpc, with the services and the arguments of XML-RPC. A
 * failure of Odoo is an answer of status 200 with an error. */
#include <string.h>

#include "json_answer.h"
#include "wire_internal.h"

static int jsonrpc_write(const struct wire_session *session, const struct wire_call *call,
                         struct wire_text *ret_text, struct error *error)
{
    static const struct {
        const char *service, *method;
    } forms[] = {
        [WIRE_VERSION] = {"common", "version"},
        [WIRE_AUTHENTICATE] = {"common", "authenticate"},
        [WIRE_EXECUTE] = {"object", "execute_kw"},
    };
    struct wire_text text = {.path = strdup("/jsonrpc")};
    json_t *parameters = wire_parameters(session, call);
    /* One request a connection: the id tells nothing apart. */
    json_t *body = parameters
                       ? json_pack("{ss ss si s{ss ss sO}}", "jsonrpc", "2.0", "method", "call",
                                   "id", 1, "params", "service", forms[call->kind].service,
                                   "method", forms[call->kind].method, "args", parameters)
                       : NULL;
    int rc = text.path && body ? wire_dump(body, &text, error) : error_memory(error);

    json_decref(body);
    wire_parameters_free(parameters);
    if (rc)
        wire_text_clear(&text);
    else
        *ret_text = text;
    return rc;
}

static int jsonrpc_open(const struct sink *sink, size_t max_elements, void **ret_reader,
                        struct error *error)
{
    struct json_answer *answer;
    int rc = json_answer_open(JSON_FORM_RPC, sink, max_elements, &answer, error);

    if (!rc)
        *ret_reader = answer;
    return rc;
}

static void jsonrpc_free(void *reader)
{
    json_answer_free(reader);
}

static void jsonrpc_reset(void *reader)
{
    json_answer_reset(reader);
}

static bool jsonrpc_feed(void *reader, const char *bytes, size_t length)
{
    return json_answer_feed(reader, bytes, length);
}

static int jsonrpc_end(void *reader, struct error *error)
{
    return json_answer_end(reader, error);
}

/* An error without `data` comes from no method: its `message` is all there is. */
static bool jsonrpc_fault(void *reader, struct wire_fault *ret_fault)
{
    const json_t *error = json_answer_fault(reader), *data = json_object_get(error, "data");

    if (!error)
        return false;
    *ret_fault = wire_json_fault(json_is_object(data) ? data : error, WIRE_FAULT_BUG);
    return true;
}

const struct wire wire_jsonrpc = {
    .name = "jsonrpc",
    .title = "JSON-RPC",
    .root = "/jsonrpc",
    .type = "application/json",
    .version = "server_version",
    .who = "authenticate",
    .before = "\"",
    .after = "\"",
    .deprecated = 19,
    .dropped_by = 20,
    .commits_first = true,
    .write = jsonrpc_write,
    .open = jsonrpc_open,
    .free = jsonrpc_free,
    .reset = jsonrpc_reset,
    .feed = jsonrpc_feed,
    .end = jsonrpc_end,
    .fault = jsonrpc_fault,
};
