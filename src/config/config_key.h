/* config_key.h - a key of the configuration, its type, and the reader that all types share.
 *
 * The files of src/config, with the header of each by its name:
 *
 *   config_file.c    the file, its text
 *   config_yaml.c    text -> YAML document; the errors that name a place in it
 *   config_values.c  quantities with a unit, quoting, copies
 *   config_types.c   the types of keys: text, choice, quantity, date, lists of them
 *   config_url.c     the addresses; their types are in config_addresses.h
 *   config_credit.c, config_sla.c, config_holidays.c, config_domain.c   types of one section
 *   config_keys.c    the table of keys
 *   config.c         the walk: document -> structure, and the checks across keys (config_parse.h)
 *   config_show.c    structure -> JSON, YAML
 *   config_secret.c  the password
 *   config_files.c   checks of the files that the configuration names */
#ifndef QUALIODOO_CONFIG_CONFIG_KEY_H
#define QUALIODOO_CONFIG_CONFIG_KEY_H

#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

#include "qualiodoo/config/config.h"

/* Limits far above what a person writes; they bound memory and time for a generated file. */
#define CONFIG_MAX_DEPTH 16      /* a domain inside a domain inside a domain is 7 */
#define CONFIG_MAX_ITEMS 1000    /* of one list */
#define CONFIG_PATH_SIZE 96      /* "section.subsection.key" and its NUL */
#define CONFIG_EXPECTED_SIZE 400 /* what was expected */

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

#endif
