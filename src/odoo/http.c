/* http.c - libcurl: options, the size cap, and where the bytes of an answer go. */
#include "http.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_error.h"
#include "http_memory.h"

/* The longest delay before a request to stop is noticed. */
enum { SLICE_MS = 50 };

/* The limit of all headers and trailers of an answer, in bytes: those of Odoo are below 1 KiB, and
 * libcurl keeps up to 200 bytes for each line of six. */
#define HEAD_MAX (256U << 10)

/* The bytes that are kept of the body of a failed call: an error of Odoo holds its traceback. */
enum { TOLD_MAX = 256 << 10 };

/* A page is about a megabyte: with libcurl's own 16 KiB it would take 60 waits and reads. */
#define RECEIVE_BUFFER (256L << 10)

struct http {
    CURLM *multi; /* keeps the connection */
    CURL *easy;
    struct curl_slist *headers;  /* of the request in progress; may hold the secret */
    char *language;              /* NULL: none */
    struct http_options options; /* with its own strings */
    char *host;
    /* the answer in progress */
    const struct http_request *request;
    size_t length;      /* of its body so far */
    size_t head_length; /* of all its headers and trailers */
    bool too_large, head_too_large, refused;
    bool unwanted; /* request->take ended the call */
    char *told;    /* the beginning of the body, when the status is not 200 */
    size_t told_length, told_room;
    bool told_no_memory; /* it could not be kept */
    struct http_abort permit;
    long port; /* of the last connection that was tried; 0: none */
};

/* Whether the answer stays below its limit with `more` bytes. */
static bool fits(struct http *http, size_t more)
{
    http->too_large =
        more > (uint64_t)http->options.max_response - http->length - http->head_length;
    return !http->too_large;
}

/* Called by libcurl with each header and trailer: libcurl keeps them all, and a chunked answer may
 * send trailers without end. */
/* NOLINTNEXTLINE(readability-non-const-parameter): the prototype is libcurl's */
static size_t receive_header(char *bytes, size_t size, size_t count, void *context)
{
    struct http *http = context;
    size_t more = size * count;

    (void)bytes;
    http->head_too_large = more > HEAD_MAX - http->head_length;
    if (http->head_too_large || !fits(http, more))
        return 0;
    http->head_length += more;
    return more;
}

/* Keeps what a failed call says. */
static void keep_told(struct http *http, const char *bytes, size_t length)
{
    size_t most = TOLD_MAX - http->told_length;

    if (length > most)
        length = most;
    if (http->told_length + length > http->told_room) {
        size_t room = 2 * (http->told_length + length);
        char *grown = realloc(http->told, room);

        http->told_no_memory = !grown;
        if (!grown)
            return;
        http->told = grown;
        http->told_room = room;
    }
    memcpy(http->told + http->told_length, bytes, length);
    http->told_length += length;
}

/* Called by libcurl with decompressed bytes: a small answer may decompress to a huge one. */
static size_t receive(char *bytes, size_t size, size_t count, void *context)
{
    struct http *http = context;
    size_t more = size * count;
    long status = 0;

    if (!fits(http, more))
        return 0;
    http->length += more;
    curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) {
        keep_told(http, bytes, more);
        return http->told_no_memory ? 0 : more;
    }
    http->unwanted = !http->request->take(http->request->context, bytes, more);
    return http->unwanted ? 0 : more;
}

/* Called by libcurl for each connection that it tries. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct http *http = context;

    (void)purpose;
    if (to->family == AF_INET)
        http->port = ntohs(((const struct sockaddr_in *)&to->addr)->sin_port);
    else if (to->family == AF_INET6)
        http->port = ntohs(((const struct sockaddr_in6 *)&to->addr)->sin6_port);
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* Called by libcurl when the connection is open, before the request is sent. */
/* NOLINTNEXTLINE(readability-non-const-parameter): the prototype is libcurl's */
static int ask_permit(void *context, char *ip, char *local_ip, int port, int local_port)
{
    struct http *http = context;

    (void)ip;
    (void)local_ip;
    (void)port;
    (void)local_port;
    http->refused = http->permit.asked && !http->permit.asked(http->permit.context);
    return http->refused ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

void http_set_permit(struct http *http, struct http_abort permit)
{
    http->permit = permit;
}

/* The host of a URL, with its brackets when it is an IPv6 address. */
static char *host_of(const char *url)
{
    const char *start = strstr(url, "://");
    size_t size;

    start = start ? start + 3 : url;
    size = *start == '[' ? strcspn(start, "]") + 1 : strcspn(start, ":/");
    return strndup(start, size);
}

static bool is_loopback(const char *host)
{
    return !strcmp(host, "localhost") || !strcmp(host, "[::1]") || !strncmp(host, "127.", 4);
}

/* Sets the proxy. One of the environment is not used to reach this machine; one of the
 * configuration is used for every host. */
static bool set_proxy(struct http *http)
{
    const char *proxy = http->options.proxy;

    if (proxy)
        return !curl_easy_setopt(http->easy, CURLOPT_PROXY, proxy) &&
               !curl_easy_setopt(http->easy, CURLOPT_NOPROXY, "");
    return !is_loopback(http->host) || !curl_easy_setopt(http->easy, CURLOPT_NOPROXY, "*");
}

/* The options that no call changes; false when one of them is refused. */
static bool set_options(struct http *http)
{
    const struct http_options *options = &http->options;
    CURL *easy = http->easy;
    bool ok = true;

    ok &= !curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    ok &= !curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    ok &= !curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* do not wait for a silent resolver */
    ok &= !curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    ok &= !curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    ok &= !curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    ok &= !curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2); /* at least */
    ok &= !curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    ok &= !curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    ok &= !curl_easy_setopt(easy, CURLOPT_USERAGENT, "qualiodoo/" QUALIODOO_VERSION);
    ok &= !curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_timeout_ms);
    ok &= !curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)options->timeout_ms);
    ok &= !curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)options->max_response);
    ok &= !curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER);
    ok &= !curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
    ok &= !curl_easy_setopt(easy, CURLOPT_WRITEDATA, http);
    ok &= !curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receive_header);
    ok &= !curl_easy_setopt(easy, CURLOPT_HEADERDATA, http);
    ok &= !curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, ask_permit);
    ok &= !curl_easy_setopt(easy, CURLOPT_PREREQDATA, http);
    ok &= !curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    ok &= !curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, http);
    if (options->ca_file)
        ok &= !curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
    return ok && set_proxy(http);
}

/* ---- headers ---- */

/* Frees the headers of a request, with the secret in them. */
static void drop_headers(struct http *http)
{
    for (struct curl_slist *line = http->headers; line; line = line->next)
        explicit_bzero(line->data, strlen(line->data));
    curl_slist_free_all(http->headers);
    http->headers = NULL;
}

/* Adds a header to the next request; false when memory is short. NULL as the value: none. */
static bool add_header(struct http *http, const char *name, const char *value)
{
    struct curl_slist *longer;
    char *line = NULL;
    int length;

    if (!value)
        return true;
    length = asprintf(&line, "%s: %s", name, value);
    if (length < 0)
        return false;
    longer = curl_slist_append(http->headers, line);
    explicit_bzero(line, (size_t)length);
    free(line);
    if (longer)
        http->headers = longer;
    return longer != NULL;
}

static bool is_printable_ascii(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            return false;
    return true;
}

/* Sets the headers of a request. Without `Expect: 100-continue`, which costs a round trip, and a
 * second with servers that ignore it. */
static bool set_headers(struct http *http, const struct http_request *request)
{
    const char *database = http->options.database;
    struct curl_slist *none = curl_slist_append(NULL, "Expect:");
    char *bearer = NULL;
    bool ok;

    drop_headers(http);
    http->headers = none;
    if (request->bearer && asprintf(&bearer, "Bearer %s", request->bearer) < 0)
        return false;
    ok = none && add_header(http, "Content-Type", request->body ? request->type : NULL) &&
         add_header(http, "Authorization", bearer) &&
         add_header(http, "X-Odoo-Database",
                    database && is_printable_ascii(database) ? database : NULL) &&
         add_header(http, "Accept-Language", http->language);
    if (bearer)
        explicit_bzero(bearer, strlen(bearer));
    free(bearer);
    return ok && !curl_easy_setopt(http->easy, CURLOPT_HTTPHEADER, http->headers);
}

int http_set_language(struct http *http, const char *language, struct error *error)
{
    char *copy = language ? strdup(language) : NULL;

    if (language && !copy)
        return error_memory(error);
    free(http->language);
    http->language = copy;
    return 0;
}

/* ---- opening ---- */

int http_open(const struct http_options *options, struct http **ret_http, struct error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct http *http = calloc(1, sizeof *http);

    pthread_once(&once, http_memory_start);
    if (!http)
        return error_memory(error);
    http->options = *options;
    http->options.url = strdup(options->url);
    http->options.ca_file = options->ca_file ? strdup(options->ca_file) : NULL;
    http->options.proxy = options->proxy ? strdup(options->proxy) : NULL;
    http->options.database = options->database ? strdup(options->database) : NULL;
    http->host = host_of(options->url);
    http->multi = curl_multi_init();
    http->easy = curl_easy_init();
    if (!http->options.url || (options->ca_file && !http->options.ca_file) ||
        (options->proxy && !http->options.proxy) ||
        (options->database && !http->options.database) || !http->host || !http->multi ||
        !http->easy || !set_options(http)) {
        http_free(http);
        return error_memory(error);
    }
    *ret_http = http;
    return 0;
}

void http_free(struct http *http)
{
    if (!http)
        return;
    curl_easy_cleanup(http->easy);
    curl_multi_cleanup(http->multi);
    drop_headers(http);
    free(http->told);
    free(http->language);
    free(http->host);
    free((void *)http->options.database);
    free((void *)http->options.ca_file);
    free((void *)http->options.proxy);
    free((void *)http->options.url);
    free(http);
}

static bool must_stop(const struct http_abort *abort)
{
    return abort && abort->asked && abort->asked(abort->context);
}

/* Runs the call to its end; false when `abort` stopped it. */
static bool run(struct http *http, const struct http_abort *abort, CURLcode *ret_code)
{
    CURLMcode failed = curl_multi_add_handle(http->multi, http->easy);
    bool stopped = false;
    int running = 0, left;
    CURLMsg *message;

    *ret_code = CURLE_FAILED_INIT;
    while (!failed && !(stopped = must_stop(abort))) {
        failed = curl_multi_perform(http->multi, &running);
        if (failed || running == 0)
            break;
        failed = curl_multi_poll(http->multi, NULL, 0, SLICE_MS, NULL);
    }
    while ((message = curl_multi_info_read(http->multi, &left)) != NULL)
        if (message->msg == CURLMSG_DONE)
            *ret_code = message->data.result;
    curl_multi_remove_handle(http->multi, http->easy);
    return !stopped;
}

/* Sets the method and the body, which stays the caller's and is not copied. */
static bool set_body(struct http *http, const struct http_request *request)
{
    if (!request->body)
        return !curl_easy_setopt(http->easy, CURLOPT_HTTPGET, 1L);
    return !curl_easy_setopt(http->easy, CURLOPT_POST, 1L) &&
           !curl_easy_setopt(http->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                             (curl_off_t)request->length) &&
           !curl_easy_setopt(http->easy, CURLOPT_POSTFIELDS, request->body);
}

/* Sets the handle up for this request. */
static int prepare(struct http *http, const struct http_request *request, struct error *error)
{
    char *url = NULL;
    bool ok;

    if (asprintf(&url, "%s%s", http->options.url, request->path) < 0)
        return error_memory(error);
    ok = !curl_easy_setopt(http->easy, CURLOPT_URL, url) && set_body(http, request) &&
         set_headers(http, request) &&
         !curl_easy_setopt(http->easy, CURLOPT_FRESH_CONNECT, (long)request->fresh_connection);
    free(url);
    http->request = request;
    http->length = http->head_length = http->told_length = 0;
    http->port = 0;
    http->too_large = http->head_too_large = http->refused = http->unwanted = false;
    http->told_no_memory = false;
    return ok ? 0 : error_memory(error);
}

/* Fills the figures of a call, also of a failed one. */
static void account(struct http *http, long status, struct http_answer *answer)
{
    curl_off_t received = 0;
    long sent = 0;

    curl_easy_getinfo(http->easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
    curl_easy_getinfo(http->easy, CURLINFO_REQUEST_SIZE, &sent);
    answer->received = (size_t)received;
    answer->not_executed = sent == 0 || status == 429;
}

static const char *header(struct http *http, const char *name)
{
    struct curl_header *found;

    return curl_easy_header(http->easy, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK
               ? found->value
               : NULL;
}

/* The Date of the answer; 0 when it has none, or an Age, which a cache adds. */
static int64_t date_of(struct http *http)
{
    const char *date = header(http, "Date"), *age = header(http, "Age");
    time_t when = date && (!age || strcmp(age, "0") == 0) ? curl_getdate(date, NULL) : -1;

    return when > 0 ? when : 0;
}

/* Describes the failure of a call. */
static int fail(struct http *http, CURLcode curl, bool endless_line, struct http_answer *answer,
                struct error *error)
{
    struct http_failure failure = {.options = &http->options,
                                   .root = http->request->root,
                                   .host = http->host,
                                   .easy = http->easy,
                                   .code = curl,
                                   .port = http->port,
                                   .too_large = http->too_large,
                                   .head_too_large = http->head_too_large,
                                   .endless_line = endless_line,
                                   .length = http->length,
                                   .told = http->told,
                                   .told_length = http->told_length};

    if (http->told_no_memory)
        return error_memory(error);
    answer->told = http->told;
    answer->told_length = http->told_length;
    return http_describe(&failure, error);
}

int http_send(struct http *http, const struct http_request *request, const struct http_abort *abort,
              struct http_answer *ret_answer, struct error *error)
{
    struct http_answer answer = {0};
    unsigned long no_memory = http_memory_failures();
    CURLcode curl = CURLE_OK;
    long status = 0;
    int rc = prepare(http, request, error);

    if (!rc && !run(http, abort, &curl))
        rc = error_set(error, ERR_INTERRUPTED, "interrupted while calling %s", http->options.url);
    if (!rc && http->refused)
        rc = error_set(error, ERR_BUSY, "the write was not sent to %s any more", http->options.url);
    curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status);
    account(http, status, &answer);
    answer.timed_out = curl == CURLE_OPERATION_TIMEDOUT && !answer.not_executed;
    if (!rc && (http->unwanted || (curl == CURLE_OK && status == 200)))
        answer.date = date_of(http);
    else if (!rc) {
        bool endless_line = curl == CURLE_OUT_OF_MEMORY && !answer.not_executed &&
                            http_memory_failures() == no_memory;

        answer.status = curl == CURLE_OK ? status : 0;
        rc = fail(http, curl, endless_line, &answer, error);
    }
    drop_headers(http);
    *ret_answer = answer;
    return rc;
}
