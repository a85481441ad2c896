/* config_show.h - the effective configuration, as text and as JSON. */
#ifndef QUALIODOO_CONFIG_CONFIG_SHOW_H
#define QUALIODOO_CONFIG_CONFIG_SHOW_H

#include <jansson.h>

#include "qualiodoo/config/config.h"

/* The effective configuration, defaults included, as YAML text on the heap (the caller frees it) or
 * as a JSON object (a new reference). NULL: out of memory. No secret is in it: the structure holds
 * only the names of their files. */
char *config_to_yaml(const struct config *config);
json_t *config_to_json(const struct config *config);

#endif
