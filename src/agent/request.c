/* request.c - the table of paths, and the checks that come before it.
 *
 * A request is read whole, up to a limit, before it is answered: a caller that is answered while it
 * still sends may lose the answer. An answer never waits for anything, as Odoo waits for it inside
 * a person's transaction. */
#include "request.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "qualiodoo/util/clock.h"

#define SECRET_HEADER "X-Qualiodoo-Secret"
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"
#define LINE_TYPE "text/plain; charset=utf-8"

enum {
    BODY_MAX = 64 * 1024,
    SENT_MAX = 16 * BODY_MAX, /* a caller that sends more is cut off */
    HOOKS_PER_S = 20,
    HOOK_MS = 1000 / HOOKS_PER_S,
};

struct request {
    const struct endpoint *endpoint; /* NULL: no endpoint has that path */
    size_t sent;
    char body[BODY_MAX];
};

struct reply {
    unsigned status; /* 0: there is no memory */
    char *text;      /* on the heap; or NULL */
    const char *type;
};

struct endpoint {
    const char *path; /* a path that ends in a slash also serves the longer ones */
    const char *method;
    const char *allow; /* the methods, for the header Allow */
    /* `rest`: what follows the endpoint's path. */
    struct reply (*answer)(struct requests *requests, struct MHD_Connection *connection,
                           const char *rest, const struct request *request);
};

/* ---- Hooks ---- */

/* Constant-time comparison; only the length leaks. */
static bool is_secret(const char *given, const char *secret)
{
    size_t given_length = strlen(given), length = strlen(secret);
    volatile unsigned char differs = given_length != length;

    for (size_t i = 0; i < length; i++)
        differs |= (unsigned char)(secret[i] ^ given[given_length ? i % given_length : 0]);
    return differs == 0;
}

static bool is_too_many(struct requests *requests)
{
    int64_t now = clock_monotonic_ms();

    if (requests->hooks_used < now)
        requests->hooks_used = now;
    if (requests->hooks_used + HOOK_MS > now + 1000)
        return true;
    requests->hooks_used += HOOK_MS;
    return false;
}

/* A hook whose body names one of these models makes the agent ask whether an invoice changed. The
 * first is sent by the rule that setup makes, the second by that of an earlier version. */
static const char *const invoice_models[] = {"account.partial.reconcile", "account.move"};

static enum schedule_cycle cycle_of(const struct request *request)
{
    json_t *body = json_loadb(request->body, request->sent, 0, NULL);
    const char *model = json_string_value(json_object_get(body, "_model"));
    bool invoice = false;

    for (size_t i = 0; model && i < sizeof invoice_models / sizeof *invoice_models; i++)
        invoice = invoice || strcmp(model, invoice_models[i]) == 0;

    json_decref(body);
    return invoice ? SCHEDULE_PAYMENTS : SCHEDULE_ALL;
}

static struct reply answer_hook(struct requests *requests, struct MHD_Connection *connection,
                                const char *rest, const struct request *request)
{
    const char *header = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, SECRET_HEADER);
    const char *given = *rest ? rest : header;

    if (!requests->secret || !given || !is_secret(given, requests->secret))
        return (struct reply){.status = MHD_HTTP_FORBIDDEN};
    if (is_too_many(requests))
        return (struct reply){.status = MHD_HTTP_TOO_MANY_REQUESTS};
    requests->handler.hook(requests->handler.context, cycle_of(request));
    return (struct reply){.status = MHD_HTTP_NO_CONTENT};
}

/* ---- Monitors ---- */

static struct reply answer_metrics(struct requests *requests, struct MHD_Connection *connection,
                                   const char *rest, const struct request *request)
{
    char *text = requests->handler.metrics(requests->handler.context);

    (void)connection;
    (void)rest;
    (void)request;
    return (struct reply){text ? MHD_HTTP_OK : 0, text, METRICS_TYPE};
}

static struct reply answer_health(struct requests *requests, struct MHD_Connection *connection,
                                  const char *rest, const struct request *request)
{
    char line[LISTENER_LINE_SIZE];
    bool healthy = requests->handler.health(requests->handler.context, line);
    char *text = strdup(line);

    (void)connection;
    (void)rest;
    (void)request;
    if (!text)
        return (struct reply){0};
    return (struct reply){healthy ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, text, LINE_TYPE};
}

static const struct endpoint endpoints[] = {
    {"/hook", MHD_HTTP_METHOD_POST, "POST", answer_hook},
    {"/hook/", MHD_HTTP_METHOD_POST, "POST", answer_hook},
    {"/metrics", MHD_HTTP_METHOD_GET, "GET, HEAD", answer_metrics},
    {"/health", MHD_HTTP_METHOD_GET, "GET, HEAD", answer_health},
};

static const struct endpoint *find_endpoint(const char *path)
{
    for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++) {
        size_t length = strlen(endpoints[i].path);

        if (strncmp(path, endpoints[i].path, length) == 0 &&
            (path[length] == '\0' || endpoints[i].path[length - 1] == '/'))
            return &endpoints[i];
    }
    return NULL;
}

/* HEAD counts as GET: libmicrohttpd leaves out the body of the answer by itself. */
static bool is_method_of(const struct endpoint *endpoint, const char *method)
{
    return strcmp(method, endpoint->method) == 0 ||
           (strcmp(endpoint->method, MHD_HTTP_METHOD_GET) == 0 &&
            strcmp(method, MHD_HTTP_METHOD_HEAD) == 0);
}

/* ---- Answers ---- */

/* Takes over reply->text. */
static struct MHD_Response *new_response(const struct reply *reply)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        reply->text ? strlen(reply->text) : 0, reply->text,
        reply->text ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);

    if (!response)
        free(reply->text);
    return response;
}

/* `allow`: the header of that name for a method that is not allowed, else NULL. Takes over
 * reply->text. */
static enum MHD_Result send_reply(struct MHD_Connection *connection, const struct reply *reply,
                                  const char *allow)
{
    struct MHD_Response *response = reply->status ? new_response(reply) : NULL;
    enum MHD_Result result;

    if (!response)
        return MHD_NO;
    if (reply->type)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->type);
    if (reply->status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, allow);
    if (reply->status == MHD_HTTP_BAD_REQUEST) /* it is not certain where the next request begins */
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    result = MHD_queue_response(connection, reply->status, response);
    MHD_destroy_response(response);
    return result;
}

/* Answers a request that was received whole; request->body holds its first BODY_MAX bytes. */
static enum MHD_Result answer_request(struct requests *requests, struct MHD_Connection *connection,
                                      const char *path, const char *method,
                                      const struct request *request)
{
    const struct endpoint *endpoint = request->endpoint;
    struct reply reply = {0};

    if (!endpoint)
        reply.status = MHD_HTTP_NOT_FOUND;
    else if (!is_method_of(endpoint, method))
        reply.status = MHD_HTTP_METHOD_NOT_ALLOWED;
    else if (request->sent > BODY_MAX)
        reply.status = MHD_HTTP_CONTENT_TOO_LARGE;
    else
        reply = endpoint->answer(requests, connection, path + strlen(endpoint->path), request);
    return send_reply(connection, &reply, endpoint ? endpoint->allow : NULL);
}

/* ---- What is wrong with the headers ---- */

struct framing {
    unsigned lengths, encodings, hosts;
    bool malformed; /* a header whose name or value no server has to accept */
};

/* RFC 9110, section 5.6.2. With a blank before its colon, a Content-Length would be seen by a proxy
 * but not by libmicrohttpd. */
static bool is_token(const char *name, size_t size)
{
    static const char others[] = "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < size; i++)
        if (!name[i] || (!isalnum((unsigned char)name[i]) && !strchr(others, name[i])))
            return false;
    return size > 0;
}

static bool is_number(const char *value, size_t size)
{
    return size > 0 && strspn(value, "0123456789") == size;
}

/* An MHD_KeyValueIteratorN: its parameters are libmicrohttpd's. */
static enum MHD_Result look_at_header(void *context, enum MHD_ValueKind kind, const char *name,
                                      size_t name_size, const char *value, size_t size)
{
    struct framing *framing = context;

    (void)kind;
    if (!is_token(name, name_size) || (value && memchr(value, '\0', size))) {
        framing->malformed = true;
    } else if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) {
        framing->lengths++;
        framing->malformed |= !value || !is_number(value, size);
    } else if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
        framing->encodings++;
        framing->malformed |= !value || strcasecmp(value, "chunked") != 0;
    } else if (strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0) {
        framing->hosts++;
    }
    return MHD_YES;
}

/* RFC 9112, sections 3.2, 6.1 and 6.3. Even in its strict mode libmicrohttpd accepts two lengths
 * and takes the first, and accepts chunks beside a length and takes the chunks. */
static bool is_ambiguous(struct MHD_Connection *connection, const char *version)
{
    struct framing framing = {0};

    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, look_at_header, &framing);
    return framing.malformed || framing.lengths + framing.encodings > 1 || framing.hosts > 1 ||
           (framing.encodings && strcmp(version, MHD_HTTP_VERSION_1_1) != 0);
}

/* The status with which a request is answered by its headers alone; 0: read its body. */
static unsigned check_headers(struct MHD_Connection *connection, const char *version)
{
    const char *length =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

    if (is_ambiguous(connection, version))
        return MHD_HTTP_BAD_REQUEST;
    return length && strtoull(length, NULL, 10) > BODY_MAX ? MHD_HTTP_CONTENT_TOO_LARGE : 0;
}

/* ---- A request ---- */

static void add_to_body(struct request *request, const char *data, size_t size)
{
    if (request->sent < BODY_MAX)
        memcpy(request->body + request->sent, data,
               size < BODY_MAX - request->sent ? size : BODY_MAX - request->sent);
    request->sent += size;
}

static enum MHD_Result begin_request(struct MHD_Connection *connection, const char *path,
                                     const char *version, void **state)
{
    struct reply refusal = {.status = check_headers(connection, version)};
    struct request *request;

    if (refusal.status)
        return send_reply(connection, &refusal, NULL);
    request = calloc(1, sizeof *request);
    if (!request)
        return MHD_NO;
    request->endpoint = find_endpoint(path);
    *state = request;
    return MHD_YES;
}

enum MHD_Result request_part(void *context, struct MHD_Connection *connection, const char *path,
                             const char *method, const char *version, const char *data,
                             size_t *size, void **state)
{
    struct request *request = *state;

    if (!request)
        return begin_request(connection, path, version, state);
    if (*size) {
        add_to_body(request, data, *size);
        *size = 0;
        return request->sent > SENT_MAX ? MHD_NO : MHD_YES;
    }
    return answer_request(context, connection, path, method, request);
}

void request_free(void *state)
{
    free(state);
}
