/* open.c - opens the client, sets what its later calls follow, and says how they went. */
#include <stdlib.h>
#include <string.h>

#include "odoo_internal.h"
#include "protocol_internal.h"
#include "qualiodoo/util/memory.h"

enum {
    BACKOFF_MS = 1000,
    BACKOFF_MAX_MS = 30000,
    /* One answer of ids is about 340 KB at this size, needs 6 MB while it is decoded, and costs the
     * server 30 to 50 ms. */
    ID_PAGE = 10000,
};

static void wipe_secret(struct odoo *odoo)
{
    char *secret = (char *)odoo->options.secret;

    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

void odoo_free(struct odoo *odoo)
{
    if (!odoo)
        return;
    wipe_secret(odoo);
    http_free(odoo->http);
    pthread_mutex_destroy(&odoo->line);
    free((void *)odoo->options.url);
    free((void *)odoo->options.database);
    free((void *)odoo->options.login);
    free((void *)odoo->options.ca_file);
    free((void *)odoo->options.proxy);
    free((void *)odoo->options.hung_advice);
    free(odoo->version);
    free(odoo);
}

static int check_options(const struct odoo_options *options, struct error *error)
{
    const char *host = options->url ? strstr(options->url, "://") : NULL;

    if (!host || (strncmp(options->url, "http://", 7) && strncmp(options->url, "https://", 8)))
        return error_set(error, ERR_CONFIG,
                         "odoo.url '%s' is not an address such as https://support.example.com",
                         options->url ? options->url : "");
    if (memchr(host + 3, '@', strcspn(host + 3, "/")))
        return error_set(error, ERR_CONFIG,
                         "odoo.url holds a user name or a password: those go into odoo.login and "
                         "odoo.secret_file");
    if (!options->database || !options->login || !options->secret || options->max_attempts < 1)
        return error_set(error, ERR_CONFIG,
                         "odoo.database, odoo.login and the secret are all required");
    return 0;
}

/* The bytes that one element of an answer costs at most: measured for jansson 2.14, 117 for an
 * empty object in a list, 91 for an empty text, and a list is copied while it grows. The cells of
 * records cost less. */
#define ELEMENT_COST 160

/* Limits the memory that answers may take. Three pages of records, or one tree of a small answer,
 * are held at a time: six sixteenths; the rest is for the program, its lists of ids and SQLite. */
static void bound_answers(struct odoo *odoo, int64_t memory)
{
    int64_t wanted = odoo->options.max_response;
    int64_t most = memory / 16;

    odoo->memory_bound = wanted <= 0 || wanted > most;
    if (odoo->memory_bound)
        odoo->options.max_response = most;
    odoo->max_elements = (size_t)(memory / 16 * 6 / ELEMENT_COST);
    odoo->max_ids = (size_t)(memory / 8 / (int64_t)sizeof(int64_t));
}

static char *copy_url(const char *url)
{
    size_t length = strlen(url);

    while (length > 0 && url[length - 1] == '/')
        length--;
    return strndup(url, length);
}

static int copy_options(struct odoo *odoo, const struct odoo_options *options, struct error *error)
{
    struct odoo_options *own = &odoo->options;

    *own = *options;
    own->url = copy_url(options->url);
    own->database = strdup(options->database);
    own->login = strdup(options->login);
    own->secret = strdup(options->secret);
    own->ca_file = options->ca_file ? strdup(options->ca_file) : NULL;
    own->proxy = options->proxy ? strdup(options->proxy) : NULL;
    own->hung_advice = options->hung_advice ? strdup(options->hung_advice) : NULL;
    if (!own->url || !own->database || !own->login || !own->secret ||
        (options->ca_file && !own->ca_file) || (options->proxy && !own->proxy) ||
        (options->hung_advice && !own->hung_advice))
        return error_memory(error);
    return 0;
}

int odoo_open(const struct odoo_options *options, struct odoo **ret_odoo, struct error *error)
{
    struct http_options http;
    struct odoo *odoo;
    int rc = check_options(options, error);

    if (rc)
        return rc;
    odoo = calloc(1, sizeof *odoo);
    if (!odoo)
        return error_memory(error);
    pthread_mutex_init(&odoo->line, NULL);
    odoo->wire = protocol_wire(options->protocol);
    odoo->id_page = ID_PAGE;
    odoo_set_backoff(odoo, BACKOFF_MS, BACKOFF_MAX_MS);
    rc = copy_options(odoo, options, error);
    bound_answers(odoo, memory_limit());
    if (!rc) {
        http = (struct http_options){.url = odoo->options.url,
                                     .ca_file = odoo->options.ca_file,
                                     .proxy = odoo->options.proxy,
                                     .database = odoo->options.database,
                                     .connect_timeout_ms = odoo->options.connect_timeout_ms,
                                     .timeout_ms = odoo->options.timeout_ms,
                                     .max_response = odoo->options.max_response,
                                     .memory_bound = odoo->memory_bound};
        rc = http_open(&http, &odoo->http, error);
    }
    if (rc) {
        odoo_free(odoo);
        return rc;
    }
    *ret_odoo = odoo;
    return 0;
}

void odoo_set_backoff(struct odoo *odoo, int64_t base_ms, int64_t max_ms)
{
    odoo->backoff_ms = base_ms;
    odoo->backoff_max_ms = max_ms;
}

void odoo_set_patience(struct odoo *odoo, int64_t patience_ms)
{
    odoo->options.patience_ms = patience_ms;
}

int odoo_set_language(struct odoo *odoo, const char *language, struct error *error)
{
    return http_set_language(odoo->http, language, error);
}

void odoo_set_permit(struct odoo *odoo, bool (*permit)(void *context), void *context)
{
    http_set_permit(odoo->http, (struct http_abort){.asked = permit, .context = context});
}

void odoo_stats(const struct odoo *odoo, struct odoo_stats *ret_stats)
{
    *ret_stats = (struct odoo_stats){.calls = atomic_load(&odoo->calls),
                                     .retries = atomic_load(&odoo->retries),
                                     .bytes_received = atomic_load(&odoo->bytes_received)};
}

bool odoo_clock(struct odoo *odoo, struct odoo_clock *ret)
{
    bool known;

    pthread_mutex_lock(&odoo->line);
    known = odoo->has_clock;
    *ret = odoo->clock;
    pthread_mutex_unlock(&odoo->line);
    return known;
}
