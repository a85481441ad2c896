/* config_credit.h - the packs that are sold; internal to config. */
#ifndef QUALIODOO_CONFIG_CONFIG_CREDIT_H
#define QUALIODOO_CONFIG_CONFIG_CREDIT_H

#include "config_key.h"

extern const struct key_type config_packs;

#endif
