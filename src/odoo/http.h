/* http.h - one request at a time over a kept connection (libcurl), with a sentence for every
 * failure.
 *
 * Messages use the keys of the configuration (odoo.url, odoo.timeout...), because a person can
 * change these. */
#ifndef QUALIODOO_ODOO_HTTP_H
#define QUALIODOO_ODOO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/util/error.h"

struct http;

struct http_options {
    const char *url;     /* scheme://host[:port][/prefix]; copied */
    const char *ca_file; /* NULL: the system's store; copied */
    const char *proxy;   /* its URL; "": none; NULL: the environment's; copied */
    int64_t connect_timeout_ms, timeout_ms;
    int64_t max_response; /* bytes, after decompression, with headers and trailers */
    bool memory_bound;    /* max_response was lowered to fit the memory limit: the error says so */
    /* Sent as X-Odoo-Database, by which a server with several databases finds this one at once; one
     * that is no printable ASCII is not sent, because a header cannot carry it. Copied. */
    const char *database;
};

/* A request to stop, asked several times a second during a call; `asked` NULL: never. */
struct http_abort {
    bool (*asked)(void *context);
    void *context;
};

struct http_request {
    const char *path;   /* "/xmlrpc/2/object" */
    const char *root;   /* "/xmlrpc/2": what every call has in common, for messages */
    const char *type;   /* Content-Type of the body */
    const char *bearer; /* the key of Authorization; NULL: none */
    const char *body;   /* not copied; NULL: a GET */
    size_t length;
    /* libcurl sends a request again by itself when a kept connection turns out to be dead: a call
     * that must not be executed twice asks for a new connection. */
    bool fresh_connection;
    /* Takes the bytes of an answer of status 200, decompressed, as they arrive. False ends the call
     * without an error: the taker knows why. */
    bool (*take)(void *context, const char *bytes, size_t length);
    void *context;
};

struct http_answer {
    int64_t ms;      /* how long the call took; set by the client */
    size_t received; /* bytes on the wire, also of a failed call */
    int64_t date;    /* its Date, in seconds since 1970; 0: none, or the answer came from a cache */
    bool not_executed; /* after a failure: the server certainly did nothing */
    bool timed_out;    /* after a failure: it was sent, and timeout_ms passed */
    long status;       /* of a whole answer that was refused for its status; 0: another failure */
    /* The beginning of the body of that answer; valid until the next request. */
    const char *told;
    size_t told_length;
};

int http_open(const struct http_options *options, struct http **ret_http, struct error *error);
void http_free(struct http *http); /* NULL is allowed */

/* Sends `language` ("fr-FR") as Accept-Language with each later request; NULL: none. */
int http_set_language(struct http *http, const char *language, struct error *error);

/* Asks `permit` before each later request, when the connection is open and nothing was sent yet:
 * false ends the call with ERR_BUSY, not executed. permit.asked NULL: nothing is asked. */
void http_set_permit(struct http *http, struct http_abort permit);

/* Sends a request; the body of an answer of status 200 goes to request->take. *ret_answer is also
 * filled after a failure. ERR_INTERRUPTED when `abort` says so. Redirections are not followed. */
int http_send(struct http *http, const struct http_request *request, const struct http_abort *abort,
              struct http_answer *ret_answer, struct error *error);

#endif
