/* test_odoo_client.c - one call at a time, against a server whose faults the test chooses. */
#include <sys/resource.h>

#include "odoo_fixture.h"
#include "qualiodoo/odoo/session.h"

/* ---- the plain case ---- */

static bool serve_plain(struct server *server, int fd, const char *request, int number)
{
    (void)server, (void)number;
    send_ok(fd, is_authenticate(request) ? answer_uid : answer_true);
    return false;
}

static void test_plain(void **state)
{
    struct fixture fixture;
    struct odoo_stats stats;

    (void)state;
    start(&fixture, serve_plain);
    assert_int_equal(odoo_uid(fixture.odoo), 0);
    assert_int_equal(call(&fixture, true), 0);
    assert_int_equal(odoo_uid(fixture.odoo), 2);
    odoo_stats(fixture.odoo, &stats);
    assert_int_equal(stats.calls, 2);
    assert_int_equal(stats.retries, 0);
    assert_int_equal(stats.bytes_received, sizeof answer_uid + sizeof answer_true - 2);
    server_stop(&fixture.server);
    assert_non_null(strstr(fixture.server.last, "POST /xmlrpc/2/object HTTP/1.1\r\n"));
    assert_non_null(strstr(fixture.server.last, "\r\nUser-Agent: qualiodoo/"));
    assert_non_null(strstr(fixture.server.last, "\r\nAccept-Encoding: gzip\r\n"));
    assert_non_null(strstr(fixture.server.last, "\r\nContent-Type: text/xml\r\n"));
    assert_non_null(strstr(fixture.server.last, "\r\nContent-Length: "));
    assert_null(strstr(fixture.server.last, "Expect"));
    assert_null(strstr(fixture.server.last, "chunked"));
    assert_non_null(strstr(fixture.server.last, "<string>" SECRET "</string>"));
    assert_non_null(strstr(fixture.server.last, "<string>res.partner</string>"));
    odoo_free(fixture.odoo);
    server_clear(&fixture.server);
    odoo_free(NULL);
}

static void test_open(void **state)
{
    static const char *const urls[] = {"support.example.com", "ftp://x", "", NULL};
    struct fixture fixture;
    struct odoo_options options;

    (void)state;
    memset(&fixture, 0, sizeof fixture);
    options = default_options(&fixture);
    for (int i = 0; urls[i]; i++) {
        options.url = urls[i];
        expect(&fixture, ERR_CONFIG, odoo_open(&options, &fixture.odoo, &fixture.error),
               RETRY_NEVER, "odoo.url");
    }
    options.url = "http://me:" SECRET "@localhost/";
    expect(&fixture, ERR_CONFIG, odoo_open(&options, &fixture.odoo, &fixture.error), RETRY_NEVER,
           "odoo.secret_file");
    assert_null(strstr(fixture.error.message, SECRET));
    options.url = "http://localhost/";
    options.secret = NULL;
    expect(&fixture, ERR_CONFIG, odoo_open(&options, &fixture.odoo, &fixture.error), RETRY_NEVER,
           "required");
    assert_null(fixture.odoo);
}

/* ---- who we are ---- */

static bool serve_wrong_password(struct server *server, int fd, const char *request, int number)
{
    (void)server, (void)request, (void)number;
    send_ok(fd, OPEN "<boolean>0</boolean>" CLOSE);
    return false;
}

static bool serve_unknown_database(struct server *server, int fd, const char *request, int number)
{
    (void)server, (void)request, (void)number;
    send_ok(fd,
            FAULT("1",
                  "Traceback (most recent call last):\n  x(" SECRET ")\n"
                  "psycopg2.OperationalError: FATAL:  database \"support\" does not exist " SECRET
                  "\n"));
    return false;
}

static bool serve_strange_uid(struct server *server, int fd, const char *request, int number)
{
    (void)server, (void)request, (void)number;
    send_ok(fd, OPEN "<string>hello</string>" CLOSE);
    return false;
}

static bool serve_version(struct server *server, int fd, const char *request, int number)
{
    (void)server, (void)request, (void)number;
    send_ok(fd,
            OPEN "<struct><member><name>server_version</name><value><string>17.0</string></value>"
                 "</member></struct>" CLOSE);
    return false;
}

static void test_session(void **state)
{
    struct fixture fixture;
    const char *version = NULL;

    (void)state;
    start(&fixture, serve_wrong_password);
    expect(&fixture, ERR_ACCESS_DENIED, call(&fixture, true), RETRY_NEVER, "agent@example.com");
    assert_int_equal(fixture.server.count, 1);
    expect(&fixture, ERR_PROTOCOL, odoo_version(fixture.odoo, &version, &fixture.error),
           RETRY_NEVER, "server_version");
    stop(&fixture);

    start(&fixture, serve_unknown_database);
    expect(&fixture, ERR_ACCESS_DENIED, call(&fixture, true), RETRY_NEVER, "'support'");
    assert_non_null(strstr(fixture.error.message, "***"));
    assert_int_equal(fixture.server.count, 1);
    stop(&fixture);

    start(&fixture, serve_strange_uid);
    expect(&fixture, ERR_PROTOCOL, call(&fixture, true), RETRY_NEVER, "authenticate");
    stop(&fixture);

    start(&fixture, serve_version);
    assert_int_equal(odoo_version(fixture.odoo, &version, &fixture.error), 0);
    assert_string_equal(version, "17.0");
    assert_int_equal(odoo_version(fixture.odoo, &version, &fixture.error), 0);
    assert_int_equal(fixture.server.count, 1);
    stop(&fixture);
}

/* ---- temporary failures ---- */

static bool serve_trouble(struct server *server, int fd, const char *request, int number)
{
    (void)server;
    if (is_authenticate(request))
        send_ok(fd, answer_uid);
    else if (number == 2)
        server_answer(fd, "502 Bad Gateway", "", page_502, strlen(page_502));
    else if (number == 4)
        send_ok(fd, answer_true);
    return false; /* the third: closed without a word */
}

static void test_retry(void **state)
{
    struct fixture fixture;
    struct odoo_stats stats;

    (void)state;
    start(&fixture, serve_trouble);
    assert_int_equal(call(&fixture, true), 0);
    odoo_stats(fixture.odoo, &stats);
    assert_int_equal(stats.calls, 4);
    assert_int_equal(stats.retries, 2);
    expect(&fixture, ERR_NETWORK, call(&fixture, true), RETRY_LATER, "after 3 attempts: ");
    assert_int_equal(fixture.server.count, 7);
    expect(&fixture, ERR_NETWORK, call(&fixture, false), RETRY_LATER, "without an answer");
    assert_int_equal(fixture.server.count, 8);
    stop(&fixture);
}

static bool serve_concurrency(struct server *server, int fd, const char *request, int number)
{
    (void)server;
    send_ok(fd,
            is_authenticate(request) ? answer_uid
            : number % 2 == 0
                ? FAULT("1", "Traceback (most recent call last):\n  a\n"
                             "psycopg2.errors.SerializationFailure: could not serialize access\n")
                : answer_true);
    return false;
}

static void test_concurrency(void **state)
{
    struct fixture fixture;

    (void)state;
    start(&fixture, serve_concurrency);
    assert_int_equal(call(&fixture, true), 0);
    assert_int_equal(fixture.server.count, 3);
    expect(&fixture, ERR_CONCURRENCY, call(&fixture, false), RETRY_LATER, "could not serialize");
    assert_int_equal(fixture.server.count, 4);
    stop(&fixture);
}

/* Connection refused: the call was certainly not executed, so an unsafe one is retried too. */
static void test_refused(void **state)
{
    struct fixture fixture;
    struct odoo_stats stats;

    (void)state;
    start(&fixture, serve_plain);
    assert_int_equal(call(&fixture, true), 0);
    server_stop(&fixture.server);
    expect(&fixture, ERR_NETWORK, call(&fixture, false), RETRY_LATER, "Connection refused");
    assert_non_null(strstr(fixture.error.message, fixture.server.url));
    odoo_stats(fixture.odoo, &stats);
    assert_int_equal(stats.retries, 2);
    odoo_free(fixture.odoo);
    server_clear(&fixture.server);
}

static void test_unknown_host(void **state)
{
    struct fixture fixture;
    struct odoo_options options;

    (void)state;
    memset(&fixture, 0, sizeof fixture);
    options = default_options(&fixture);
    options.url = "http://no-such-host.invalid";
    options.max_attempts = 1;
    open_with(&fixture, &options);
    expect(&fixture, ERR_NETWORK, call(&fixture, true), RETRY_LATER, "name server");
    odoo_free(fixture.odoo);
}

static bool serve_late(struct server *server, int fd, const char *request, int number)
{
    (void)number;
    if (!is_authenticate(request))
        server_sleep(server, 10000);
    send_ok(fd, answer_uid);
    return false;
}

/* Starts a client that gives up after 150 ms; `hung_advice` may be NULL. */
static void start_impatient(struct fixture *fixture, const char *hung_advice)
{
    struct odoo_options options;

    memset(fixture, 0, sizeof *fixture);
    server_start(&fixture->server, serve_late, fixture);
    options = default_options(fixture);
    options.timeout_ms = 150;
    options.hung_advice = hung_advice;
    open_with(fixture, &options);
}

static void test_timeout(void **state)
{
    struct fixture fixture;

    (void)state;
    start_impatient(&fixture, NULL);
    expect(&fixture, ERR_NETWORK, call(&fixture, false), RETRY_LATER, "150 ms (odoo.timeout)");
    assert_int_equal(fixture.server.count, 2);
    stop(&fixture);
}

/* A hung call is not repeated even when it is safe: each repetition would hang too. */
static void test_hung_call_is_not_repeated(void **state)
{
    struct fixture fixture;

    (void)state;
    start_impatient(&fixture, "look at its locks");
    expect(&fixture, ERR_NETWORK, call(&fixture, true), RETRY_NEVER,
           "res.partner.m within 1 s: look at its locks");
    assert_int_equal(fixture.server.count, 2);
    stop(&fixture);
}

static bool serve_true(struct server *server, int fd, const char *request, int number)
{
    (void)server;
    (void)number;
    send_ok(fd, is_authenticate(request) ? answer_uid : answer_true);
    return false;
}

static void test_language(void **state)
{
    struct fixture fixture;

    (void)state;
    start(&fixture, serve_true);
    assert_int_equal(odoo_set_language(fixture.odoo, "de-DE", &fixture.error), 0);
    assert_int_equal(odoo_set_language(fixture.odoo, "fr-FR", &fixture.error), 0);
    assert_int_equal(call(&fixture, true), 0);
    odoo_free(fixture.odoo);
    server_stop(&fixture.server);
    assert_non_null(strstr(fixture.server.last, "Accept-Language: fr-FR\r\n"));
    assert_null(strstr(fixture.server.last, "de-DE"));
    assert_non_null(strstr(fixture.server.last, "Content-Type: text/xml\r\n"));
    server_clear(&fixture.server);
}

/* Sends half of the answer: with a Content-Length libcurl detects it, without one the codec. */
static bool serve_cut(struct server *server, int fd, const char *request, int number)
{
    static const char head[] = "HTTP/1.0 200 OK\r\nContent-Length: 5000\r\n\r\n" OPEN;
    static const char bare[] = "HTTP/1.0 200 OK\r\n\r\n" OPEN;

    (void)server;
    if (is_authenticate(request))
        send_ok(fd, answer_uid);
    else if (number == 2 || number == 5)
        server_send(fd, head, sizeof head - 1);
    else if (number == 3 || number == 6)
        server_send(fd, bare, sizeof bare - 1);
    else
        send_ok(fd, answer_true);
    return false;
}

static void test_a_cut_answer_is_retried_unless_the_call_is_unsafe(void **state)
{
    struct fixture fixture;

    (void)state;
    start(&fixture, serve_cut);
    assert_int_equal(call(&fixture, true), 0);
    assert_int_equal(fixture.server.count, 4);
    expect(&fixture, ERR_PROTOCOL, call(&fixture, false), RETRY_LATER, "cut short");
    expect(&fixture, ERR_PROTOCOL, call(&fixture, false), RETRY_LATER, "cut short");
    assert_int_equal(fixture.server.count, 6);
    stop(&fixture);
}

/* Closes a kept connection after the request was read: libcurl would resend the request by
 * itself. */
static bool serve_kept(struct server *server, int fd, const char *request, int number)
{
    (void)server;
    if (number >= 3)
        return false;
    send_ok(fd, is_authenticate(request) ? answer_uid : answer_true);
    return true;
}

static void test_an_unsafe_call_without_an_answer_is_not_repeated(void **state)
{
    struct fixture fixture;

    (void)state;
    start(&fixture, serve_kept);
    assert_int_equal(call(&fixture, true), 0);
    assert_int_equal(fixture.server.count, 2);
    expect(&fixture, ERR_NETWORK, call(&fixture, false), RETRY_LATER, "without an answer");
    assert_int_equal(fixture.server.count, 3);
    stop(&fixture);
}

/* ---- too many calls ---- */

static bool serve_busy(struct server *server, int fd, const char *request, int number)
{
    char head[100], date[64];
    time_t later = time(NULL) + 2000;
    struct tm parts;

    (void)server;
    gmtime_r(&later, &parts);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    snprintf(head, sizeof head, "Retry-After: %s\r\n", number == 4 ? "3600" : date);
    if (number == 2)
        server_answer(fd, "429 Too Many Requests", "Retry-After: 1\r\n", "", 0);
    else if (number >= 4)
        server_answer(fd, "503 Service Unavailable", head, "", 0);
    else
        send_ok(fd, is_authenticate(request) ? answer_uid : answer_true);
    return false;
}

static void test_retry_after(void **state)
{
    struct fixture fixture;

    (void)state;
    start(&fixture, serve_busy);
    assert_int_equal(call(&fixture, false), 0); /* 429: refused before anything was done */
    expect(&fixture, ERR_NETWORK, call(&fixture, true), RETRY_LATER, "HTTP 503");
    assert_int_equal(fixture.error.retry_after_seconds, 3600);
    expect(&fixture, ERR_NETWORK, call(&fixture, true), RETRY_LATER, "HTTP 503");
    assert_in_range(fixture.error.retry_after_seconds, 1990, 2000);
    server_stop(&fixture.server);
    assert_int_equal(fixture.server.count, 5);
    assert_true(fixture.server.times[3] - fixture.server.times[2] >= 1000);
    odoo_free(fixture.odoo);
    server_clear(&fixture.server);
}

static void test_min_interval(void **state)
{
    struct fixture fixture;
    struct odoo_options options;

    (void)state;
    memset(&fixture, 0, sizeof fixture);
    server_start(&fixture.server, serve_plain, &fixture);
    options = default_options(&fixture);
    options.min_interval_ms = 80;
    open_with(&fixture, &options);
    for (int i = 0; i < 3; i++)
        assert_int_equal(call(&fixture, true), 0);
    server_stop(&fixture.server);
    for (int i = 2; i <= 4; i++) /* the client spaces what it sends; arrivals can be closer */
        assert_true(fixture.server.times[i] - fixture.server.times[i - 1] >= 70);
    odoo_free(fixture.odoo);
    server_clear(&fixture.server);
}

/* ---- failures that are not repeated ---- */

static const struct {
    const char *status, *head, *body;
    int code;
    const char *words;
} pages[] = {
    {"200 OK", "", "<!DOCTYPE html>\n<html><title>Sign in</title>", ERR_PROTOCOL,
     "HTML page ('Sign in')"},
    {"301 Moved", "Location: https://other.example.com/xmlrpc/2/common\r\n", "", ERR_PROTOCOL,
     "redirects to 'https://other.example.com'"},
    {"302 Found", "", "", ERR_PROTOCOL, "does not say where"},
    {"400 Bad Request", "", "", ERR_PROTOCOL, "HTTP 400"},
    {"403 Forbidden", "", "<html><title>Blocked</title>", ERR_ACCESS_DENIED, "('Blocked')"},
    {"404 Not Found", "", "<html><title>404 Not Found</title>", ERR_PROTOCOL, "odoo.url"},
    {"405 Method Not Allowed", "", "", ERR_PROTOCOL, "does not take calls"},
    {"418 Teapot", "", "", ERR_PROTOCOL, "HTTP 418"},
    {"204 No Content", "", "", ERR_PROTOCOL, "HTTP 204"},
};

static bool serve_pages(struct server *server, int fd, const char *request, int number)
{
    (void)server, (void)request;
    server_answer(fd, pages[number - 1].status, pages[number - 1].head, pages[number - 1].body,
                  strlen(pages[number - 1].body));
    return false;
}

static void test_pages(void **state)
{
    struct fixture fixture;

    (void)state;
    start(&fixture, serve_pages);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        expect(&fixture, pages[i].code, call(&fixture, true), RETRY_NEVER, pages[i].words);
    assert_int_equal(fixture.server.count, sizeof pages / sizeof *pages);
    stop(&fixture);
}

static bool serve_noise(struct server *server, int fd, const char *request, int number)
{
    (void)server, (void)request, (void)number;
    server_send(fd, "SSH-2.0-OpenSSH_9.2\r\n", 21);
    return false;
}

static void test_not_http(void **state)
{
    struct fixture fixture;

    (void)state;
    start(&fixture, serve_noise);
    expect(&fixture, ERR_PROTOCOL, call(&fixture, true), RETRY_NEVER, "not HTTP");
    stop(&fixture);
}

/* ---- compression and size ---- */

/* A gzip file of `text` and many spaces: one stored block and one of fixed codes. */
struct bits {
    unsigned char bytes[1 << 16];
    size_t count; /* bits */
};

static void put_bits(struct bits *bits, unsigned value, int count)
{
    for (int i = 0; i < count; i++, bits->count++)
        bits->bytes[bits->count / 8] |= (unsigned char)((value >> i & 1) << bits->count % 8);
}

static uint32_t crc_of(const unsigned char *bytes, size_t length)
{
    uint32_t crc = 0xFFFFFFFF;

    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
    }
    return ~crc;
}

static void put_stored(struct bits *bits, const char *text)
{
    unsigned length = (unsigned)strlen(text);

    put_bits(bits, 0, 3);
    bits->count = (bits->count + 7) / 8 * 8;
    put_bits(bits, length, 16);
    put_bits(bits, ~length & 0xFFFF, 16);
    for (; *text; text++)
        put_bits(bits, (unsigned char)*text, 8);
}

/* Fixed codes: a space (0x30 + ' ', most significant bit first), then matches of 258 bytes at
 * distance 1 (285: 11000101, 0: 00000), then the end (0000000). */
static void put_spaces(struct bits *bits, int repeats)
{
    put_bits(bits, 3, 3);
    put_bits(bits, 0x0A, 8);
    for (int i = 0; i < repeats; i++)
        put_bits(bits, 0xA3, 13);
    put_bits(bits, 0, 7);
}

static void send_gzip(int fd, int repeats, const char *text)
{
    static struct bits bits;
    size_t size = 1 + (size_t)repeats * 258 + strlen(text);
    unsigned char *plain = malloc(size);

    memset(&bits, 0, sizeof bits);
    memset(plain, ' ', size);
    memcpy(plain, text, strlen(text));
    put_bits(&bits, 0x088B1F, 24);
    for (int i = 0; i < 7; i++)
        put_bits(&bits, 0, 8);
    put_stored(&bits, text);
    put_spaces(&bits, repeats);
    bits.count = (bits.count + 7) / 8 * 8;
    put_bits(&bits, crc_of(plain, size), 32);
    put_bits(&bits, (unsigned)size, 32);
    server_answer(fd, "200 OK", "Content-Encoding: gzip\r\n", (char *)bits.bytes, bits.count / 8);
    free(plain);
}

static bool serve_gzip(struct server *server, int fd, const char *request, int number)
{
    (void)server, (void)request;
    if (number == 1)
        send_gzip(fd, 3, answer_uid);
    else if (number == 2)
        send_gzip(fd, 4000, answer_true); /* 1 MB of 7 KB */
    else if (number == 3)                 /* announced, or not */
        server_send(fd, "HTTP/1.0 200 OK\r\nContent-Length: 400000\r\n\r\n", 43);
    else if (number == 4) {
        server_send(fd, "HTTP/1.0 200 OK\r\n\r\n", 19);
        for (int i = 0; i < 400000; i += 8)
            server_send(fd, "12345678", 8);
    } else
        server_answer(fd, "200 OK", "Content-Encoding: gzip\r\n", answer_true, strlen(answer_true));
    return false;
}

/* 10.5 MB of text; then 2 MB with 250,000 elements. */
static bool serve_large(struct server *server, int fd, const char *request, int number)
{
    size_t count = number == 2 ? 11010049 : 450000;
    const char *item = number == 2 ? "x" : "<value/>";
    char *body, *to;

    (void)server;
    if (is_authenticate(request)) {
        send_ok(fd, answer_uid);
        return false;
    }
    body = malloc(count * strlen(item) + 200);
    to = stpcpy(body, OPEN "<array><data>");
    for (size_t i = 0; i < count; i++)
        to = stpcpy(to, item);
    stpcpy(to, "</data></array>" CLOSE);
    send_ok(fd, body);
    free(body);
    return false;
}

static void test_size(void **state)
{
    struct fixture fixture;
    struct odoo_options options;

    (void)state;
    memset(&fixture, 0, sizeof fixture);
    server_start(&fixture.server, serve_gzip, &fixture);
    options = default_options(&fixture);
    options.max_response = 300000;
    open_with(&fixture, &options);
    if (odoo_authenticate(fixture.odoo, &fixture.error))
        fail_msg("%s", fixture.error.message);
    for (int i = 0; i < 3; i++) {
        expect(&fixture, ERR_PROTOCOL, call(&fixture, true), RETRY_NEVER, "odoo.max_response");
        assert_non_null(strstr(fixture.error.message, "300000 bytes"));
        assert_non_null(strstr(fixture.error.message, "odoo.page_size"));
    }
    expect(&fixture, ERR_PROTOCOL, call(&fixture, true), RETRY_NEVER, "compressed answer");
    stop(&fixture);
}

/* Sends large headers, then endless headers, then a chunked answer with endless trailers. */
static bool serve_heads(struct server *server, int fd, const char *request, int number)
{
    static const char chunked[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<?xm"
                                  "\r\n0\r\n";
    char lines[601];

    if (is_authenticate(request)) {
        send_ok(fd, answer_uid);
        return false;
    }
    for (int i = 0; i < 100; i++)
        memcpy(lines + 6 * i, "a: b\r\n", 7);
    if (number == 2) { /* 60 KB of headers: unusual, but accepted */
        server_send(fd, "HTTP/1.1 200 OK\r\n", 17);
        for (int i = 0; i < 100; i++)
            server_send(fd, lines, 600);
        dprintf(fd, "Content-Length: %zu\r\n\r\n%s", strlen(answer_true), answer_true);
        return false;
    }
    server_send(fd, chunked, number == 3 ? 17 : sizeof chunked - 1);
    for (int i = 0; i < 20000 && !atomic_load(&server->stop); i++) /* 12 MB */
        if (send(fd, lines, 600, MSG_NOSIGNAL) < 0)
            break;
    return false;
}

static void test_headers_and_trailers_without_end(void **state)
{
    struct fixture fixture;

    (void)state;
    start(&fixture, serve_heads);
    if (call(&fixture, true))
        fail_msg("%s", fixture.error.message);
    for (int i = 0; i < 2; i++)
        expect(&fixture, ERR_PROTOCOL, call(&fixture, true), RETRY_NEVER, "headers");
    stop(&fixture);
}

/* The memory limit of the process bounds an answer, whatever odoo.max_response says: a large text,
 * and a small text with many elements. */
static void test_the_memory_limit_bounds_an_answer(void **state)
{
    struct rlimit before, low;
    struct fixture fixture;

    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* its own maps may already be above such a limit */
#endif
    getrlimit(RLIMIT_DATA, &before);
    low = (struct rlimit){.rlim_cur = 160 << 20, .rlim_max = before.rlim_max};
    memset(&fixture, 0, sizeof fixture);
    server_start(&fixture.server, serve_large, &fixture);
    setrlimit(RLIMIT_DATA, &low);
    open_with(&fixture, &(struct odoo_options){.url = fixture.server.url,
                                               .database = "support",
                                               .login = "agent@example.com",
                                               .secret = SECRET,
                                               .connect_timeout_ms = 2000,
                                               .timeout_ms = 20000,
                                               .max_response = 1 << 30,
                                               .max_attempts = 1});
    setrlimit(RLIMIT_DATA, &before);
    expect(&fixture, ERR_PROTOCOL, call(&fixture, true), RETRY_NEVER, "than 10485760 bytes");
    assert_non_null(strstr(fixture.error.message, "MemoryMax="));
    expect(&fixture, ERR_PROTOCOL, call(&fixture, true), RETRY_NEVER, "393216 elements");
    assert_non_null(strstr(fixture.error.message, "MemoryMax="));
    stop(&fixture);
}

/* ---- interrupted ---- */

static bool serve_never(struct server *server, int fd, const char *request, int number)
{
    (void)number;
    if (is_authenticate(request))
        server_answer(fd, "503 Busy", "Retry-After: 30\r\n", "", 0);
    else
        server_sleep(server, 10000);
    return false;
}

static void test_cancelled(void **state)
{
    struct fixture fixture;
    const char *version;
    int64_t before = server_now();

    (void)state;
    start(&fixture, serve_never);
    fixture.cancel_after = 6;
    expect(&fixture, ERR_INTERRUPTED, call(&fixture, true), RETRY_NEVER, "interrupted");
    atomic_store(&fixture.asked, 0);
    expect(&fixture, ERR_INTERRUPTED, odoo_version(fixture.odoo, &version, &fixture.error),
           RETRY_NEVER, "interrupted");
    assert_true(server_now() - before < 2000);
    stop(&fixture);
}

static void test_backoff_default(void **state)
{
    struct fixture fixture;
    struct odoo_options options;

    (void)state;
    memset(&fixture, 0, sizeof fixture);
    options = default_options(&fixture);
    options.url = "http://127.0.0.1:1/prefix//";
    if (odoo_open(&options, &fixture.odoo, &fixture.error))
        fail_msg("%s", fixture.error.message);
    assert_int_equal(fixture.odoo->backoff_ms, 1000);
    assert_int_equal(fixture.odoo->backoff_max_ms, 30000);
    assert_string_equal(fixture.odoo->options.url, "http://127.0.0.1:1/prefix");
    assert_ptr_not_equal(fixture.odoo->options.secret, options.secret);
    odoo_free(fixture.odoo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_open),
        cmocka_unit_test(test_session),
        cmocka_unit_test(test_retry),
        cmocka_unit_test(test_concurrency),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_unknown_host),
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_hung_call_is_not_repeated),
        cmocka_unit_test(test_language),
        cmocka_unit_test(test_a_cut_answer_is_retried_unless_the_call_is_unsafe),
        cmocka_unit_test(test_an_unsafe_call_without_an_answer_is_not_repeated),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_min_interval),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_not_http),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_headers_and_trailers_without_end),
        cmocka_unit_test(test_the_memory_limit_bounds_an_answer),
        cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_backoff_default),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
