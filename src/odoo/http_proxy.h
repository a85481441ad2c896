/* http_proxy.h - the description of a failure at the proxy. */
#ifndef QUALIODOO_ODOO_HTTP_PROXY_H
#define QUALIODOO_ODOO_HTTP_PROXY_H

#include "http_error.h"

/* Describes a failure at the proxy and returns its code; returns 0 when the call did not fail
 * there. `reason` says why there is no connection. */
int http_describe_proxy(const struct http_failure *failure, const char *reason,
                        struct error *error);

#endif
