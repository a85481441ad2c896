/* config_internal.h - what the files of src/config share.
 *
 *   config_file.c    the file, its text
 *   config_yaml.c    text -> YAML document; the errors that name a place in it
 *   config_values.c  quantities with a unit, quoting, copies
 *   config_types.c   the types of keys: text, choice, quantity, date, lists of them
 *   config_url.c     the addresses
 *   config_credit.c, config_sla.c, config_holidays.c, config_domain.c   types of one section
 *   config_keys.c    the table of keys
 *   config.c         the walk: document -> structure, and the checks across keys
 *   config_show.c    structure -> JSON, YAML
 *   config_secret.c  the password
 *   config_files.c   checks of the files that the configuration names */
#ifndef QUALIODOO_CONFIG_INTERNAL_H
#define QUALIODOO_CONFIG_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

#include "qualiodoo/config/config.h"

/* Limits far above what a person writes; they bound memory and time for a generated file. */
#define CONFIG_MAX_FILE_SIZE (1 << 20)
#define CONFIG_MAX_DEPTH 16      /* a domain inside a domain inside a domain is 7 */
#define CONFIG_MAX_ITEMS 1000    /* of one list */
#define CONFIG_PATH_SIZE 96      /* "section.subsection.key" and its NUL */
#define CONFIG_QUOTE_SIZE 100    /* what was found, quoted and cut */
#define CONFIG_EXPECTED_SIZE 400 /* what was expected */
#define CONFIG_QUANTITY_SIZE 32  /* "1440min" */

/* ---- The reader ---- */

/* The state of reading one file. A default value is a document of its own: see set_default(). */
struct reader {
    const char *file; /* as the user named it */
    yaml_document_t *document;
    struct config *config;
    struct error *error;
};

struct key;

/* How the values of a key are read and written. Each function works on the field of `key`. */
struct key_type {
    const char *expected; /* "a date YYYY-MM-DD" */
    /* Writes what is expected with bounds and choices; NULL: `expected` is enough. */
    void (*describe)(const struct key *key, char text[CONFIG_EXPECTED_SIZE]);
    /* Checks `node` and stores it into the field, which is still zero. Returns 0 or an error. */
    int (*set)(struct reader *reader, const struct key *key, yaml_node_t *node);
    /* The value as it is written in the file: a new reference, NULL when memory is short. */
    json_t *(*show)(const struct key *key, const struct config *config);
    /* Frees what `set` allocated; NULL: nothing. */
    void (*drop)(const struct key *key, struct config *config);
};

enum {
    KEY_OWN_CALENDAR = 1, /* means something only with sla.calendar: config */
};

struct key {
    const char *path;
    const struct key_type *type;
    const char *fallback; /* the default, as YAML; NULL: the key is required */
    size_t field;         /* offset in struct config */
    size_t companion;     /* offset of its count or of its has_... flag */
    int64_t min, max;     /* of a quantity, in the unit that is stored */
    const void *of;       /* choices: const char *const *; quantities: struct quantity */
    unsigned flags;
};

extern const struct key config_keys[];
extern const size_t config_n_keys;

/* The key of that path, or NULL. */
const struct key *config_key_find(const char *path);

/* Whether some key lies below `path` ("" is the root). */
bool config_is_section(const char *path);

static inline void *config_field(const struct key *key, struct config *config)
{
    return (char *)config + key->field;
}

static inline const void *config_field_const(const struct key *key, const struct config *config)
{
    return (const char *)config + key->field;
}

static inline void *config_companion(const struct key *key, struct config *config)
{
    return (char *)config + key->companion;
}

static inline size_t config_count(const struct key *key, const struct config *config)
{
    return *(const size_t *)((const char *)config + key->companion);
}

/* ---- config_file.c ---- */

/* The whole file on the heap (the caller frees it), ended by a NUL that *ret_size does not count.
 * ERR_CONFIG when it cannot be read or is larger than CONFIG_MAX_FILE_SIZE. */
int config_file_read(const char *path, char **ret_text, size_t *ret_size, struct error *error);

/* Sets an error from errno: the file at `path`, which holds the `what` ("secret"), cannot be read.
 * `missing` is appended when there is no such file. Returns ERR_CONFIG. */
int config_fail_read(const char *path, const char *what, const char *missing, struct error *error);

/* ---- config_yaml.c ---- */

/* Parses one document whose root is a mapping. Aliases, anchors, tags and tabs in the indentation
 * are ERR_CONFIG: a configuration file needs none. The caller deletes *ret_document with
 * yaml_document_delete(). */
int config_yaml_parse(struct reader *reader, const char *text, size_t size,
                      yaml_document_t *ret_document);
/* Parses the default of a key, without the checks of config_yaml_parse(). */
int config_yaml_snippet(struct reader *reader, const char *text, yaml_document_t *ret_document);

/* The value at a dotted path. When there is none: NULL or, with `deepest`, the node that the path
 * leads to as far as it exists. */
yaml_node_t *config_yaml_lookup(yaml_document_t *document, const char *path, bool deepest);

yaml_node_t *config_yaml_item(const struct reader *reader, const yaml_node_t *list, size_t index);
size_t config_yaml_count(const yaml_node_t *list); /* items or pairs */

/* The characters of a scalar, or NULL for a list, a mapping or a text with a NUL in it. */
const char *config_yaml_scalar(const yaml_node_t *node);
bool config_yaml_is_plain(const yaml_node_t *node); /* a scalar without quotes */
bool config_yaml_is_null(const yaml_node_t *node);

/* Sets an error at a node: "FILE:LINE:COLUMN: PATH: MESSAGE". Returns ERR_CONFIG, as the next
 * two. */
int config_fail(const struct reader *reader, const yaml_node_t *node, const char *path,
                const char *format, ...) __attribute__((format(printf, 4, 5)));
/* "found 'x', expected ...; did you mean '...'?"; without a `suggestion` (NULL), no question. */
int config_fail_expected(const struct reader *reader, const yaml_node_t *node, const char *path,
                         const char *expected, const char *suggestion);
/* config_fail_expected() with what the key's type expects. */
int config_fail_key(const struct reader *reader, const yaml_node_t *node, const struct key *key,
                    const char *suggestion);

/* ---- config_values.c ---- */

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

/* ---- Types ---- */

/* Memory for a field; the key's drop() frees it. NULL, with the error set: out of memory. */
char *config_copy(const struct reader *reader, const char *text, size_t length);
void *config_zeroes(const struct reader *reader, size_t count, size_t size);

/* The text of `node` if config_is_line(), else an error that says `expected`. *ret_text is borrowed
 * from the document. */
int config_line(const struct reader *reader, const yaml_node_t *node, const char *path,
                const char *expected, const char **ret_text);
/* Checks that `node` is a list of at most CONFIG_MAX_ITEMS; *ret_count is how many it has. */
int config_list(const struct reader *reader, const yaml_node_t *node, const struct key *key,
                size_t *ret_count);

/* `count` units as a number of hours; an hour has `per_hour` of them. */
json_t *config_show_hours(int64_t count, int64_t per_hour);

/* show() and drop() of a field that is a string on the heap, or NULL. */
json_t *config_show_text(const struct key *key, const struct config *config);
void config_drop_text(const struct key *key, struct config *config);

extern const struct key_type config_text, config_optional_text, config_bool, config_choice,
    config_quantity, config_optional_quantity, config_period, config_optional_date, config_texts,
    config_days_list;
extern const struct key_type config_url, config_proxy, config_listen, config_timezone, config_tag;
extern const struct key_type config_packs;
extern const struct key_type config_calendar, config_opening, config_holidays, config_target,
    config_response;
extern const struct key_type config_domain;

/* ---- config.c ---- */

/* As config_load(), from a text in memory of `size` bytes; messages call it `name`. */
int config_parse(const char *name, const char *text, size_t size, struct config **ret_config,
                 struct error *error);

#endif
