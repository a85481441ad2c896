/* wire_json2.c - JSON-2 (Odoo 19 and later): POST /json/2/MODEL/METHOD, with named arguments and an
 * API key in the header. A failure of Odoo has a status of its own and an object as its body. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_answer.h"
#include "tree.h"
#include "wire_internal.h"

/* ---- writing ---- */

/* The names of the arguments that the agent gives by position. NULL: the argument is left out, as
 * JSON-2 does not need the empty ids of a question about a model. */
#define ARGUMENTS_MAX 2
static const struct form {
    const char *method;
    const char *names[ARGUMENTS_MAX];
} forms[] = {
    {"search", {"domain"}},
    {"search_count", {"domain"}},
    {"search_read", {"domain"}},
    {"web_search_read", {"domain"}},
    {"read", {"ids"}},
    {"fields_get", {"allfields"}},
    {"create", {"vals_list"}},
    {"write", {"ids", "vals"}},
    {"unlink", {"ids"}},
    {"message_post", {"ids"}},
    {"load", {"fields", "data"}},
    {"has_group", {"ids", "group_ext_id"}},
    {"has_access", {NULL, "operation"}},
    {"check_access_rights", {"operation", "raise_exception"}},
    {"check_object_reference", {"module", "xml_id"}},
};

static const struct form *form_of(const char *method)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strcmp(forms[i].method, method) == 0)
            return &forms[i];
    return NULL;
}

/* The argument as JSON-2 wants it: `create` takes a list of records, of one too. */
static json_t *adapt(const char *name, json_t *argument)
{
    if (strcmp(name, "vals_list") == 0 && json_is_object(argument))
        return json_pack("[O]", argument);
    return json_incref(argument);
}

/* The body of a call; NULL: memory is short. */
static json_t *name_arguments(const struct form *form, const struct wire_call *call)
{
    json_t *body = json_object(), *argument;
    bool ok = body && (!call->keywords || json_object_update(body, call->keywords) == 0);
    size_t i;

    json_array_foreach(call->arguments, i, argument) {
        if (ok && form->names[i])
            ok = json_object_set_new(body, form->names[i], adapt(form->names[i], argument)) == 0;
    }
    if (ok)
        return body;
    json_decref(body);
    return NULL;
}

/* A name of Odoo's own goes into the path as it is; anything else could lead elsewhere. */
static bool is_name(const char *text)
{
    return *text && text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789_.")] == '\0';
}

static int write_execute(const struct wire_call *call, struct wire_text *text, struct error *error)
{
    const struct form *form = form_of(call->method);
    json_t *body;
    int rc;

    if (!form || json_array_size(call->arguments) > ARGUMENTS_MAX || !is_name(call->model))
        return error_set(error, ERR_FAULT,
                         "%s.%s has no form in JSON-2: set odoo.protocol to xmlrpc or jsonrpc",
                         call->model, call->method);
    if (asprintf(&text->path, "/json/2/%s/%s", call->model, call->method) < 0) {
        text->path = NULL;
        return error_memory(error);
    }
    body = name_arguments(form, call);
    rc = body ? wire_dump(body, text, error) : error_memory(error);
    json_decref(body);
    return rc;
}

static int write_fixed(const char *path, const char *body, struct wire_text *text,
                       struct error *error)
{
    text->path = strdup(path);
    text->body = body ? strdup(body) : NULL;
    text->length = body ? strlen(body) : 0;
    return text->path && (text->body || !body) ? 0 : error_memory(error);
}

/* The key goes into a header, where a line break would begin another one. */
static int check_key(const char *key, struct error *error)
{
    for (; *key; key++)
        if (*key <= ' ' || *key > '~')
            return error_set(error, ERR_CONFIG,
                             "the secret of odoo.secret_file is no API key, which is all that "
                             "JSON-2 takes: a key has no blanks and no accents");
    return 0;
}

static int json2_write(const struct wire_session *session, const struct wire_call *call,
                       struct wire_text *ret_text, struct error *error)
{
    struct wire_text text = {.bears_key = call->kind != WIRE_VERSION};
    int rc = text.bears_key ? check_key(session->secret, error) : 0;

    if (!rc && call->kind == WIRE_VERSION)
        rc = write_fixed("/web/version", NULL, &text, error);
    else if (!rc && call->kind == WIRE_AUTHENTICATE)
        rc = write_fixed("/json/2/res.users/context_get", "{}", &text, error);
    else if (!rc)
        rc = write_execute(call, &text, error);
    if (rc)
        wire_text_clear(&text);
    else
        *ret_text = text;
    return rc;
}

/* ---- reading ---- */

struct reader {
    struct json_answer *answer;
    size_t max_elements;
    struct tree refusal; /* the body of an answer of a bad status */
};

static void json2_free(void *context)
{
    struct reader *reader = context;

    if (!reader)
        return;
    json_answer_free(reader->answer);
    tree_clear(&reader->refusal);
    free(reader);
}

static int json2_open(const struct sink *sink, size_t max_elements, void **ret_reader,
                      struct error *error)
{
    struct reader *reader = calloc(1, sizeof *reader);
    int rc;

    if (!reader)
        return error_memory(error);
    reader->max_elements = max_elements;
    rc = json_answer_open(JSON_FORM_BARE, sink, max_elements, &reader->answer, error);
    if (rc)
        json2_free(reader);
    else
        *ret_reader = reader;
    return rc;
}

static void json2_reset(void *context)
{
    struct reader *reader = context;

    json_answer_reset(reader->answer);
    tree_clear(&reader->refusal);
}

static bool json2_feed(void *context, const char *bytes, size_t length)
{
    struct reader *reader = context;

    return json_answer_feed(reader->answer, bytes, length);
}

static int json2_end(void *context, struct error *error)
{
    struct reader *reader = context;

    return json_answer_end(reader->answer, error);
}

static bool json2_fault(void *context, struct wire_fault *ret_fault)
{
    (void)context;
    (void)ret_fault;
    return false;
}

/* Reads the body of a refusal. What is no JSON leaves no value; only ERR_NO_MEMORY is an error. */
static int parse_refusal(struct reader *reader, const struct wire_refusal *refusal,
                         struct error *error)
{
    struct sink sink = {tree_take, &reader->refusal};
    struct json_answer *answer = NULL;
    int rc = json_answer_open(JSON_FORM_BARE, &sink, reader->max_elements, &answer, error);

    if (!rc) {
        json_answer_feed(answer, refusal->body, refusal->length);
        rc = json_answer_end(answer, error);
    }
    json_answer_free(answer);
    if (rc)
        tree_clear(&reader->refusal);
    return rc == ERR_NO_MEMORY ? rc : 0;
}

/* The code of an exception that is none of Odoo's own: by its status. A 404 that is not about a
 * model, and a 422, are about a method or its arguments, which XML-RPC calls a bug. */
static int code_of(const struct wire_refusal *refusal, const json_t *body)
{
    const char *message = json_string_value(json_object_get(body, "message"));
    const char *name = json_string_value(json_object_get(body, "name"));
    bool is_http = name && strncmp(name, "werkzeug.", 9) == 0;

    switch (refusal->status) {
    case 401:
        return WIRE_FAULT_ACCESS_DENIED;
    case 403:
        return WIRE_FAULT_ACCESS_RIGHTS;
    case 404:
        return message && strncmp(message, "the model ", 10) == 0 ? WIRE_FAULT_REFUSED
                                                                  : WIRE_FAULT_BUG;
    case 422:
        return is_http ? WIRE_FAULT_BUG : WIRE_FAULT_REFUSED;
    default:
        return WIRE_FAULT_BUG;
    }
}

static int json2_refused(void *context, const struct wire_refusal *refusal,
                         struct wire_fault *ret_fault, struct error *error)
{
    struct reader *reader = context;
    json_t *body;
    int rc = parse_refusal(reader, refusal, error);

    if (rc)
        return rc;
    body = reader->refusal.value;
    if (!json_is_string(json_object_get(body, "name")) ||
        !json_is_string(json_object_get(body, "message")))
        return 0;
    *ret_fault = wire_json_fault(body, code_of(refusal, body));
    return 1;
}

const struct wire wire_json2 = {
    .name = "json2",
    .title = "JSON-2",
    .root = "/json/2",
    .type = "application/json",
    .version = "version",
    .who = "context_get",
    .uid = "uid",
    .before = "\"",
    .after = "\"",
    .since = 19,
    .takes_keys_only = true,
    .write = json2_write,
    .open = json2_open,
    .free = json2_free,
    .reset = json2_reset,
    .feed = json2_feed,
    .end = json2_end,
    .fault = json2_fault,
    .refused = json2_refused,
};
