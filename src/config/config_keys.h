/* config_keys.h - the table of keys; internal to config. */
#ifndef QUALIODOO_CONFIG_CONFIG_KEYS_H
#define QUALIODOO_CONFIG_CONFIG_KEYS_H

#include "config_key.h"

extern const struct key config_keys[];
extern const size_t config_n_keys;

/* The key of that path, or NULL. */
const struct key *config_key_find(const char *path);

/* Whether some key lies below `path` ("" is the root). */
bool config_is_section(const char *path);

#endif
