/* config_parse.h - reads a configuration from memory, for tests; of config.c. */
#ifndef QUALIODOO_CONFIG_CONFIG_PARSE_H
#define QUALIODOO_CONFIG_CONFIG_PARSE_H

#include <stddef.h>

#include "qualiodoo/config/config.h"

/* As config_load(), from a text in memory of `size` bytes; messages call it `name`. */
int config_parse(const char *name, const char *text, size_t size, struct config **ret_config,
                 struct error *error);

#endif
