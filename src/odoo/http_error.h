/* http_error.h - the description of a failed call. */
#ifndef QUALIODOO_ODOO_HTTP_ERROR_H
#define QUALIODOO_ODOO_HTTP_ERROR_H

#include <curl/curl.h>

#include "http.h"

/* What http.c knows of a failed call. */
struct http_failure {
    const struct http_options *options;
    const char *root; /* what the paths of all calls begin by */
    const char *host;
    CURL *easy;    /* asked for further details */
    CURLcode code; /* CURLE_OK: the answer has a bad status */
    long port;     /* of the last connection that was tried; 0: none */
    bool too_large, head_too_large;
    bool endless_line; /* a header line longer than libcurl allows */
    size_t length;     /* bytes of the body that came */
    const char *told;  /* the beginning of the body of a bad status */
    size_t told_length;
};

/* Describes the failure in `error` and returns its code. */
int http_describe(const struct http_failure *failure, struct error *error);

#endif
