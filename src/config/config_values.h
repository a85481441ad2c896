/* config_values.h - quantities with a unit, quoting, copies; internal to config. */
#ifndef QUALIODOO_CONFIG_CONFIG_VALUES_H
#define QUALIODOO_CONFIG_CONFIG_VALUES_H

#include "config_key.h"

#define CONFIG_QUOTE_SIZE 100   /* what was found, quoted and cut */
#define CONFIG_QUANTITY_SIZE 32 /* "1440min" */

struct unit {
    const char *name;
    int64_t factor;
};

/* A number with a unit: how it is read, stored and written. `units` ends with a NULL name and
 * begins with the smallest unit; a factor is how many of the stored unit the unit is. */
struct quantity {
    const char *noun; /* "a duration such as 10s" */
    const struct unit *units;
    bool is_int; /* stored in an int; else in an int64_t */
    bool bare;   /* a number in YAML too: quotes are an error */
};

extern const struct quantity config_milliseconds, config_whole_minutes, config_days, config_bytes,
    config_percent, config_number, config_hours_as_minutes, config_hours_as_seconds;
extern const struct unit config_period_units[];

enum scalar_kind { SCALAR_TEXT, SCALAR_NULL, SCALAR_BOOL, SCALAR_INTEGER, SCALAR_REAL };

/* What an unquoted scalar means in YAML. */
enum scalar_kind config_scalar_kind(const char *text);

/* Reads "1.5h". False unless it is a number with one of `units` that is whole in the stored unit.
 * *ret_unit is the unit found; `ret_unit` may be NULL. */
bool config_quantity_read(const char *text, const struct unit *units, int64_t *ret_value,
                          const struct unit **ret_unit);
/* Writes `value` with the largest unit that leaves a whole number. */
char *config_quantity_write(int64_t value, const struct unit *units,
                            char text[CONFIG_QUANTITY_SIZE]);
/* "5m" -> "5min", "1,5h" -> "1.5h": a correct spelling of `text`, or NULL when there is none
 * between `min` and `max`. */
const char *config_quantity_suggest(const char *text, const struct unit *units, int64_t min,
                                    int64_t max, char suggestion[CONFIG_QUANTITY_SIZE]);

/* `text` in quotes, cut when long, without control characters (a terminal would obey them). */
char *config_quote(const char *text, char quoted[CONFIG_QUOTE_SIZE]);

/* Whether a text has no control character, no line end and no character that XML forbids. */
bool config_is_clean(const char *text);
/* Whether a text is config_is_clean() and not blank. */
bool config_is_line(const char *text);

/* Memory for a field; the key's drop() frees it. NULL, with the error set: out of memory. */
char *config_copy(const struct reader *reader, const char *text, size_t length);
void *config_zeroes(const struct reader *reader, size_t count, size_t size);

#endif
