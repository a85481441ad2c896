/* config_internal.h - what the files of this room share.
 *
 *   config_file.c    the file, its text
 *   config_yaml.c    text -> YAML document; the errors that name a place in it
 *   config_values.c  quantities with a unit, quoting, copies
 *   config_types.c   the types of keys: text, choice, quantity, date, lists of them
 *   config_url.c     the addresses
 *   config_credit.c, config_sla.c, config_domain.c   the types that one section needs
 *   config_keys.c    the table of keys
 *   config.c         the walk: document -> structure, and the checks across keys
 *   config_show.c    structure -> JSON, YAML
 *   config_secret.c  the password */
#ifndef QUALIODOO_CONFIG_INTERNAL_H
#define QUALIODOO_CONFIG_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

#include "qualiodoo/config/config.h"

/* Limits: nothing a person writes comes near them; what a program writes is stopped early. */
#define CONFIG_MAX_FILE_SIZE (1 << 20)
#define CONFIG_MAX_DEPTH 16      /* a domain inside a domain inside a domain is 7 */
#define CONFIG_MAX_ITEMS 1000    /* of one list */
#define CONFIG_PATH_SIZE 96      /* "section.subsection.key" and its NUL */
#define CONFIG_QUOTE_SIZE 100    /* what was found, quoted and cut */
#define CONFIG_EXPECTED_SIZE 400 /* what was expected */
#define CONFIG_QUANTITY_SIZE 32  /* "1440min" */

/* ---- The reader ---- */

/* One reading of one file. The document of a default is read with a reader of its own. */
struct reader {
    const char *file; /* as the user named it */
    yaml_document_t *document;
    struct config *config;
    struct error *error;
};

struct key;

/* What the values of a key look like. Each function works on the field that `key` names. */
struct key_type {
    const char *expected; /* "a date YYYY-MM-DD" */
    /* Longer than `expected` (bounds, choices); NULL: `expected` is enough. */
    void (*describe)(const struct key *key, char text[CONFIG_EXPECTED_SIZE]);
    /* Checks `node` and stores it. The field is zeroed before. 0, or an error. */
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
    int64_t min, max;     /* quantities */
    const void *of;       /* choices: const char *const *; quantities: struct quantity */
    unsigned flags;
};

extern const struct key config_keys[];
extern const size_t config_n_keys;

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

/* The whole file on the heap, ended by a NUL that *ret_size leaves out. */
int config_file_read(const char *path, char **ret_text, size_t *ret_size, struct error *error);

/* ---- config_yaml.c ---- */

/* Parses one document with nothing clever in it (no alias, anchor, tag, tab) whose root is a
 * mapping. The caller deletes *ret_document with yaml_document_delete(). */
int config_yaml_parse(struct reader *reader, const char *text, size_t size,
                      yaml_document_t *ret_document);
/* Parses a snippet of ours: no check. */
int config_yaml_snippet(struct reader *reader, const char *text, yaml_document_t *ret_document);

/* The value at a dotted path, or NULL. With `deepest`, the nearest mapping above it instead. */
yaml_node_t *config_yaml_lookup(yaml_document_t *document, const char *path, bool deepest);

yaml_node_t *config_yaml_item(const struct reader *reader, const yaml_node_t *list, size_t index);
size_t config_yaml_count(const yaml_node_t *list); /* items or pairs */

/* The characters of a scalar, or NULL for a list, a mapping or a text with a NUL in it. */
const char *config_yaml_scalar(const yaml_node_t *node);
bool config_yaml_is_plain(const yaml_node_t *node); /* a scalar without quotes */
bool config_yaml_is_null(const yaml_node_t *node);

/* Error at a node: "FILE:LINE:COLUMN: PATH: MESSAGE". Both return ERR_CONFIG. */
int config_fail(const struct reader *reader, const yaml_node_t *node, const char *path,
                const char *format, ...) __attribute__((format(printf, 4, 5)));
/* "found 'x', expected ...; did you mean '...'?"; `suggestion` NULL leaves the end out. */
int config_fail_expected(const struct reader *reader, const yaml_node_t *node, const char *path,
                         const char *expected, const char *suggestion);
/* The same with what the key's type describes. */
int config_fail_key(const struct reader *reader, const yaml_node_t *node, const struct key *key,
                    const char *suggestion);

/* ---- config_values.c ---- */

struct unit {
    const char *name;
    int64_t factor;
};

/* A number with a unit: how it is read, stored and written. `units` ends with a NULL name, the
 * smallest unit comes first; the factor says how many of what is stored. */
struct quantity {
    const char *noun; /* "a duration such as 10s" */
    const struct unit *units;
    bool is_int; /* stored in an int; else in an int64_t */
    bool bare;   /* a number for YAML too: quotes are a mistake */
};

extern const struct quantity config_milliseconds, config_whole_minutes, config_days, config_bytes,
    config_percent, config_number, config_hours_as_minutes, config_hours_as_seconds;
extern const struct unit config_period_units[];

enum scalar_kind { SCALAR_TEXT, SCALAR_NULL, SCALAR_BOOL, SCALAR_INTEGER, SCALAR_REAL };

/* What an unquoted scalar means in YAML. */
enum scalar_kind config_scalar_kind(const char *text);

/* Reads "1.5h"; the value must be whole once multiplied. *ret_unit (may be NULL) tells the unit. */
bool config_quantity_read(const char *text, const struct unit *units, int64_t *ret_value,
                          const struct unit **ret_unit);
/* Writes `value` with the largest unit that leaves a whole number. */
char *config_quantity_write(int64_t value, const struct unit *units,
                            char text[CONFIG_QUANTITY_SIZE]);
/* "5m" -> "5min", "1,5h" -> "1.5h": the number with the unit that was meant, or NULL; never what is
 * below `min` or above `max`. */
const char *config_quantity_suggest(const char *text, const struct unit *units, int64_t min,
                                    int64_t max, char suggestion[CONFIG_QUANTITY_SIZE]);

/* `text` in quotes, cut when long, without the characters that would play with a terminal. */
char *config_quote(const char *text, char quoted[CONFIG_QUOTE_SIZE]);

/* Whether a text is without control characters, line ends and what XML forbids. */
bool config_is_clean(const char *text);
/* The same, and not blank. */
bool config_is_line(const char *text);

/* ---- Types ---- */

/* Memory for a field, which the key's drop() frees; NULL, with the error set, when it is short. */
char *config_copy(const struct reader *reader, const char *text, size_t length);
void *config_zeroes(const struct reader *reader, size_t count, size_t size);

/* A text that is one line, or an error that expects `expected`. *ret_text is borrowed. */
int config_line(const struct reader *reader, const yaml_node_t *node, const char *path,
                const char *expected, const char **ret_text);
/* Checks that `node` is a list of at most CONFIG_MAX_ITEMS. */
int config_list(const struct reader *reader, const yaml_node_t *node, const struct key *key,
                size_t *ret_count);

/* Appends, stealing `item`; without memory, or without `item`, *list becomes NULL. */
void config_append(json_t **list, json_t *item);

/* `count` of a unit that goes `per_hour` to the hour, as a number of hours. */
json_t *config_show_hours(int64_t count, int64_t per_hour);

/* Show and drop a field that is a string on the heap, or NULL. */
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

/* config_load() of a text in memory; `name` stands for the file in messages. */
int config_parse(const char *name, const char *text, size_t size, struct config **ret_config,
                 struct error *error);

#endif
