/* config_holidays.h - the holidays; internal to config. */
#ifndef QUALIODOO_CONFIG_CONFIG_HOLIDAYS_H
#define QUALIODOO_CONFIG_CONFIG_HOLIDAYS_H

#include "config_key.h"

extern const struct key_type config_holidays;

#endif
