/* fuzz_http.c - any bytes as what a server answers, its status and headers included: an answer, or
 * one line of UTF-8 that says what is wrong. The connection is one end of a pair of sockets whose
 * other end holds the whole answer. */
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "odoo/http.h"

enum { ANSWER_MAX = 64 * 1024 };

static const uint8_t *answer;
static size_t answer_size;
static int server = -1;

int __real_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol);

/* Called by http.c for each connection that libcurl tries, and by descriptors.c. */
int __wrap_socket(int domain, int type, int protocol)
{
    static const int buffer = 4 * ANSWER_MAX;
    int pair[2];

    if (domain == AF_UNIX)
        return __real_socket(domain, type, protocol);
    if (server >= 0) /* tried again: the answer was given */
        return -1;
    FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0, "socketpair");
    setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    FUZZ_CHECK(send(pair[1], answer, answer_size, 0) == (ssize_t)answer_size, "send");
    shutdown(pair[1], SHUT_WR);
    server = pair[1];
    return pair[0];
}

/* libcurl calls this in place of the C library's: the pair is connected already. (libcurl 7.88
 * connects it even where CURLOPT_SOCKOPTFUNCTION says so.) */
int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    (void)fd;
    (void)address;
    (void)length;
    return 0;
}

static bool take(void *context, const char *bytes, size_t length)
{
    size_t *taken = context;

    (void)bytes;
    *taken += length;
    return true;
}

static void check_error(int rc, const struct error *error)
{
    FUZZ_CHECK(rc == error->code, "%d %d", rc, error->code);
    fuzz_check_remote(error);
    FUZZ_CHECK(error->retry_after_seconds >= 0, "%lld", (long long)error->retry_after_seconds);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct http_options options = {.url = "http://127.0.0.1:9",
                                   .connect_timeout_ms = 1000,
                                   .timeout_ms = 1000,
                                   .max_response = 1 << 16};
    size_t taken = 0;
    struct http_request request = {.path = "/xmlrpc/2/object",
                                   .root = "/xmlrpc/2",
                                   .type = "text/xml",
                                   .body = "<x/>",
                                   .length = 4,
                                   .take = take,
                                   .context = &taken};
    struct http_answer got = {0};
    struct http *http = NULL;
    struct error error = {0};
    int rc;

    if (size > ANSWER_MAX)
        return -1;
    answer = bytes;
    answer_size = size;
    FUZZ_CHECK(http_open(&options, &http, &error) == 0, "%s", error.message);
    rc = http_send(http, &request, NULL, &got, &error);
    FUZZ_CHECK(server >= 0, "the answer was not asked for: %s", error.message);
    if (rc < 0)
        check_error(rc, &error);
    else
        FUZZ_CHECK(taken <= (1 << 16), "%zu", taken);
    http_free(http);
    close(server);
    server = -1;
    return 0;
}
