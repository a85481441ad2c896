/* config_types.c - the types of keys that any section can use. */
#include "config_types.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_key.h"
#include "config_values.h"
#include "config_yaml.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/suggest.h"

/* ---- Text ---- */

int config_line(const struct reader *reader, const yaml_node_t *node, const char *path,
                const char *expected, const char **ret_text)
{
    const char *text = config_yaml_scalar(node);
    enum scalar_kind kind =
        text && config_yaml_is_plain(node) ? config_scalar_kind(text) : SCALAR_TEXT;

    if (!text || kind == SCALAR_NULL || kind == SCALAR_BOOL || !config_is_line(text))
        return config_fail_expected(reader, node, path, expected, NULL);
    *ret_text = text;
    return 0;
}

static int set_text(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    char **field = config_field(key, reader->config);
    const char *text = "";
    int rc = config_line(reader, node, key->path, key->type->expected, &text);

    if (rc)
        return rc;
    *field = config_copy(reader, text, strlen(text));
    return *field ? 0 : ERR_NO_MEMORY;
}

static int set_optional_text(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    return config_yaml_is_null(node) ? 0 : set_text(reader, key, node);
}

json_t *config_show_text(const struct key *key, const struct config *config)
{
    const char *const *field = config_field_const(key, config);

    return *field ? json_string(*field) : json_null();
}

void config_drop_text(const struct key *key, struct config *config)
{
    char **field = config_field(key, config);

    free(*field);
}

const struct key_type config_text = {.expected = "a text of one line",
                                     .set = set_text,
                                     .show = config_show_text,
                                     .drop = config_drop_text};

const struct key_type config_optional_text = {.expected = "a text of one line, or null",
                                              .set = set_optional_text,
                                              .show = config_show_text,
                                              .drop = config_drop_text};

/* ---- The tag of a breach: a text, or none ---- */

static int set_tag(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    const char *text = config_yaml_scalar(node);

    if (text && config_yaml_is_plain(node) && strcasecmp(text, "false") == 0)
        return 0;
    return set_optional_text(reader, key, node);
}

const struct key_type config_tag = {.expected = "the name of a tag, or false",
                                    .set = set_tag,
                                    .show = config_show_text,
                                    .drop = config_drop_text};

/* ---- Yes or no ---- */

static int set_bool(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    static const struct {
        const char *word, *meant;
    } other_words[] = {{"yes", "true"}, {"on", "true"},   {"y", "true"},    {"oui", "true"},
                       {"1", "true"},   {"true", "true"}, {"no", "false"},  {"off", "false"},
                       {"n", "false"},  {"0", "false"},   {"non", "false"}, {"false", "false"}};
    bool *field = config_field(key, reader->config);
    const char *text = config_yaml_scalar(node), *suggestion = NULL;

    if (text && config_yaml_is_plain(node) && config_scalar_kind(text) == SCALAR_BOOL) {
        *field = *text == 't' || *text == 'T';
        return 0;
    }
    for (size_t i = 0; text && i < sizeof other_words / sizeof *other_words; i++) {
        if (strcasecmp(text, other_words[i].word) == 0)
            suggestion = other_words[i].meant;
    }
    return config_fail_key(reader, node, key, suggestion);
}

static json_t *show_bool(const struct key *key, const struct config *config)
{
    const bool *field = config_field_const(key, config);

    return json_boolean(*field);
}

const struct key_type config_bool = {
    .expected = "true or false, without quotes", .set = set_bool, .show = show_bool};

/* ---- One of a few words; the field is an enum whose values are the indices of the words ---- */

static void describe_choice(const struct key *key, char text[CONFIG_EXPECTED_SIZE])
{
    const char *const *words = key->of;
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; words[i] && used < CONFIG_EXPECTED_SIZE - 64; i++) {
        const char *separator = i == 0 ? "" : words[i + 1] ? ", " : " or ";

        used += (size_t)snprintf(text + used, CONFIG_EXPECTED_SIZE - used, "%s%.40s", separator,
                                 words[i]);
    }
}

static int set_choice(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    const char *const *words = key->of;
    const char *text = config_yaml_scalar(node);

    for (unsigned i = 0; text && words[i]; i++) {
        if (strcmp(text, words[i]) == 0) {
            memcpy(config_field(key, reader->config), &i, sizeof i);
            return 0;
        }
    }
    return config_fail_key(reader, node, key, text ? suggest_nearest(text, words) : NULL);
}

static json_t *show_choice(const struct key *key, const struct config *config)
{
    const char *const *words = key->of;
    unsigned value;

    memcpy(&value, config_field_const(key, config), sizeof value);
    return json_string(words[value]);
}

_Static_assert(sizeof(enum config_flavour) == sizeof(unsigned), "choices are stored as unsigned");

const struct key_type config_choice = {
    .describe = describe_choice, .set = set_choice, .show = show_choice};

/* ---- A number with its unit ---- */

static void describe_quantity(const struct key *key, char text[CONFIG_EXPECTED_SIZE])
{
    const struct quantity *quantity = key->of;
    char min[CONFIG_QUANTITY_SIZE], max[CONFIG_QUANTITY_SIZE];

    snprintf(text, CONFIG_EXPECTED_SIZE, "%s from %s to %s", quantity->noun,
             config_quantity_write(key->min, quantity->units, min),
             config_quantity_write(key->max, quantity->units, max));
}

static int set_quantity(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    const struct quantity *quantity = key->of;
    const char *text = config_yaml_scalar(node), *suggestion = NULL;
    char meant[CONFIG_QUANTITY_SIZE];
    int64_t value;

    if (text && config_quantity_read(text, quantity->units, &value, NULL)) {
        bool quoted = quantity->bare && !config_yaml_is_plain(node);

        if (!quoted && value >= key->min && value <= key->max) {
            if (quantity->is_int)
                *(int *)config_field(key, reader->config) = (int)value;
            else
                *(int64_t *)config_field(key, reader->config) = value;
            return 0;
        }
        if (quoted)
            return config_fail(reader, node, key->path,
                               "found '%s' in quotes, which make it a text; expected %s without "
                               "quotes",
                               text, quantity->noun);
    } else if (text) {
        suggestion = config_quantity_suggest(text, quantity->units, key->min, key->max, meant);
    }
    return config_fail_key(reader, node, key, suggestion);
}

static json_t *show_quantity(const struct key *key, const struct config *config)
{
    const struct quantity *quantity = key->of;
    const void *field = config_field_const(key, config);
    int64_t value = quantity->is_int ? *(const int *)field : *(const int64_t *)field;
    char text[CONFIG_QUANTITY_SIZE];

    if (quantity->bare)
        return json_integer(value);
    return json_string(config_quantity_write(value, quantity->units, text));
}

const struct key_type config_quantity = {
    .describe = describe_quantity, .set = set_quantity, .show = show_quantity};

/* ---- A number with its unit, or null, which is stored as 0: `min` is above 0 ---- */

static void describe_optional_quantity(const struct key *key, char text[CONFIG_EXPECTED_SIZE])
{
    size_t used;

    describe_quantity(key, text);
    used = strlen(text);
    snprintf(text + used, CONFIG_EXPECTED_SIZE - used, ", or null");
}

static int set_optional_quantity(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    return config_yaml_is_null(node) ? 0 : set_quantity(reader, key, node);
}

static json_t *show_optional_quantity(const struct key *key, const struct config *config)
{
    const int64_t *field = config_field_const(key, config);

    return *field ? show_quantity(key, config) : json_null();
}

const struct key_type config_optional_quantity = {.describe = describe_optional_quantity,
                                                  .set = set_optional_quantity,
                                                  .show = show_optional_quantity};

/* ---- A period of the calendar: days, months or years ---- */

static int set_period(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    struct config_period *field = config_field(key, reader->config);
    const char *text = config_yaml_scalar(node);
    char meant[CONFIG_QUANTITY_SIZE];
    const struct unit *unit;
    int64_t value;
    int *part, most;

    if (!text)
        return config_fail_key(reader, node, key, NULL);
    if (!config_quantity_read(text, config_period_units, &value, &unit))
        return config_fail_key(reader, node, key,
                               config_quantity_suggest(text, config_period_units, 1, 36500, meant));
    part = *unit->name == 'y' ? &field->years : *unit->name == 'm' ? &field->months : &field->days;
    most = part == &field->years ? 100 : part == &field->months ? 1200 : 36500;
    if (value < 1 || value > most)
        return config_fail_key(reader, node, key, NULL);
    *part = (int)value;
    return 0;
}

static json_t *show_period(const struct key *key, const struct config *config)
{
    const struct config_period *field = config_field_const(key, config);

    if (field->months)
        return json_sprintf("%dmo", field->months);
    return field->years ? json_sprintf("%dy", field->years) : json_sprintf("%dd", field->days);
}

const struct key_type config_period = {
    .expected = "a period in years, months or days, such as 1y, 18mo or 365d, up to 100y",
    .set = set_period,
    .show = show_period};

/* ---- A date, or none; the companion is the has_ flag ---- */

static int set_optional_date(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    bool *has = config_companion(key, reader->config);
    const char *text = config_yaml_scalar(node);

    if (config_yaml_is_null(node))
        return 0;
    if (!text || !civil_parse(text, config_field(key, reader->config)))
        return config_fail_key(reader, node, key, NULL);
    *has = true;
    return 0;
}

static json_t *show_optional_date(const struct key *key, const struct config *config)
{
    const bool *has = (const void *)((const char *)config + key->companion);
    const civil_day *field = config_field_const(key, config);
    char text[CIVIL_TEXT_SIZE];

    return *has ? json_string(civil_format(*field, text)) : json_null();
}

const struct key_type config_optional_date = {.expected = "a date YYYY-MM-DD that exists, or null",
                                              .set = set_optional_date,
                                              .show = show_optional_date};

/* ---- Lists; the companion is the count ---- */

int config_list(const struct reader *reader, const yaml_node_t *node, const struct key *key,
                size_t *ret_count)
{
    if (node->type != YAML_SEQUENCE_NODE)
        return config_fail_key(reader, node, key, NULL);
    if (config_yaml_count(node) > CONFIG_MAX_ITEMS)
        return config_fail(reader, node, key->path, "found %zu items, expected at most %d",
                           config_yaml_count(node), CONFIG_MAX_ITEMS);
    *ret_count = config_yaml_count(node);
    return 0;
}

static int set_texts(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    char ***field = config_field(key, reader->config);
    size_t *count = config_companion(key, reader->config);
    size_t n = 0;
    int rc = config_list(reader, node, key, &n);

    if (rc || n == 0)
        return rc;
    *field = config_zeroes(reader, n, sizeof **field);
    if (!*field)
        return ERR_NO_MEMORY;
    while (*count < n) {
        const char *text = "";

        rc = config_line(reader, config_yaml_item(reader, node, *count), key->path,
                         "a text of one line", &text);
        if (rc)
            return rc;
        (*field)[*count] = config_copy(reader, text, strlen(text));
        if (!(*field)[*count])
            return ERR_NO_MEMORY;
        ++*count;
    }
    return 0;
}

static json_t *show_texts(const struct key *key, const struct config *config)
{
    char *const *const *field = config_field_const(key, config);
    json_t *list = json_array();

    for (size_t i = 0; i < config_count(key, config); i++)
        json_build_add(&list, json_string((*field)[i]));
    return list;
}

static void drop_texts(const struct key *key, struct config *config)
{
    char ***field = config_field(key, config);

    for (size_t i = 0; i < config_count(key, config); i++)
        free((*field)[i]);
    free(*field);
}

const struct key_type config_texts = {.expected = "a list of texts, such as [one, two]",
                                      .set = set_texts,
                                      .show = show_texts,
                                      .drop = drop_texts};

static bool has_int(const int *numbers, size_t count, int64_t wanted)
{
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] == wanted)
            return true;
    }
    return false;
}

static int set_days_list(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    int **field = config_field(key, reader->config);
    size_t *count = config_companion(key, reader->config);
    size_t n = 0;
    int rc = config_list(reader, node, key, &n);

    if (rc || n == 0)
        return rc;
    *field = config_zeroes(reader, n, sizeof **field);
    if (!*field)
        return ERR_NO_MEMORY;
    for (; *count < n; ++*count) {
        const yaml_node_t *item = config_yaml_item(reader, node, *count);
        const char *text = config_yaml_scalar(item);
        char meant[CONFIG_QUANTITY_SIZE];
        int64_t days;

        if (!text || !config_quantity_read(text, config_days.units, &days, NULL) || days < 1 ||
            days > 36500)
            return config_fail_expected(
                reader, item, key->path, "a number of days from 1d to 36500d",
                text ? config_quantity_suggest(text, config_days.units, 1, 36500, meant) : NULL);
        if (has_int(*field, *count, days))
            return config_fail(reader, item, key->path, "found '%s' twice, expected it once", text);
        (*field)[*count] = (int)days;
    }
    return 0;
}

static json_t *show_days_list(const struct key *key, const struct config *config)
{
    int *const *field = config_field_const(key, config);
    json_t *list = json_array();

    for (size_t i = 0; i < config_count(key, config); i++)
        json_build_add(&list, json_sprintf("%dd", (*field)[i]));
    return list;
}

static void drop_days_list(const struct key *key, struct config *config)
{
    int **field = config_field(key, config);

    free(*field);
}

const struct key_type config_days_list = {.expected = "a list of days, such as [30d, 7d]",
                                          .set = set_days_list,
                                          .show = show_days_list,
                                          .drop = drop_days_list};
