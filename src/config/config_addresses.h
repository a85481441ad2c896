/* config_addresses.h - types of addresses and of time zones, of config_url.c; internal to config.
 */
#ifndef QUALIODOO_CONFIG_CONFIG_ADDRESSES_H
#define QUALIODOO_CONFIG_CONFIG_ADDRESSES_H

#include "config_key.h"

extern const struct key_type config_url, config_proxy, config_listen, config_timezone;

#endif
