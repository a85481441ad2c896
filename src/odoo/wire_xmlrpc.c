/* wire_xmlrpc.c - XML-RPC: POST /xmlrpc/2/common and /xmlrpc/2/object. A failure of Odoo is an
 * answer of status 200 with a fault. */
#include <string.h>

#include "wire_internal.h"
#include "xml_answer.h"
#include "xmlrpc.h"

static int xmlrpc_write(const struct wire_session *session, const struct wire_call *call,
                        struct wire_text *ret_text, struct error *error)
{
    static const struct {
        const char *path, *method;
    } forms[] = {
        [WIRE_VERSION] = {"/xmlrpc/2/common", "version"},
        [WIRE_AUTHENTICATE] = {"/xmlrpc/2/common", "authenticate"},
        [WIRE_EXECUTE] = {"/xmlrpc/2/object", "execute_kw"},
    };
    struct wire_text text = {.path = strdup(forms[call->kind].path)};
    json_t *parameters = wire_parameters(session, call);
    int rc = text.path && parameters ? odoo_xmlrpc_encode(forms[call->kind].method, parameters,
                                                          &text.body, &text.length, error)
                                     : error_memory(error);

    wire_parameters_free(parameters);
    if (rc)
        wire_text_clear(&text);
    else
        *ret_text = text;
    return rc;
}

static int xmlrpc_open(const struct sink *sink, size_t max_elements, void **ret_reader,
                       struct error *error)
{
    struct xml_answer *answer;
    int rc = xml_answer_open(sink, max_elements, &answer, error);

    if (!rc)
        *ret_reader = answer;
    return rc;
}

static void xmlrpc_free(void *reader)
{
    xml_answer_free(reader);
}

static void xmlrpc_reset(void *reader)
{
    xml_answer_reset(reader);
}

static bool xmlrpc_feed(void *reader, const char *bytes, size_t length)
{
    return xml_answer_feed(reader, bytes, length);
}

static int xmlrpc_end(void *reader, struct error *error)
{
    return xml_answer_end(reader, error);
}

static bool xmlrpc_fault(void *reader, struct wire_fault *ret_fault)
{
    struct wire_fault fault = {0};

    fault.text = xml_answer_fault(reader, &fault.code);
    if (fault.text)
        *ret_fault = fault;
    return fault.text != NULL;
}

const struct wire wire_xmlrpc = {
    .name = "xmlrpc",
    .title = "XML-RPC",
    .root = "/xmlrpc/2",
    .type = "text/xml",
    .version = "server_version",
    .who = "authenticate",
    .before = ">",
    .after = "</",
    .deprecated = 19,
    .dropped_by = 20,
    .commits_first = true,
    .write = xmlrpc_write,
    .open = xmlrpc_open,
    .free = xmlrpc_free,
    .reset = xmlrpc_reset,
    .feed = xmlrpc_feed,
    .end = xmlrpc_end,
    .fault = xmlrpc_fault,
};
