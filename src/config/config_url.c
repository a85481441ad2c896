/* config_url.c - the types of addresses (of Odoo, its proxy and the webhook) and of time zones. */
#include "qualiodoo/config/config_url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_addresses.h"
#include "config_key.h"
#include "config_types.h"
#include "config_values.h"
#include "config_yaml.h"
#include "qualiodoo/config/config_secret.h"
#include "qualiodoo/util/tz.h"

#define URL_EXPECTED "an address such as https://support.example.com"

/* ---- The address of Odoo ---- */

struct refusal {
    CURLUPart part;
    const char *message;
};

/* Parts that the address of Odoo may not have. No message quotes them: they may hold a secret. */
static const struct refusal refusals[] = {
    {CURLUPART_USER, "found a user name in the address, expected none; give odoo.login and "
                     "odoo.secret_file"},
    {CURLUPART_PASSWORD, "found a password in the address, expected none; give odoo.login and "
                         "odoo.secret_file"},
    {CURLUPART_QUERY, "found a '?' in the address, expected " URL_EXPECTED},
    {CURLUPART_FRAGMENT, "found a '#' in the address, expected " URL_EXPECTED},
};

static bool has_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    bool found = curl_url_get(url, part, &text, 0) == CURLUE_OK;

    curl_free(text);
    return found;
}

/* The error of an address that libcurl cannot read or that is not HTTP. */
static int refuse_url(const struct reader *reader, const struct key *key, yaml_node_t *node,
                      const char *text)
{
    char suggestion[CONFIG_QUOTE_SIZE];
    bool bare = !strstr(text, "://") && strlen(text) < 60 && !strchr(text, ' ');

    if (strpbrk(text, "@?#"))
        return config_fail(reader, node, key->path, "expected " URL_EXPECTED);
    snprintf(suggestion, sizeof suggestion, "https://%s", bare ? text : "");
    return config_fail_expected(reader, node, key->path, URL_EXPECTED, bare ? suggestion : NULL);
}

static int store_url(struct reader *reader, char **field, const char *text)
{
    size_t length = strlen(text);

    while (length > 0 && text[length - 1] == '/')
        length--;
    *field = config_copy(reader, text, length);
    return *field ? 0 : ERR_NO_MEMORY;
}

static int check_url(struct reader *reader, const struct key *key, yaml_node_t *node, CURLU *url,
                     const char *text)
{
    char *whole = NULL;
    CURLUcode code = curl_url_set(url, CURLUPART_URL, text, 0);
    int rc;

    if (code == CURLUE_OUT_OF_MEMORY)
        return error_memory(reader->error);
    if (code != CURLUE_OK)
        return refuse_url(reader, key, node, text);
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        if (has_part(url, refusals[i].part))
            return config_fail(reader, node, key->path, "%s", refusals[i].message);
    }
    if (curl_url_get(url, CURLUPART_URL, &whole, 0))
        return error_memory(reader->error);
    if (strncmp(whole, "http://", 7) != 0 && strncmp(whole, "https://", 8) != 0) {
        curl_free(whole);
        return refuse_url(reader, key, node, text);
    }
    rc = store_url(reader, config_field(key, reader->config), whole);
    curl_free(whole);
    return rc;
}

static int set_url(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    const char *text = NULL;
    int rc = config_line(reader, node, key->path, key->type->expected, &text);
    CURLU *url;

    if (rc)
        return rc;
    url = curl_url();
    if (!url)
        return error_memory(reader->error);
    rc = check_url(reader, key, node, url, text);
    curl_url_cleanup(url);
    return rc;
}

const struct key_type config_url = {
    .expected = URL_EXPECTED, .set = set_url, .show = config_show_text, .drop = config_drop_text};

/* ---- The proxy ---- */

#define PROXY_EXPECTED                                                                             \
    "the address of a proxy such as http://proxy.example.com:3128 (http, https, socks5 or "        \
    "socks5h), none, or null"

static bool is_proxy_scheme(const char *scheme)
{
    static const char *const schemes[] = {"http", "https", "socks5", "socks5h"};

    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (strcmp(scheme, schemes[i]) == 0)
            return true;
    }
    return false;
}

static int check_proxy(const struct reader *reader, const struct key *key, const yaml_node_t *node,
                       CURLU *url, const char *text)
{
    char *scheme = NULL, *path = NULL;
    bool good = curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
                has_part(url, CURLUPART_HOST) && !has_part(url, CURLUPART_QUERY) &&
                !has_part(url, CURLUPART_FRAGMENT) &&
                curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                is_proxy_scheme(scheme) &&
                curl_url_get(url, CURLUPART_PATH, &path, 0) == CURLUE_OK && strcmp(path, "/") == 0;

    curl_free(path);
    curl_free(scheme);
    if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD))
        return config_fail(reader, node, key->path,
                           "found a user name or a password in the address, expected none: a proxy "
                           "that wants them is given in the environment (https_proxy), with null "
                           "here");
    if (!good && strchr(text, '@')) /* may hold a password */
        return config_fail(reader, node, key->path, "expected " PROXY_EXPECTED);
    return good ? 0 : config_fail_key(reader, node, key, NULL);
}

/* config_line() for a key that may be null: *ret_text is then NULL. */
static int optional_line(const struct reader *reader, const struct key *key,
                         const yaml_node_t *node, const char **ret_text)
{
    *ret_text = NULL;
    if (config_yaml_is_null(node))
        return 0;
    return config_line(reader, node, key->path, key->type->expected, ret_text);
}

static int set_proxy(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    char **field = config_field(key, reader->config);
    const char *text;
    CURLU *url;
    int rc = optional_line(reader, key, node, &text);

    if (rc || !text)
        return rc;
    if (strcmp(text, "none") != 0) {
        url = curl_url();
        if (!url)
            return error_memory(reader->error);
        rc = check_proxy(reader, key, node, url, text);
        curl_url_cleanup(url);
    }
    return rc ? rc : store_url(reader, field, text);
}

const struct key_type config_proxy = {.expected = PROXY_EXPECTED,
                                      .set = set_proxy,
                                      .show = config_show_text,
                                      .drop = config_drop_text};

const char *config_proxy_address(const struct config *config)
{
    const char *proxy = config->odoo.proxy;

    return proxy && strcmp(proxy, "none") == 0 ? "" : proxy;
}

static bool host_is_loopback(char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    size_t length = strlen(host);

    if (strcasecmp(host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (length < 2 || host[0] != '[' || host[length - 1] != ']')
        return false;
    host[length - 1] = '\0';
    return inet_pton(AF_INET6, host + 1, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool config_url_is_loopback(const char *text)
{
    CURLU *url = curl_url();
    char *host = NULL;
    bool loopback = url && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
                    curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                    host_is_loopback(host);

    curl_free(host);
    curl_url_cleanup(url);
    return loopback;
}

/* ---- Where Odoo calls ---- */

static int add_hook(CURLU *url, const struct config *config, struct error *error)
{
    char *secret = NULL, *path = NULL;
    int rc = config_webhook_secret(config, &secret, error);

    if (rc < 0)
        return rc;
    if (asprintf(&path, "/hook/%s", secret) < 0)
        path = NULL; /* undefined after a failure, says the manual */
    if (!path || curl_url_set(url, CURLUPART_PATH, path, 0) != CURLUE_OK)
        rc = error_memory(error);
    config_secret_free(path);
    config_secret_free(secret);
    return rc;
}

static bool has_no_path(CURLU *url)
{
    char *path = NULL;
    bool none = curl_url_get(url, CURLUPART_PATH, &path, 0) != CURLUE_OK || strcmp(path, "/") == 0;

    curl_free(path);
    return none;
}

static bool is_web(CURLU *url, const char *text)
{
    char *scheme = NULL;
    bool web = curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
               curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
               (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);

    curl_free(scheme);
    return web;
}

int config_webhook_url(const struct config *config, const char *given, char **ret_url,
                       struct error *error)
{
    CURLU *url = curl_url();
    char *text = NULL;
    int rc = 0;

    if (!url)
        return error_memory(error);
    if (!is_web(url, given)) /* not quoted: it may hold a secret */
        rc = error_set(error, ERR_USAGE,
                       "--webhook: expected an address such as http://127.0.0.1:8075");
    else if (has_no_path(url))
        rc = add_hook(url, config, error);
    if (rc == 0 &&
        (curl_url_get(url, CURLUPART_URL, &text, 0) != CURLUE_OK || !(*ret_url = strdup(text))))
        rc = error_memory(error);
    if (text)
        explicit_bzero(text, strlen(text));
    curl_free(text);
    curl_url_cleanup(url);
    return rc;
}

/* ---- Where the webhook listens: HOST:PORT, or a socket that systemd passes ----
 *
 * The webhook speaks HTTP without TLS, so HOST is this machine; an administrator who wants another
 * address writes a socket unit. */

static bool is_local_port(const char *text)
{
    const char *colon = strrchr(text, ':');
    int64_t port;
    bool loopback;
    char *host;

    if (!colon || colon == text || strchr(text, ' ') || strchr(text, '/'))
        return false;
    if (memchr(text, ':', (size_t)(colon - text)) && (*text != '[' || colon[-1] != ']'))
        return false;
    if (!config_quantity_read(colon + 1, config_number.units, &port, NULL) || port < 1 ||
        port > 65535)
        return false;
    host = strndup(text, (size_t)(colon - text));
    loopback = host && host_is_loopback(host);
    free(host);
    return loopback;
}

static int set_listen(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    const char *text;
    int rc = optional_line(reader, key, node, &text);

    if (rc || !text)
        return rc;
    if (strcmp(text, "systemd") != 0 && !is_local_port(text))
        return config_fail_key(reader, node, key, NULL);
    return config_text.set(reader, key, node);
}

const struct key_type config_listen = {
    .expected =
        "an address of this machine and a port, such as 127.0.0.1:8075, or systemd, or null",
    .set = set_listen,
    .show = config_show_text,
    .drop = config_drop_text};

/* ---- Time zones ---- */

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* Whether `text` can be the name of a zone file: it must not lead out of their directory. A name
 * without '/' has letters only, since GLib would read "GMT-1" as a POSIX rule, one hour EAST. */
static bool is_zone(const char *text)
{
    const char *allowed = strchr(text, '/') ? LETTERS "0123456789_+-/" : LETTERS;
    struct tz *tz;

    if (*text < 'A' || *text > 'Z' || text[strspn(text, allowed)] != '\0')
        return false;
    tz = tz_open(text);
    tz_free(tz);
    return tz != NULL;
}

static int set_timezone(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    const char *text = NULL;
    int rc = config_line(reader, node, key->path, key->type->expected, &text);

    if (rc)
        return rc;
    if (!is_zone(text))
        return config_fail_key(reader, node, key, NULL);
    return config_text.set(reader, key, node);
}

const struct key_type config_timezone = {.expected =
                                             "the name of a time zone, such as Europe/Paris or UTC",
                                         .set = set_timezone,
                                         .show = config_show_text,
                                         .drop = config_drop_text};
