/* listener.c - HTTP within the event loop: libmicrohttpd's epoll is one source of it, and its next
 * time-out another.
 *
 * A request is read whole, up to a limit, before it is answered: a caller that is answered while it
 * still sends may lose the answer. The answer never waits for anything: Odoo, inside a person's
 * transaction, waits for it. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "listener.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/log.h"

#define MS_USEC UINT64_C(1000)
#define ACCURACY_USEC 1000 /* of the timer: the answer is waited for */
#define SECRET_HEADER "X-Qualiodoo-Secret"
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum {
    BODY_MAX = 64 * 1024,
    SENT_MAX = 16 * BODY_MAX, /* who sends more than this is cut off */
    CONNECTIONS_MAX = 32,
    SILENCE_S = 5,
    REQUEST_MS = 10000, /* who sends a byte now and then must not keep the others out */
    HOOKS_PER_S = 20,
    HOOK_MS = 1000 / HOOKS_PER_S,
};

/* A connection, from when it may send its next request. */
struct caller {
    bool used;
    int fd;
    int64_t since_ms;
};

struct listener {
    struct MHD_Daemon *daemon;
    sd_event_source *io, *timer;
    struct caller callers[CONNECTIONS_MAX];
    bool changed; /* a connection came or went */
    struct listener_handler handler;
    char *secret;       /* NULL: no hook is served */
    int64_t hooks_used; /* until when the hooks of the last second were allowed: a leaky bucket */
};

/* ---- What is served ---- */

struct request {
    const struct endpoint *endpoint; /* NULL: none of that path */
    size_t sent;
    char body[BODY_MAX];
};

struct endpoint {
    const char *path; /* one that ends in a slash is the beginning of longer ones */
    const char *method;
    /* The status of the answer. */
    unsigned (*answer)(struct listener *listener, struct MHD_Connection *connection,
                       const char *rest, const struct request *request);
    bool is_text; /* its answer is the metrics */
};

/* In a time that says nothing about the secret but its length. */
static bool is_secret(const char *given, const char *secret)
{
    size_t given_length = strlen(given), length = strlen(secret);
    volatile unsigned char differs = given_length != length;

    for (size_t i = 0; i < length; i++)
        differs |= (unsigned char)(secret[i] ^ given[given_length ? i % given_length : 0]);
    return differs == 0;
}

static bool is_too_many(struct listener *listener)
{
    int64_t now = clock_monotonic_ms();

    if (listener->hooks_used < now)
        listener->hooks_used = now;
    if (listener->hooks_used + HOOK_MS > now + 1000)
        return true;
    listener->hooks_used += HOOK_MS;
    return false;
}

/* A hint, no more: whoever names one of these makes the agent ask whether an invoice changed. The
 * first is what setup's rule says, the second what that of an earlier version said. */
static const char *const invoice_models[] = {"account.partial.reconcile", "account.move"};

static enum schedule_cycle what_to_look_at(const struct request *request)
{
    json_t *body = json_loadb(request->body, request->sent, 0, NULL);
    const char *model = json_string_value(json_object_get(body, "_model"));
    bool invoice = false;

    for (size_t i = 0; model && i < sizeof invoice_models / sizeof *invoice_models; i++)
        invoice = invoice || strcmp(model, invoice_models[i]) == 0;

    json_decref(body);
    return invoice ? SCHEDULE_PAYMENTS : SCHEDULE_ALL;
}

static unsigned answer_hook(struct listener *listener, struct MHD_Connection *connection,
                            const char *rest, const struct request *request)
{
    const char *header = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, SECRET_HEADER);
    const char *given = *rest ? rest : header;

    if (!listener->secret || !given || !is_secret(given, listener->secret))
        return MHD_HTTP_FORBIDDEN;
    if (is_too_many(listener))
        return MHD_HTTP_TOO_MANY_REQUESTS;
    listener->handler.hook(listener->handler.context, what_to_look_at(request));
    return MHD_HTTP_NO_CONTENT;
}

static const struct endpoint endpoints[] = {
    {"/hook", MHD_HTTP_METHOD_POST, answer_hook},
    {"/hook/", MHD_HTTP_METHOD_POST, answer_hook},
    {"/metrics", MHD_HTTP_METHOD_GET, .is_text = true},
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

/* ---- A request ---- */

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *allow)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result;

    if (!response)
        return MHD_NO;
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, allow);
    result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer_metrics(struct listener *listener, struct MHD_Connection *connection)
{
    char *text = listener->handler.metrics(listener->handler.context);
    struct MHD_Response *response = NULL;
    enum MHD_Result result;

    if (text)
        response = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
    if (!response) {
        free(text);
        return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, METRICS_TYPE);
    result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

/* Its end: what was sent is here, as far as it fits. */
static enum MHD_Result answer_request(struct listener *listener, struct MHD_Connection *connection,
                                      const char *path, const char *method,
                                      const struct request *request)
{
    const struct endpoint *endpoint = request->endpoint;
    unsigned status;

    if (!endpoint)
        status = MHD_HTTP_NOT_FOUND;
    else if (strcmp(method, endpoint->method) != 0)
        status = MHD_HTTP_METHOD_NOT_ALLOWED;
    else if (request->sent > BODY_MAX)
        status = MHD_HTTP_CONTENT_TOO_LARGE;
    else if (endpoint->is_text)
        return answer_metrics(listener, connection);
    else
        status = endpoint->answer(listener, connection, path + strlen(endpoint->path), request);
    return answer(connection, status, endpoint ? endpoint->method : NULL);
}

static bool announces_too_much(struct MHD_Connection *connection)
{
    const char *length =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

    return length && strtoull(length, NULL, 10) > BODY_MAX;
}

static void add_to_body(struct request *request, const char *data, size_t size)
{
    if (request->sent < BODY_MAX)
        memcpy(request->body + request->sent, data,
               size < BODY_MAX - request->sent ? size : BODY_MAX - request->sent);
    request->sent += size;
}

/* Called when the headers are there, for each part of the body, and at its end. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
                                  const char *path, const char *method, const char *version,
                                  const char *data, size_t *size, void **state)
{
    struct request *request = *state;

    (void)version;
    if (!request) {
        if (announces_too_much(connection))
            return answer(connection, MHD_HTTP_CONTENT_TOO_LARGE, NULL);
        request = calloc(1, sizeof *request);
        if (!request)
            return MHD_NO;
        request->endpoint = find_endpoint(path);
        *state = request;
        return MHD_YES;
    }
    if (*size) {
        add_to_body(request, data, *size);
        *size = 0;
        return request->sent > SENT_MAX ? MHD_NO : MHD_YES;
    }
    return answer_request(context, connection, path, method, request);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct caller *caller = info ? info->socket_context : NULL;

    (void)context;
    (void)code;
    free(*state);
    *state = NULL;
    if (caller)
        caller->since_ms = clock_monotonic_ms();
}

/* ---- Connections ---- */

static struct caller *add_caller(struct listener *listener, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct caller *caller = listener->callers, *end = caller + CONNECTIONS_MAX;

    while (caller < end && caller->used)
        caller++;
    if (!info || caller == end)
        return NULL; /* not seen: libmicrohttpd takes no more of them */
    *caller =
        (struct caller){.used = true, .fd = info->connect_fd, .since_ms = clock_monotonic_ms()};
    return caller;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket,
                          enum MHD_ConnectionNotificationCode code)
{
    struct listener *listener = context;

    listener->changed = true;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *socket = add_caller(listener, connection);
    } else if (*socket) {
        ((struct caller *)*socket)->used = false;
        *socket = NULL;
    }
}

/* libmicrohttpd limits the silence alone; it takes the end of the stream as it comes. */
static void cut_off_slow_callers(const struct listener *listener)
{
    int64_t now_ms = clock_monotonic_ms();

    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        const struct caller *caller = &listener->callers[i];

        if (caller->used && now_ms - caller->since_ms > REQUEST_MS)
            shutdown(caller->fd, SHUT_RDWR);
    }
}

/* ---- The event loop ---- */

/* What libmicrohttpd has to do, and when it wants to be called again: at once after a connection
 * came or went, since at its limit it stops listening, and listens again at the next call alone. */
static int serve(struct listener *listener)
{
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;

    cut_off_slow_callers(listener);
    listener->changed = false;
    MHD_run(listener->daemon);
    if (!listener->changed && MHD_get_timeout(listener->daemon, &wait_ms) != MHD_YES)
        return sd_event_source_set_enabled(listener->timer, SD_EVENT_OFF);
    sd_event_source_set_time_relative(listener->timer, wait_ms * MS_USEC);
    return sd_event_source_set_enabled(listener->timer, SD_EVENT_ONESHOT);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *context)
{
    (void)source;
    (void)fd;
    (void)events;
    return serve(context);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *context)
{
    (void)source;
    (void)usec;
    return serve(context);
}

static int fail(struct error *error, const char *listen, const char *why)
{
    return error_set(error, ERR_STATE, "webhook.listen: cannot listen on %s: %s", listen, why);
}

static int add_sources(struct listener *listener, sd_event *event, const char *listen,
                       struct error *error)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    int rc = info ? sd_event_add_io(event, &listener->io, info->epoll_fd, EPOLLIN, on_io, listener)
                  : -ENOTSUP;

    if (rc >= 0)
        rc = sd_event_add_time_relative(event, &listener->timer, CLOCK_MONOTONIC, 0, ACCURACY_USEC,
                                        on_timer, listener);
    return rc < 0 ? fail(error, listen, strerror(-rc)) : 0;
}

/* ---- Where it listens ---- */

/* The socket that systemd opened. */
static int passed_socket(int *ret, struct error *error)
{
    int count = sd_listen_fds(1);

    if (count != 1 || sd_is_socket(SD_LISTEN_FDS_START, AF_UNSPEC, SOCK_STREAM, 1) <= 0)
        return error_set(error, ERR_STATE,
                         "webhook.listen: systemd passed %d sockets, expected one that listens: "
                         "is the socket unit started?",
                         count > 0 ? count : 0);
    *ret = SD_LISTEN_FDS_START;
    return fcntl(*ret, F_SETFL, O_NONBLOCK) < 0 ? fail(error, "systemd", strerror(errno)) : 0;
}

static int bind_socket(const struct addrinfo *address, int *ret)
{
    static const int yes = 1;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, address->ai_addr, address->ai_addrlen) < 0 || listen(fd, CONNECTIONS_MAX) < 0) {
        int code = -errno;

        close(fd);
        return code;
    }
    *ret = fd;
    return 0;
}

/* HOST:PORT or [HOST]:PORT, which the configuration has checked. */
static int own_socket(const char *where, int *ret, struct error *error)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    const char *colon = strrchr(where, ':');
    size_t bracket = *where == '[' ? 1 : 0;
    struct addrinfo *found = NULL;
    char *host = strndup(where + bracket, (size_t)(colon - where) - 2 * bracket);
    int rc;

    if (!host)
        return error_memory(error);
    rc = getaddrinfo(host, colon + 1, &hints, &found);
    free(host);
    if (rc)
        return fail(error, where, gai_strerror(rc));
    rc = bind_socket(found, ret);
    freeaddrinfo(found);
    return rc < 0 ? fail(error, where, strerror(-rc)) : 0;
}

/* ---- The whole ---- */

static int start(struct listener *listener, const char *where, struct error *error)
{
    int fd = -1;
    int rc =
        strcmp(where, "systemd") == 0 ? passed_socket(&fd, error) : own_socket(where, &fd, error);

    if (rc < 0)
        return rc;
    listener->daemon = MHD_start_daemon(
        MHD_USE_EPOLL, 0, NULL, NULL, on_request, listener, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, listener, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENCE_S, MHD_OPTION_END);
    if (listener->daemon)
        return 0;
    close(fd);
    return fail(error, where, "the HTTP server cannot be started");
}

int listener_open(sd_event *event, const struct config *config, struct listener_handler handler,
                  struct listener **ret, struct error *error)
{
    const char *where = config->webhook.listen;
    struct listener *listener;
    int rc;

    if (!where) {
        *ret = NULL;
        return 0;
    }
    listener = calloc(1, sizeof *listener);
    if (!listener)
        return error_memory(error);
    listener->handler = handler;
    rc = listener_reload(listener, config, error);
    if (rc == 0)
        rc = start(listener, where, error);
    if (rc == 0)
        rc = add_sources(listener, event, where, error);
    if (rc < 0) {
        listener_close(listener);
        return rc;
    }
    log_info("listening on %s%s", where,
             listener->secret ? "" : " (no webhook.secret_file: no hook)");
    *ret = listener;
    return 0;
}

int listener_reload(struct listener *listener, const struct config *config, struct error *error)
{
    char *secret = NULL;
    int rc = 0;

    if (!listener)
        return 0;
    if (config->webhook.secret_file)
        rc = config_webhook_secret(config, &secret, error);
    if (rc < 0)
        return rc;
    config_secret_free(listener->secret);
    listener->secret = secret;
    return 0;
}

void listener_close(struct listener *listener)
{
    if (!listener)
        return;
    sd_event_source_unref(listener->io);
    sd_event_source_unref(listener->timer);
    if (listener->daemon)
        MHD_stop_daemon(listener->daemon);
    config_secret_free(listener->secret);
    free(listener);
}
