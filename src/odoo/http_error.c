/* http_error.c - describes a failed call to the person who must act, and says whether it may be
 * tried again. */
#include "http_error.h"

#include <stdio.h>
#include <string.h>

#include "http_proxy.h"
#include "qualiodoo/util/descriptors.h"
#include "text.h"

/* The longest Retry-After that is passed on, in seconds. */
enum { RETRY_AFTER_MAX = 86400 };

static long info_long(CURL *easy, CURLINFO info)
{
    long value = 0;

    curl_easy_getinfo(easy, info, &value);
    return value;
}

/* ---- the server answered, but not with 200 ---- */

/* Describes a redirection: where it leads, without the path of the call. */
static int redirected(const struct http_failure *failure, long status, struct error *error)
{
    const char *target = NULL;
    const char *path;
    char clean[300];
    size_t length;

    curl_easy_getinfo(failure->easy, CURLINFO_REDIRECT_URL, &target);
    if (!target)
        return error_set(error, ERR_PROTOCOL,
                         "%s answers with a redirection (HTTP %ld) that does not say where to: is "
                         "odoo.url the address of an Odoo?",
                         failure->options->url, status);
    path = strstr(target, failure->root);
    length = path ? (size_t)(path - target) : strlen(target);
    text_clean(clean, sizeof clean, target, length);
    return error_set(error, ERR_PROTOCOL,
                     "%s redirects to '%s' (HTTP %ld), and calls are not sent elsewhere than where "
                     "they were meant to go: if that address is right, put it in odoo.url",
                     failure->options->url, clean, status);
}

static const struct {
    long status;
    int code;
    enum error_retry retry;
    const char *advice;
    const char *after_root; /* not NULL: the root of the calls and this follow the advice */
} statuses[] = {
    {400, ERR_PROTOCOL, RETRY_NEVER,
     "the request was not understood: is it http where https is "
     "expected, or a proxy that changes requests?",
     NULL},
    {401, ERR_ACCESS_DENIED, RETRY_NEVER,
     "a proxy in front of Odoo asks for its own password: let ", " through"},
    {403, ERR_ACCESS_DENIED, RETRY_NEVER, "a proxy or firewall in front of Odoo refuses: let ",
     " through for this machine"},
    {404, ERR_PROTOCOL, RETRY_NEVER,
     "there is no Odoo at that address: check odoo.url, its path "
     "included",
     NULL},
    {405, ERR_PROTOCOL, RETRY_NEVER,
     "that address does not take calls: check odoo.url, its path "
     "included",
     NULL},
    {407, ERR_ACCESS_DENIED, RETRY_NEVER,
     "the proxy asks for a password, which only http_proxy of the environment can hold: odoo.proxy "
     "must be null then",
     NULL},
    {408, ERR_NETWORK, RETRY_LATER, "the server got tired of waiting for the request", NULL},
    {413, ERR_PROTOCOL, RETRY_NEVER,
     "the request is too large for the server: lower odoo.page_size", NULL},
    {429, ERR_NETWORK, RETRY_LATER, "too many calls: raise odoo.min_interval (1s on Odoo Online)",
     NULL},
    {500, ERR_NETWORK, RETRY_LATER, "the server failed: its log says why", NULL},
    {502, ERR_NETWORK, RETRY_LATER, "Odoo is down or restarting behind its proxy", NULL},
    {503, ERR_NETWORK, RETRY_LATER, "the server is overloaded or under maintenance", NULL},
    {504, ERR_NETWORK, RETRY_LATER,
     "Odoo took longer than its proxy allows: lower odoo.page_size, "
     "or raise the proxy's time-out",
     NULL},
};

static int bad_status(const struct http_failure *failure, long status, struct error *error)
{
    int rc = status >= 500 ? ERR_NETWORK : ERR_PROTOCOL;
    enum error_retry retry = status >= 500 ? RETRY_LATER : RETRY_NEVER;
    const char *advice = "check odoo.url and the proxy in front of Odoo", *after_root = NULL;
    curl_off_t after = 0;
    char title[120] = "", wish[60] = "";

    if (status >= 300 && status < 400)
        return redirected(failure, status, error);
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (statuses[i].status == status) {
            rc = statuses[i].code;
            retry = statuses[i].retry;
            advice = statuses[i].advice;
            after_root = statuses[i].after_root;
        }
    text_title(title, sizeof title, failure->told, failure->told_length);
    curl_easy_getinfo(failure->easy, CURLINFO_RETRY_AFTER, &after);
    if (after > 0)
        snprintf(wish, sizeof wish, "; it asks to wait %lld s", (long long)after);
    error_set(error, rc, "%s answers HTTP %ld%s%s%s instead of the result: %s%s%s%s",
              failure->options->url, status, *title ? " ('" : "", title, *title ? "')" : "", advice,
              after_root ? failure->root : "", after_root ? after_root : "", wish);
    if (error) {
        error->retry = retry;
        if (after > 0)
            error->retry_after_seconds = (int)(after < RETRY_AFTER_MAX ? after : RETRY_AFTER_MAX);
    }
    return rc;
}

/* ---- there is no whole answer ---- */

/* Why there is no connection, in the words of the C library. */
static const char *system_reason(const struct http_failure *failure)
{
    const char *words = strerrordesc_np((int)info_long(failure->easy, CURLINFO_OS_ERRNO));

    return info_long(failure->easy, CURLINFO_OS_ERRNO) && words ? words : "no route";
}

static int not_connected(const struct http_failure *failure, struct error *error)
{
    return error_set(error, ERR_NETWORK,
                     "cannot connect to %s (%s): is Odoo running, and are the host and the port of "
                     "odoo.url right?",
                     failure->options->url, system_reason(failure));
}

static int timed_out(const struct http_failure *failure, struct error *error)
{
    const struct http_options *options = failure->options;

    if (info_long(failure->easy, CURLINFO_REQUEST_SIZE) == 0)
        return error_set(
            error, ERR_NETWORK,
            "no connection to %s after %lld ms (odoo.connect_timeout): is the host up, "
            "and does the firewall let this machine through?",
            options->url, (long long)options->connect_timeout_ms);
    return error_set(
        error, ERR_NETWORK,
        "no complete answer from %s after %lld ms (odoo.timeout), %zu bytes came: raise "
        "odoo.timeout or lower odoo.page_size",
        options->url, (long long)options->timeout_ms, failure->length);
}

/* Whether OpenSSL's verification result (X509_V_ERR_...) is about the host's name alone. */
static bool is_for_another_name(long result)
{
    /* 0 and 1: libcurl checks the name itself, before OpenSSL. 62 to 64: a host, a mail, an IP. */
    return result == 0 || result == 1 || (result >= 62 && result <= 64);
}

/* The meaning of OpenSSL's verification result. */
static const char *certificate_problem(long result)
{
    if (is_for_another_name(result))
        return "it was made for another name";
    switch (result) {
    case 9:
        return "it is not valid yet: is the clock of this machine right?";
    case 10:
        return "it has expired";
    case 18:
        return "it is self-signed";
    case 19:
    case 20:
    case 21:
        return "its authority is not known here";
    default:
        return "it does not pass verification";
    }
}

static int untrusted(const struct http_failure *failure, struct error *error)
{
    long result = info_long(failure->easy, CURLINFO_SSL_VERIFYRESULT);

    error_set(error, ERR_NETWORK, "the certificate of %s is not trusted (%s): %s", failure->host,
              certificate_problem(result),
              is_for_another_name(result)
                  ? "write odoo.url with a name that it was made for, or correct it on the server"
                  : "renew or correct it on the server, or give its authority's certificate in "
                    "odoo.ca_file");
    if (error)
        error->retry = RETRY_NEVER;
    return ERR_NETWORK;
}

static int too_large(const struct http_failure *failure, struct error *error)
{
    if (failure->options->memory_bound)
        return error_set(error, ERR_PROTOCOL,
                         "an answer of %s is larger than %lld bytes, a sixteenth of the memory "
                         "that this process may use (MemoryMax= of its unit, ulimit -v): lower "
                         "odoo.page_size or raise that limit",
                         failure->options->url, (long long)failure->options->max_response);
    return error_set(error, ERR_PROTOCOL,
                     "an answer of %s is larger than %lld bytes (odoo.max_response): lower "
                     "odoo.page_size or raise odoo.max_response",
                     failure->options->url, (long long)failure->options->max_response);
}

static int head_too_large(const struct http_failure *failure, struct error *error)
{
    return error_set(error, ERR_PROTOCOL,
                     "the headers of an answer of %s do not end: Odoo's are below a kilobyte; is "
                     "odoo.url the address of an Odoo, and what does the proxy in front of it add?",
                     failure->options->url);
}

static int endless_line(const struct http_failure *failure, struct error *error)
{
    return error_set(
        error, ERR_PROTOCOL,
        "a header line of the answer of %s is longer than 100 KB, and Odoo's are below "
        "one: is odoo.url the address of an Odoo, and what does the proxy in front of "
        "it add?",
        failure->options->url);
}

static int partial(const struct http_failure *failure, struct error *error)
{
    error_set(
        error, ERR_PROTOCOL,
        "the answer of %s is cut short: the connection ended after %zu bytes, before the size "
        "that was announced",
        failure->options->url, failure->length);
    if (error)
        error->retry = RETRY_LATER;
    return ERR_PROTOCOL;
}

static int bad_ca_file(const struct http_failure *failure, struct error *error)
{
    return error_set(error, ERR_CONFIG,
                     "odoo.ca_file '%s' cannot be read, or holds no certificate in PEM form",
                     failure->options->ca_file ? failure->options->ca_file : "(the system's)");
}

static const struct {
    CURLcode code;
    int (*describe)(const struct http_failure *failure, struct error *error);
} causes[] = {
    {CURLE_COULDNT_CONNECT, not_connected},
    {CURLE_OPERATION_TIMEDOUT, timed_out},
    {CURLE_PEER_FAILED_VERIFICATION, untrusted},
    {CURLE_FILESIZE_EXCEEDED, too_large},
    {CURLE_PARTIAL_FILE, partial},
    {CURLE_SSL_CACERT_BADFILE, bad_ca_file},
};

/* The remaining causes: one sentence each, after the URL. */
static const struct {
    CURLcode code;
    int error;
    const char *sentence;
} sentences[] = {
    {CURLE_COULDNT_RESOLVE_HOST, ERR_NETWORK,
     "the host is not known to this machine's name server: check odoo.url and the network"},
    {CURLE_SSL_CONNECT_ERROR, ERR_NETWORK,
     "no TLS on that port, or only a version that is too old: is it https?"},
    {CURLE_GOT_NOTHING, ERR_NETWORK,
     "the connection was closed without an answer: Odoo was restarted, or killed the call"},
    {CURLE_RECV_ERROR, ERR_NETWORK, "the connection broke before the whole answer had come"},
    {CURLE_SEND_ERROR, ERR_NETWORK, "the connection broke before the whole request was sent"},
    {CURLE_UNSUPPORTED_PROTOCOL, ERR_PROTOCOL,
     "the answer is not HTTP: is the port of odoo.url right?"},
    {CURLE_WEIRD_SERVER_REPLY, ERR_PROTOCOL,
     "the answer is not HTTP: is the port of odoo.url right?"},
    {CURLE_BAD_CONTENT_ENCODING, ERR_PROTOCOL,
     "the compressed answer is damaged: look at the proxy in front of Odoo"},
    {CURLE_URL_MALFORMAT, ERR_CONFIG, "odoo.url is not a valid address"},
};

int http_describe(const struct http_failure *failure, struct error *error)
{
    const char *url = failure->options->url;
    int rc;

    if (failure->head_too_large)
        return head_too_large(failure, error);
    if (failure->too_large)
        return too_large(failure, error);
    if (failure->endless_line)
        return endless_line(failure, error);
    if (failure->code == CURLE_OUT_OF_MEMORY)
        return error_memory(error);
    if (failure->code == CURLE_OK)
        return bad_status(failure, info_long(failure->easy, CURLINFO_RESPONSE_CODE), error);
    if (descriptors_used_up())
        return error_set(error, ERR_NETWORK,
                         "cannot call %s: this process can open no more files and connections: "
                         "raise its limit (ulimit -n, LimitNOFILE= of the unit)",
                         url);
    rc = http_describe_proxy(failure, system_reason(failure), error);
    if (rc)
        return rc;
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if (causes[i].code == failure->code)
            return causes[i].describe(failure, error);
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        if (sentences[i].code == failure->code)
            return error_set(error, sentences[i].error, "%s: %s", url, sentences[i].sentence);
    return error_set(error, ERR_NETWORK, "the call to %s failed: %s", url,
                     curl_easy_strerror(failure->code));
}
