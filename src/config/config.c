/* config.c - from a document to a checked structure. The walk follows the file, so that the first
 * error of the file is the one reported; missing keys and checks across keys come after it. */
#include "qualiodoo/config/config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_file.h"
#include "config_key.h"
#include "config_keys.h"
#include "config_parse.h"
#include "config_values.h"
#include "config_yaml.h"
#include "qualiodoo/config/config_url.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/suggest.h"
#include "qualiodoo/util/tz.h"

/* ---- Unknown keys ---- */

/* Keys that do not exist but that people try, and what to write instead. */
static const struct {
    const char *path, *advice;
} elsewhere[] = {
    {"odoo.password", "put it alone in a file and name that in odoo.secret_file"},
    {"odoo.api_key", "put it alone in a file and name that in odoo.secret_file"},
    {"odoo.secret", "put it alone in a file and name that in odoo.secret_file"},
    {"odoo.user", "write odoo.login"},
    {"odoo.username", "write odoo.login"},
    {"odoo.host", "write odoo.url, with https://"},
    {"webhook.secret", "put it alone in a file and name that in webhook.secret_file"},
};

/* The part of a key's path that lies directly below `prefix` ("" or "section."), or NULL. */
static const char *part_below(const char *path, const char *prefix, char part[CONFIG_PATH_SIZE])
{
    size_t length = strlen(prefix);

    if (strncmp(path, prefix, length) != 0)
        return NULL;
    snprintf(part, CONFIG_PATH_SIZE, "%.*s", (int)strcspn(path + length, "."), path + length);
    return part;
}

/* Lists the keys below `prefix` in `text`, and finds the one nearest to `name`. */
static void list_known(const char *prefix, const char *name, char text[CONFIG_EXPECTED_SIZE],
                       char nearest[CONFIG_PATH_SIZE])
{
    char part[CONFIG_PATH_SIZE], last[CONFIG_PATH_SIZE] = "";
    size_t used = 0, best = SIZE_MAX;

    text[0] = nearest[0] = '\0';
    for (size_t i = 0; i < config_n_keys; i++) {
        if (!part_below(config_keys[i].path, prefix, part) || strcmp(part, last) == 0)
            continue;
        snprintf(last, sizeof last, "%s", part);
        if (used + strlen(part) + 3 < CONFIG_EXPECTED_SIZE)
            used += (size_t)snprintf(text + used, CONFIG_EXPECTED_SIZE - used, "%s%s",
                                     used ? ", " : "", part);
        if (suggest_better(name, part, &best))
            snprintf(nearest, CONFIG_PATH_SIZE, "%s", part);
    }
    if (nearest[0])
        return;
    /* Right name, wrong section? */
    for (size_t i = 0; i < config_n_keys && !nearest[0]; i++) {
        const char *dot = strrchr(config_keys[i].path, '.');

        if (dot && strcasecmp(dot + 1, name) == 0)
            snprintf(nearest, CONFIG_PATH_SIZE, "%s", config_keys[i].path);
    }
}

/* The key of a day that is written in French or in full; NULL: no such day. */
static const char *day_meant(const char *name)
{
    static const struct {
        const char *name, *key;
    } days[] = {
        {"lundi", "mon"},    {"mardi", "tue"},     {"mercredi", "wed"}, {"jeudi", "thu"},
        {"vendredi", "fri"}, {"samedi", "sat"},    {"dimanche", "sun"}, {"monday", "mon"},
        {"tuesday", "tue"},  {"wednesday", "wed"}, {"thursday", "thu"}, {"friday", "fri"},
        {"saturday", "sat"}, {"sunday", "sun"},
    };
    size_t length = strlen(name);

    for (size_t i = 0; length >= 3 && i < sizeof days / sizeof *days; i++) {
        if (strncasecmp(days[i].name, name, length) == 0)
            return days[i].key;
    }
    return NULL;
}

static int fail_unknown(const struct reader *reader, const yaml_node_t *node, const char *prefix,
                        const char *name)
{
    char path[CONFIG_PATH_SIZE], known[CONFIG_EXPECTED_SIZE], nearest[CONFIG_PATH_SIZE];
    char quoted[CONFIG_QUOTE_SIZE];
    int section = (int)strlen(prefix) - (*prefix != '\0');

    snprintf(path, sizeof path, "%.*s", section, prefix);
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
        if (strncmp(elsewhere[i].path, prefix, strlen(prefix)) == 0 &&
            strcmp(elsewhere[i].path + strlen(prefix), name) == 0)
            return config_fail(reader, node, path, "found the unknown key '%s'; %s", name,
                               elsewhere[i].advice);
    }
    list_known(prefix, name, known, nearest);
    if (strcmp(prefix, "sla.hours.") == 0 && day_meant(name))
        snprintf(nearest, sizeof nearest, "%s", day_meant(name));
    return config_fail(reader, node, path, "found the unknown key %s, expected one of: %s%s%s%s",
                       config_quote(name, quoted), known, nearest[0] ? "; did you mean '" : "",
                       nearest, nearest[0] ? "'?" : "");
}

/* ---- The walk ---- */

static bool is_repeated(const struct reader *reader, const yaml_node_t *mapping,
                        const yaml_node_pair_t *pair, const char *name)
{
    const yaml_node_pair_t *other = mapping->data.mapping.pairs.start;

    for (; other < pair; other++) {
        const char *text = config_yaml_scalar(yaml_document_get_node(reader->document, other->key));

        if (text && strcmp(text, name) == 0)
            return true;
    }
    return false;
}

static int read_section(struct reader *reader, const yaml_node_t *node, const char *path);

static int read_pair(struct reader *reader, const yaml_node_t *mapping,
                     const yaml_node_pair_t *pair, const char *prefix)
{
    yaml_node_t *name = yaml_document_get_node(reader->document, pair->key);
    yaml_node_t *value = yaml_document_get_node(reader->document, pair->value);
    const char *text = config_yaml_scalar(name);
    char path[CONFIG_PATH_SIZE];
    const struct key *key;

    if (!text)
        return config_fail_expected(reader, name, "", "the name of a key", NULL);
    if (strchr(text, '.') || snprintf(path, sizeof path, "%s%s", prefix, text) >= (int)sizeof path)
        return fail_unknown(reader, name, prefix, text);
    key = config_key_find(path);
    if (!key && (!*text || !config_is_section(path)))
        return fail_unknown(reader, name, prefix, text);
    if (is_repeated(reader, mapping, pair, text))
        return config_fail(reader, name, path, "found a second time, expected once");
    return key ? key->type->set(reader, key, value) : read_section(reader, value, path);
}

static int read_section(struct reader *reader, const yaml_node_t *node, const char *path)
{
    const yaml_node_pair_t *pair;
    char prefix[CONFIG_PATH_SIZE + 1];
    int rc = 0;

    if (config_yaml_is_null(node)) /* "sla:" with all its keys left out or commented */
        return 0;
    if (node->type != YAML_MAPPING_NODE)
        return config_fail_expected(reader, node, path, "keys below it", NULL);
    snprintf(prefix, sizeof prefix, "%s%s", path, *path ? "." : "");
    for (pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top && !rc; pair++)
        rc = read_pair(reader, node, pair, prefix);
    return rc;
}

/* ---- Defaults ---- */

static int set_default(const struct reader *reader, const struct key *key)
{
    yaml_document_t document;
    struct reader inner = *reader;
    int rc;

    inner.document = &document;
    rc = config_yaml_snippet(&inner, key->fallback, &document);
    if (rc)
        return rc;
    rc = key->type->set(&inner, key, yaml_document_get_root_node(&document));
    yaml_document_delete(&document);
    return rc;
}

static int fail_missing(const struct reader *reader, const struct key *key)
{
    const yaml_node_t *above = config_yaml_lookup(reader->document, key->path, true);

    return config_fail(reader, above, key->path, "missing, expected %s", key->type->expected);
}

static int set_defaults(const struct reader *reader)
{
    int rc = 0;

    for (size_t i = 0; i < config_n_keys && !rc; i++) {
        const struct key *key = &config_keys[i];

        if (config_yaml_lookup(reader->document, key->path, false))
            continue;
        rc = key->fallback ? set_default(reader, key) : fail_missing(reader, key);
    }
    return rc;
}

/* ---- Checks across keys ---- */

/* The node that an error of `path` names: the key's value, or the section that lacks it. */
static const yaml_node_t *blame(const struct reader *reader, const char *path)
{
    return config_yaml_lookup(reader->document, path, true);
}

static int check_http(const struct reader *reader)
{
    const struct config *config = reader->config;

    if (strncmp(config->odoo.url, "http:", 5) != 0 || config->odoo.allow_http ||
        config_url_is_loopback(config->odoo.url))
        return 0;
    return config_fail(reader, blame(reader, "odoo.url"), "odoo.url",
                       "found '%.200s', expected https://: over http the password is readable on "
                       "the way; if that network is yours alone, set odoo.allow_http: true",
                       config->odoo.url);
}

static int check_domain(const struct reader *reader)
{
    const struct config *config = reader->config;

    if (config->tickets.flavour != FLAVOUR_TASK || json_array_size(config->tickets.domain) > 0)
        return 0;
    return config_fail(reader, blame(reader, "tickets.domain"), "tickets.domain",
                       "found none, expected a domain that tells support tasks from the others, "
                       "such as [[project_id, =, 3]]: tickets.flavour: task needs it");
}

static int check_hours(const struct reader *reader)
{
    const struct config *config = reader->config;
    bool own = config->sla.calendar == CALENDAR_CONFIG;
    bool given = config_yaml_lookup(reader->document, "sla.hours", false) != NULL;
    size_t intervals = 0;

    for (int day = 0; day < 7; day++)
        intervals += config->sla.n_hours[day];
    if (own && !given)
        return config_fail(reader, blame(reader, "sla.hours"), "sla.hours",
                           "missing, expected the opening hours {mon: [09:00-12:00, "
                           "14:00-18:00], ...}: sla.calendar: config needs them");
    if (!own && given)
        return config_fail(reader, blame(reader, "sla.hours"), "sla.hours",
                           "found opening hours, expected none: they count only with "
                           "sla.calendar: config; else Odoo's calendar has them");
    if (own && intervals == 0)
        return config_fail(reader, blame(reader, "sla.hours"), "sla.hours",
                           "found no working time, expected at least one interval in the week");
    return 0;
}

static int check_holidays(const struct reader *reader)
{
    const struct config *config = reader->config;

    if (config->sla.calendar == CALENDAR_CONFIG ||
        (config->sla.holidays.sets == HOLIDAYS_FRANCE && !config->sla.holidays.without &&
         config->sla.holidays.n_yearly + config->sla.holidays.n_dates == 0))
        return 0;
    return config_fail(reader, blame(reader, "sla.holidays"), "sla.holidays",
                       "found holidays, expected none: they count only with sla.calendar: "
                       "config; else the leaves of Odoo's calendar do");
}

static int check_writeback(const struct reader *reader)
{
    const struct config *config = reader->config;

    if (!config->writeback.enabled || config->writeback.has_since)
        return 0;
    return config_fail(reader, blame(reader, "writeback.since"), "writeback.since",
                       "missing, expected a date YYYY-MM-DD (nothing older is ever flagged), or "
                       "writeback.enabled: false to compute without writing (shadow mode)");
}

/* With a date in the future, nothing would be flagged until then, without a message. Compared with
 * the real clock: --now must not make a configuration invalid. */
static int check_since(const struct reader *reader)
{
    const struct config *config = reader->config;
    char since[CIVIL_TEXT_SIZE], today[CIVIL_TEXT_SIZE];
    struct tz *zone;
    civil_day day;

    if (!config->writeback.has_since)
        return 0;
    zone = tz_open(config->timezone);
    if (!zone)
        return error_memory(reader->error);
    day = tz_civil_day(zone, clock_real());
    tz_free(zone);
    if (config->writeback.since <= day)
        return 0;
    return config_fail(reader, blame(reader, "writeback.since"), "writeback.since",
                       "found %s, expected a date that is not after today (%s)",
                       civil_format(config->writeback.since, since), civil_format(day, today));
}

static int check_together(const struct reader *reader)
{
    static int (*const checks[])(const struct reader *) = {
        check_http, check_domain, check_hours, check_holidays, check_writeback, check_since};
    int rc = 0;

    for (size_t i = 0; i < sizeof checks / sizeof *checks && !rc; i++)
        rc = checks[i](reader);
    return rc;
}

/* ---- The whole ---- */

static int read_document(struct reader *reader, const char *text, size_t size)
{
    yaml_document_t document;
    int rc = config_yaml_parse(reader, text, size, &document);

    if (rc)
        return rc;
    reader->document = &document;
    rc = read_section(reader, yaml_document_get_root_node(&document), "");
    if (!rc)
        rc = set_defaults(reader);
    if (!rc)
        rc = check_together(reader);
    reader->document = NULL;
    yaml_document_delete(&document);
    return rc;
}

int config_parse(const char *name, const char *text, size_t size, struct config **ret_config,
                 struct error *error)
{
    struct error unused = {0};
    struct reader reader = {.file = name, .error = error ? error : &unused};
    int rc;

    reader.config = calloc(1, sizeof *reader.config);
    if (!reader.config)
        return error_memory(error);
    reader.config->path = strdup(name);
    rc = reader.config->path ? read_document(&reader, text, size) : error_memory(error);
    if (rc)
        config_free(reader.config);
    else
        *ret_config = reader.config;
    return rc;
}

int config_load(const char *path, struct config **ret_config, struct error *error)
{
    char *text;
    size_t size;
    int rc = config_file_read(path, &text, &size, error);

    if (rc)
        return rc;
    rc = config_parse(path, text, size, ret_config, error);
    free(text);
    return rc;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    for (size_t i = 0; i < config_n_keys; i++) {
        if (config_keys[i].type->drop)
            config_keys[i].type->drop(&config_keys[i], config);
    }
    free(config->path);
    free(config);
}
