/* config_domain.h - domains of Odoo; internal to config. */
#ifndef QUALIODOO_CONFIG_CONFIG_DOMAIN_H
#define QUALIODOO_CONFIG_CONFIG_DOMAIN_H

#include "config_key.h"

extern const struct key_type config_domain;

#endif
