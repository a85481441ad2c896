/* fuzz_request.c - any bytes as what a caller sends to the listener: a hook is only told with the
 * secret, and after a request of which two servers may see another end, nothing more is answered.
 */
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/request.h"
#include "fuzz.h"

#define SECRET "0123456789abcdef"

enum { REQUEST_MAX = 96 * 1024, ROUNDS = 64 };

static int hooks;

static void on_hook(void *context, enum schedule_cycle cycle)
{
    (void)context;
    FUZZ_CHECK(cycle == SCHEDULE_PAYMENTS || cycle == SCHEDULE_ALL, "%d", (int)cycle);
    hooks++;
}

static char *say_metrics(void *context)
{
    (void)context;
    return strdup("metrics\n");
}

static bool say_health(void *context, char line[LISTENER_LINE_SIZE])
{
    (void)context;
    snprintf(line, LISTENER_LINE_SIZE, "healthy\n");
    return true;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    (void)code;
    request_free(*state);
    *state = NULL;
}

static struct requests requests = {.handler = {on_hook, say_metrics, say_health, NULL},
                                   .secret = (char *)SECRET};

static struct MHD_Daemon *start(void)
{
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, request_part,
                         &requests, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED,
                         on_completed, NULL, MHD_OPTION_END);

    FUZZ_CHECK(daemon, "no daemon");
    return daemon;
}

/* How many answers there are, and whether the last one is a refusal after which nothing may come.
 */
static void check_answers(int fd)
{
    static char said[64 * 1024];
    ssize_t size = recv(fd, said, sizeof said - 1, MSG_DONTWAIT);
    const char *refusal;

    said[size > 0 ? size : 0] = '\0';
    refusal = strstr(said, "HTTP/1.1 400 ");
    if (refusal) /* libmicrohttpd's own refusals repeat their header */
        FUZZ_CHECK(!strstr(refusal, " 200 OK") && !strstr(refusal, " 204 "), "%s", said);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct MHD_Daemon *daemon;
    static const int buffer = 2 * REQUEST_MAX;
    const struct sockaddr_in nobody = {.sin_family = AF_INET};
    char *text;
    int pair[2];

    if (size > REQUEST_MAX)
        return -1;
    if (!daemon)
        daemon = start();
    hooks = 0;
    requests.hooks_used = 0;
    FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0,
               "socketpair");
    setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    FUZZ_CHECK(send(pair[1], bytes, size, 0) == (ssize_t)size, "send");
    shutdown(pair[1], SHUT_WR);
    FUZZ_CHECK(MHD_add_connection(daemon, pair[0], (const struct sockaddr *)&nobody,
                                  sizeof nobody) == MHD_YES,
               "connection");
    for (int i = 0;
         i < ROUNDS &&
         MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)->num_connections;
         i++)
        MHD_run(daemon);
    check_answers(pair[1]);
    close(pair[1]);
    for (int i = 0;
         MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)->num_connections; i++) {
        FUZZ_CHECK(i < 10000, "the connection does not end");
        MHD_run(daemon);
    }
    text = fuzz_text(bytes, size);
    for (size_t i = 0; i < size; i++)
        text[i] = text[i] ? text[i] : ' ';
    FUZZ_CHECK(!hooks || strchr(text, '0') || strchr(text, '%'), "a hook without the secret");
    free(text);
    return 0;
}
