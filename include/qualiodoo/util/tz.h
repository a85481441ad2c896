/* tz.h - time zones by name; tz.c hides GLib's GTimeZone. */
#ifndef QUALIODOO_UTIL_TZ_H
#define QUALIODOO_UTIL_TZ_H

#include <stddef.h>

#include "qualiodoo/util/units.h"

struct tz;

/* Opens an IANA zone ("Europe/Paris", "UTC"). Returns NULL when the name is unknown, rather than
 * UTC. The caller frees it with tz_free(). */
struct tz *tz_open(const char *name);
void tz_free(struct tz *tz); /* NULL is allowed */

/* The civil date of an instant in a zone. */
civil_day tz_civil_day(const struct tz *tz, instant when);

/* Writes the local time in a zone, YYYY-MM-DD HH:MM, into `text` and returns it. */
#define TZ_TEXT_SIZE 17
char *tz_format(const struct tz *tz, instant when, char text[TZ_TEXT_SIZE]);

/* A copy of `text` with each instant in it (YYYY-MM-DDTHH:MM:SSZ) written as local time in the
 * zone. On the heap (caller frees); NULL when memory is short. */
char *tz_localize(const struct tz *tz, const char *text);

/* The UTC offsets that hold between two instants, in order: the first is the one at `from`, each
 * later one begins within (from, to]. The caller frees *ret with free(). ERR_NO_MEMORY. */
int tz_offsets(const struct tz *tz, instant from, instant to, struct utc_offset **ret,
               size_t *ret_count);

#endif
