/* config_sla.h - the types of section sla; internal to config. */
#ifndef QUALIODOO_CONFIG_CONFIG_SLA_H
#define QUALIODOO_CONFIG_CONFIG_SLA_H

#include "config_key.h"

extern const struct key_type config_calendar, config_opening, config_target, config_response;

/* `count` units as a number of hours; an hour has `per_hour` of them. */
json_t *config_show_hours(int64_t count, int64_t per_hour);

#endif
