/* config_url.h - addresses: of the webhook, of the proxy. */
#ifndef QUALIODOO_CONFIG_CONFIG_URL_H
#define QUALIODOO_CONFIG_CONFIG_URL_H

#include <stdbool.h>

#include "qualiodoo/config/config.h"

/* The whole address of the webhook: `given`, with "/hook/SECRET" added when it has no path.
 * *ret_url is on the heap; config_secret_free() wipes it. ERR_USAGE: `given` is not an HTTP
 * address; the errors of config_webhook_secret(). */
int config_webhook_url(const struct config *config, const char *given, char **ret_url,
                       struct error *error);

/* odoo.proxy as libcurl takes it: a URL, "" for none, NULL for the environment's. Borrowed. */
const char *config_proxy_address(const struct config *config);

/* Whether the host of a URL is this machine: localhost, 127.0.0.0/8 or [::1]. */
bool config_url_is_loopback(const char *url);

#endif
