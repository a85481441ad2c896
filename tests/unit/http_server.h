/* http_server.h - an HTTP server for tests: one thread, one request at a time, on a free port of
 * the loopback interface. A function of the test answers. */
#ifndef QUALIODOO_TESTS_HTTP_SERVER_H
#define QUALIODOO_TESTS_HTTP_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SERVER_REQUEST_MAX = 1 << 20, SERVER_REQUESTS = 4096 };

struct server {
    /* Answers the request on `fd`; `number` counts from 1. Returns true to keep the connection. */
    bool (*serve)(struct server *server, int fd, const char *request, int number);
    void *context;
    int listener;
    char url[64];
    pthread_t thread;
    atomic_bool stop;
    atomic_int count;               /* requests read so far */
    int64_t times[SERVER_REQUESTS]; /* of each request, in ms; valid after server_stop() */
    char *last;                     /* the last request; valid after server_stop() */
};

static inline int64_t server_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline void server_sleep(struct server *server, int64_t ms)
{
    int64_t end = server_now() + ms;

    while (!atomic_load(&server->stop) && server_now() < end)
        usleep(2000);
}

static inline void server_send(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);

        if (sent <= 0)
            return;
        bytes += sent;
        length -= (size_t)sent;
    }
}

/* An answer with its Content-Length; `head` holds further header lines, each with its CRLF. */
static inline void server_answer(int fd, const char *status, const char *head, const char *body,
                                 size_t length)
{
    char lines[1024];
    int size = snprintf(lines, sizeof lines,
                        "HTTP/1.1 %s\r\nContent-Type: text/xml\r\nContent-Length: %zu\r\n%s\r\n",
                        status, length, head);

    server_send(fd, lines, (size_t)size);
    server_send(fd, body, length);
}

/* Waits for data on `fd`. False when the server stops, or another connection comes while this one
 * is kept and idle. */
static inline bool server_readable(struct server *server, int fd)
{
    while (!atomic_load(&server->stop)) {
        struct pollfd ready[] = {{.fd = fd, .events = POLLIN},
                                 {.fd = server->listener, .events = POLLIN}};

        if (poll(ready, 2, 10) > 0)
            return ready[0].revents != 0;
    }
    return false;
}

/* Reads one request with its body into `server->last`; false when there is none. */
static inline bool server_read(struct server *server, int fd)
{
    size_t length = 0, wanted = 0;

    while (wanted == 0 || length < wanted) {
        ssize_t more;
        char *end, *size;

        if (!server_readable(server, fd))
            return false;
        more = recv(fd, server->last + length, SERVER_REQUEST_MAX - 1 - length, 0);
        if (more <= 0)
            return false;
        length += (size_t)more;
        server->last[length] = '\0';
        end = strstr(server->last, "\r\n\r\n");
        size = strcasestr(server->last, "\r\nContent-Length:");
        if (end && wanted == 0)
            wanted = (size_t)(end + 4 - server->last) +
                     (size && size < end ? strtoul(size + 17, NULL, 10) : 0);
    }
    return true;
}

static inline void *server_run(void *context)
{
    struct server *server = context;

    while (server_readable(server, server->listener)) {
        int fd = accept(server->listener, NULL, NULL);
        bool keep = fd >= 0;

        while (keep && server_read(server, fd)) {
            int number = atomic_fetch_add(&server->count, 1) + 1;

            server->times[number % SERVER_REQUESTS] = server_now();
            keep = server->serve(server, fd, server->last, number);
        }
        if (fd >= 0)
            close(fd);
    }
    return NULL;
}

static inline void server_start(struct server *server,
                                bool (*serve)(struct server *, int, const char *, int),
                                void *context)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;

    memset(server, 0, sizeof *server);
    server->serve = serve;
    server->context = context;
    server->last = malloc(SERVER_REQUEST_MAX);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (!server->last || server->listener < 0 ||
        bind(server->listener, (struct sockaddr *)&address, size) || listen(server->listener, 16) ||
        getsockname(server->listener, (struct sockaddr *)&address, &size) ||
        pthread_create(&server->thread, NULL, server_run, server)) {
        perror("server_start");
        abort();
    }
    snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d", ntohs(address.sin_port));
}

/* Stops the thread; `times` and `last` are valid afterwards. */
static inline void server_stop(struct server *server)
{
    atomic_store(&server->stop, true);
    pthread_join(server->thread, NULL);
    close(server->listener);
}

static inline void server_clear(struct server *server)
{
    free(server->last);
}

#endif
