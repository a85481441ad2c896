/* tz.c - the only file that knows GLib's GTimeZone. */
#include "qualiodoo/util/tz.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/util/array.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/error.h"

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

static int32_t offset_at(const struct tz *tz, instant when)
{
    GTimeZone *zone = (GTimeZone *)tz;

    return g_time_zone_get_offset(zone,
                                  g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, when));
}

/* Local time, in seconds. An instant beyond what can be written (only in a damaged state) is moved
 * to the nearest that can. */
static instant local_time(const struct tz *tz, instant when)
{
    if (when < INSTANT_FIRST)
        when = INSTANT_FIRST;
    if (when > INSTANT_LAST)
        when = INSTANT_LAST;
    return when + offset_at(tz, when);
}

civil_day tz_civil_day(const struct tz *tz, instant when)
{
    return civil_from_instant(local_time(tz, when));
}

char *tz_format(const struct tz *tz, instant when, char text[TZ_TEXT_SIZE])
{
    char iso[INSTANT_TEXT_SIZE]; /* YYYY-MM-DDTHH:MM:SSZ */

    instant_format(local_time(tz, when), iso);
    snprintf(text, TZ_TEXT_SIZE, "%.10s %.5s", iso, iso + 11);
    return text;
}

/* The length of the instant that `text` begins with; 0 when there is none. */
static size_t read_instant(const char *text, instant *ret)
{
    char iso[INSTANT_TEXT_SIZE] = {0}; /* a shorter text leaves the end empty */

    memcpy(iso, text, strnlen(text, sizeof iso - 1));
    return iso[sizeof iso - 2] == 'Z' && instant_parse_iso(iso, ret) ? strlen(iso) : 0;
}

char *tz_localize(const struct tz *tz, const char *text)
{
    char *result = NULL, shown[TZ_TEXT_SIZE];
    size_t size, length;
    FILE *out = open_memstream(&result, &size);
    instant when = 0;

    if (!out)
        return NULL;
    for (; *text; text += length) {
        length = read_instant(text, &when);
        if (length)
            fputs(tz_format(tz, when, shown), out);
        else
            fputc(text[length++], out);
    }
    if (fclose(out) == 0)
        return result;
    free(result);
    return NULL;
}

/* The first instant within (low, high] whose offset differs from that of `low`. */
static instant find_change(const struct tz *tz, instant low, instant high)
{
    int32_t before = offset_at(tz, low);

    while (high - low > 1) {
        instant middle = low + (high - low) / 2;

        if (offset_at(tz, middle) == before)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* Looks once a day: no zone changes its offset twice within a day. */
int tz_offsets(const struct tz *tz, instant from, instant to, struct utc_offset **ret,
               size_t *ret_count)
{
    struct utc_offset *offsets = NULL;
    size_t count = 0, size = 0;
    int rc = ARRAY_RESERVE(offsets, size, 1);

    if (rc == 0)
        offsets[count++] = (struct utc_offset){from, offset_at(tz, from)};
    for (instant low = from; low < to && rc == 0; low += SECONDS_PER_DAY) {
        instant high = to - low < SECONDS_PER_DAY ? to : low + SECONDS_PER_DAY;

        if (offset_at(tz, high) == offsets[count - 1].seconds)
            continue;
        rc = ARRAY_RESERVE(offsets, size, count + 1);
        if (rc == 0) {
            instant change = find_change(tz, low, high);

            offsets[count++] = (struct utc_offset){change, offset_at(tz, change)};
        }
    }
    if (rc < 0) {
        free(offsets);
        return rc;
    }
    *ret = offsets;
    *ret_count = count;
    return 0;
}
