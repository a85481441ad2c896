/* listener.c - HTTP within the event loop: libmicrohttpd's epoll descriptor is one event source,
 * its next time-out another. Requests are answered in request.c.
 *
 * A caller that opens connections and leaves them idle must not keep others out: the oldest one is
 * closed for a new one, so that libmicrohttpd, which accepts ten at a time, never reaches the limit
 * at which it stops accepting. */
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "listener.h"
#include "qualiodoo/config/config_secret.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/log.h"
#include "request.h"

#define MS_USEC UINT64_C(1000)
#define ACCURACY_USEC 1000 /* of the timer; short, as the caller waits for the answer */

enum {
    CALLERS_MAX = 128,     /* with as many the oldest is closed; each takes up to 100 KiB */
    CONNECTIONS_MAX = 160, /* CALLERS_MAX and those cut off whose end libmicrohttpd has not seen */
    SILENCE_S = 5,         /* a caller that sends nothing for as long is cut off */
    REQUEST_MS = 10000,    /* a whole request must arrive within this, or its caller is cut off */
};

/* A connection. */
struct caller {
    bool used;
    bool cut_off; /* shut down; libmicrohttpd has not seen its end yet */
    int fd;
    int64_t since_ms; /* since when its next request is awaited: connected, or last answered */
};

struct listener {
    struct MHD_Daemon *daemon;
    sd_event_source *io, *timer;
    struct caller callers[CONNECTIONS_MAX];
    bool changed; /* a connection was opened or closed during MHD_run() */
    struct requests requests;
};

/* ---- Connections ---- */

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct caller *caller = info ? info->socket_context : NULL;

    (void)context;
    (void)code;
    request_free(*state);
    *state = NULL;
    if (caller)
        caller->since_ms = clock_monotonic_ms();
}

static void cut_off(struct caller *caller)
{
    shutdown(caller->fd, SHUT_RDWR); /* libmicrohttpd takes it as the end of the stream */
    caller->cut_off = true;
}

/* With CALLERS_MAX callers, cuts off the one whose request has been awaited longest. */
static void make_room(struct listener *listener)
{
    struct caller *oldest = NULL;
    size_t open = 0;

    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct caller *caller = &listener->callers[i];

        if (!caller->used || caller->cut_off)
            continue;
        open++;
        if (!oldest || caller->since_ms < oldest->since_ms)
            oldest = caller;
    }
    if (open >= CALLERS_MAX)
        cut_off(oldest);
}

static struct caller *add_caller(struct listener *listener, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct caller *caller = listener->callers, *end = caller + CONNECTIONS_MAX;

    while (caller < end && caller->used)
        caller++;
    if (!info || caller == end)
        return NULL; /* does not happen: libmicrohttpd accepts no more than CONNECTIONS_MAX */
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
        make_room(listener);
        *socket = add_caller(listener, connection);
    } else if (*socket) {
        ((struct caller *)*socket)->used = false;
        *socket = NULL;
    }
}

/* libmicrohttpd only limits the time between two bytes, not that of a whole request. */
static void cut_off_slow_callers(struct listener *listener)
{
    int64_t now_ms = clock_monotonic_ms();

    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct caller *caller = &listener->callers[i];

        if (caller->used && !caller->cut_off && now_ms - caller->since_ms > REQUEST_MS)
            cut_off(caller);
    }
}

/* ---- The event loop ---- */

/* Lets libmicrohttpd work, and sets the timer for its next call: at once after a connection was
 * opened or closed, as libmicrohttpd stops listening at its limit and resumes only when called. */
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

/* The socket that systemd opened and passed (socket activation). */
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
    if (bind(fd, address->ai_addr, address->ai_addrlen) < 0 || listen(fd, SOMAXCONN) < 0) {
        int rc = -errno;

        close(fd);
        return rc;
    }
    *ret = fd;
    return 0;
}

/* Listens at `where`, HOST:PORT or [HOST]:PORT; the configuration has checked its form. */
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
        MHD_USE_EPOLL, 0, NULL, NULL, request_part, &listener->requests, MHD_OPTION_LISTEN_SOCKET,
        fd, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, listener, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENCE_S,
        MHD_OPTION_END);
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
    listener->requests.handler = handler;
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
             listener->requests.secret ? "" : " (no webhook.secret_file: no hook)");
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
    config_secret_free(listener->requests.secret);
    listener->requests.secret = secret;
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
    config_secret_free(listener->requests.secret);
    free(listener);
}
