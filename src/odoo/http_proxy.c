/* http_proxy.c - describes failures at the proxy between this machine and Odoo.
 *
 * libcurl takes a proxy from the environment by itself, unless no_proxy names the host, and does
 * not say afterwards whether it did: the port of the last connection tells. */
#include "http_proxy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* The ports that libcurl uses when the address names none. */
enum { PROXY_PORT = 1080, PROXY_PORT_TLS = 443 };

struct proxy {
    char address[200];  /* scheme, host and port, never the password */
    const char *source; /* what set it, for the message */
    long port;
};

/* The environment variable that libcurl reads for a URL. */
static const char *find_variable(const char *url)
{
    static const char *const of_https[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    static const char *const of_http[] = {"http_proxy", "all_proxy", "ALL_PROXY"};
    bool tls = strncmp(url, "https:", 6) == 0;
    const char *const *names = tls ? of_https : of_http;
    size_t count = tls ? sizeof of_https / sizeof *of_https : sizeof of_http / sizeof *of_http;

    for (size_t i = 0; i < count; i++) {
        const char *value = getenv(names[i]);

        if (value && *value)
            return names[i];
    }
    return NULL;
}

/* Splits the address of a proxy; false when it cannot be read, which libcurl reports itself. */
static bool read_address(const char *text, struct proxy *proxy)
{
    CURLU *url = curl_url();
    char *scheme = NULL, *host = NULL, *port = NULL, shown[sizeof proxy->address];
    bool known =
        url &&
        !curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME) &&
        !curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) &&
        !curl_url_get(url, CURLUPART_HOST, &host, 0);

    if (known) {
        proxy->port = strcmp(scheme, "https") == 0 ? PROXY_PORT_TLS : PROXY_PORT;
        if (!curl_url_get(url, CURLUPART_PORT, &port, 0))
            proxy->port = strtol(port, NULL, 10);
        snprintf(shown, sizeof shown, "%s://%s:%ld", scheme, host, proxy->port);
        text_clean(proxy->address, sizeof proxy->address, shown, strlen(shown));
    }
    curl_free(port);
    curl_free(host);
    curl_free(scheme);
    curl_url_cleanup(url);
    return known;
}

/* Finds the proxy that the call went through; false when there was none. */
static bool find_proxy(const struct http_failure *failure, struct proxy *ret)
{
    const char *given = failure->options->proxy, *variable;

    ret->source = "odoo.proxy";
    if (!given) {
        variable = find_variable(failure->options->url);
        if (!variable)
            return false;
        given = getenv(variable);
        ret->source = variable;
    }
    if (!given || !*given || !read_address(given, ret))
        return false;
    return failure->code == CURLE_COULDNT_RESOLVE_PROXY || failure->port == ret->port;
}

static int refused(const struct http_failure *failure, const struct proxy *proxy, long status,
                   struct error *error)
{
    int rc = status == 407 ? ERR_ACCESS_DENIED : status >= 500 ? ERR_NETWORK : ERR_PROTOCOL;

    return error_set(
        error, rc,
        "the proxy %s (%s) answers HTTP %ld instead of connecting to %s%s: let it pass "
        "this host, or give another proxy in odoo.proxy, or none",
        proxy->address, proxy->source, status, failure->options->url,
        status == 407 ? ", as it wants a password, which only https_proxy can hold" : "");
}

static int unreached(const struct http_failure *failure, const struct proxy *proxy,
                     const char *reason, struct error *error)
{
    return error_set(error, ERR_NETWORK,
                     "cannot connect to the proxy %s (%s) on the way to %s: %s; is it running, and "
                     "the right one? odoo.proxy names another one, or none",
                     proxy->address, proxy->source, failure->options->url, reason);
}

int http_describe_proxy(const struct http_failure *failure, const char *reason, struct error *error)
{
    long status = 0, sent = 0;
    struct proxy proxy;

    if (!find_proxy(failure, &proxy))
        return 0;
    curl_easy_getinfo(failure->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    curl_easy_getinfo(failure->easy, CURLINFO_REQUEST_SIZE, &sent);
    if (status >= 300)
        return refused(failure, &proxy, status, error);
    switch (failure->code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
        return unreached(failure, &proxy, "its name is not known to the name server", error);
    case CURLE_COULDNT_CONNECT:
        return unreached(failure, &proxy, reason, error);
    case CURLE_OPERATION_TIMEDOUT:
        return sent == 0 ? unreached(failure, &proxy, "no answer in odoo.connect_timeout", error)
                         : 0;
    case CURLE_PROXY:
        return unreached(failure, &proxy, "it speaks another protocol, or refuses", error);
    default:
        return 0;
    }
}
