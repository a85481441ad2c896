/* http_internal.h - what http.c tells http_error.c and http_proxy.c of a call that failed. */
#ifndef QUALIODOO_ODOO_HTTP_INTERNAL_H
#define QUALIODOO_ODOO_HTTP_INTERNAL_H

#include <curl/curl.h>

#include "http.h"

struct http_failure {
    const struct http_options *options;
    const char *host;
    CURL *easy;    /* for what libcurl knows of the call */
    CURLcode code; /* CURLE_OK: the answer has a bad status */
    long port;     /* of the last connection that was tried; 0: none */
    bool too_large, head_too_large, no_memory;
    bool endless_line; /* a header line above the limit of libcurl */
    const char *body;  /* what came of the answer */
    size_t length;
};

/* Fills `error` and returns its code. */
int http_describe(const struct http_failure *failure, struct error *error);

/* --- http_memory.c --- */

/* Starts libcurl, once. */
void http_memory_start(void);

/* How many allocations of libcurl failed so far. */
unsigned long http_memory_failures(void);

/* --- http_proxy.c --- */

/* The same where the call failed at its proxy; 0: it did not. `reason`: why no connection. */
int http_describe_proxy(const struct http_failure *failure, const char *reason,
                        struct error *error);

#endif
