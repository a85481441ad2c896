#include "qualiodoo/tz.h"

#include <glib.h>

/* A struct tz is a GTimeZone; the cast stays in this file. */

struct tz *tz_open(const char *name)
{
    return (struct tz *)g_time_zone_new_identifier(name);
}

void tz_free(struct tz *tz)
{
    if (tz)
        g_time_zone_unref((GTimeZone *)tz);
}

civil_day tz_civil_day(const struct tz *tz, instant when)
{
    GTimeZone *zone = (GTimeZone *)tz;
    gint interval = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, when);
    instant local = when + g_time_zone_get_offset(zone, interval);

    return (civil_day)(local / 86400 - (local % 86400 < 0));
}
