/* config_sla.c - the types of the section sla: calendar, opening hours, targets, responses. */
#include "config_sla.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_key.h"
#include "config_types.h"
#include "config_values.h"
#include "config_yaml.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/suggest.h"

#define MINUTES_PER_DAY 1440
#define MAX_TARGET_SECONDS (10000 * INT64_C(3600))
#define MAX_TARGET_DAYS 1000

/* ---- sla.calendar: odoo, odoo:ID or config ---- */

static int set_calendar(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    static const char *const words[] = {"odoo", "config", NULL};
    static const char prefix[] = "odoo:";
    struct config *config = reader->config;
    const char *text = config_yaml_scalar(node);
    int64_t id;

    if (text && strcmp(text, "odoo") == 0) {
        config->sla.calendar = CALENDAR_ODOO;
        return 0;
    }
    if (text && strcmp(text, "config") == 0) {
        config->sla.calendar = CALENDAR_CONFIG;
        return 0;
    }
    if (text && strncmp(text, prefix, sizeof prefix - 1) == 0 &&
        config_quantity_read(text + sizeof prefix - 1, config_number.units, &id, NULL) && id > 0 &&
        id <= INT32_MAX) {
        config->sla.calendar = CALENDAR_ODOO;
        config->sla.calendar_id = id;
        return 0;
    }
    return config_fail_key(reader, node, key, text ? suggest_nearest(text, words) : NULL);
}

static json_t *show_calendar(const struct key *key, const struct config *config)
{
    (void)key;
    if (config->sla.calendar == CALENDAR_CONFIG)
        return json_string("config");
    if (config->sla.calendar_id)
        return json_sprintf("odoo:%lld", (long long)config->sla.calendar_id);
    return json_string("odoo");
}

const struct key_type config_calendar = {
    .expected = "odoo, odoo:ID (the number of a working schedule) or config",
    .set = set_calendar,
    .show = show_calendar};

/* ---- sla.hours.DAY: a list of HH:MM-HH:MM; the key's field and companion are those of the day */

#define INTERVAL_EXPECTED "an interval HH:MM-HH:MM that ends after it starts, such as 09:00-12:00"

/* HH:MM at the start of `text`, 00:00 to 24:00, as a minute of the day; -1 when it is not one. */
static int read_clock(const char *text)
{
    static const char digits[] = "0123456789";
    int hour, minute;

    if (strspn(text, digits) != 2 || text[2] != ':' || strspn(text + 3, digits) != 2)
        return -1;
    hour = (text[0] - '0') * 10 + text[1] - '0';
    minute = (text[3] - '0') * 10 + text[4] - '0';
    if (minute > 59 || hour * 60 + minute > MINUTES_PER_DAY)
        return -1;
    return hour * 60 + minute;
}

static int read_interval(const struct reader *reader, const struct key *key,
                         const yaml_node_t *node, struct config_interval *ret_interval)
{
    const char *text = config_yaml_scalar(node);
    int start, end;

    if (!text || strlen(text) != strlen("HH:MM-HH:MM") || text[5] != '-')
        return config_fail_expected(reader, node, key->path, INTERVAL_EXPECTED, NULL);
    start = read_clock(text);
    end = read_clock(text + 6);
    if (start < 0 || end <= start)
        return config_fail_expected(reader, node, key->path, INTERVAL_EXPECTED, NULL);
    *ret_interval = (struct config_interval){start, end};
    return 0;
}

/* Inserts an interval in order of time; false when it overlaps another. */
static bool insert_interval(struct config_interval *list, size_t *count,
                            struct config_interval interval)
{
    size_t place = *count;

    while (place > 0 && list[place - 1].start_minute >= interval.end_minute)
        place--;
    if (place > 0 && list[place - 1].end_minute > interval.start_minute)
        return false;
    memmove(list + place + 1, list + place, (*count - place) * sizeof *list);
    list[place] = interval;
    ++*count;
    return true;
}

static int set_opening(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    struct config_interval **field = config_field(key, reader->config);
    size_t *count = config_companion(key, reader->config);
    size_t n = 0;
    int rc = config_list(reader, node, key, &n);

    if (rc || n == 0)
        return rc;
    *field = config_zeroes(reader, n, sizeof **field);
    if (!*field)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        const yaml_node_t *item = config_yaml_item(reader, node, i);
        struct config_interval interval = {0, 0};

        rc = read_interval(reader, key, item, &interval);
        if (rc)
            return rc;
        if (!insert_interval(*field, count, interval))
            return config_fail(reader, item, key->path,
                               "found '%s', which overlaps another interval of the day, expected "
                               "intervals apart",
                               config_yaml_scalar(item));
    }
    return 0;
}

static json_t *show_opening(const struct key *key, const struct config *config)
{
    struct config_interval *const *field = config_field_const(key, config);
    json_t *list = json_array();

    for (size_t i = 0; i < config_count(key, config); i++) {
        int start = (*field)[i].start_minute, end = (*field)[i].end_minute;

        json_build_add(
            &list, json_sprintf("%02d:%02d-%02d:%02d", start / 60, start % 60, end / 60, end % 60));
    }
    return list;
}

static void drop_opening(const struct key *key, struct config *config)
{
    struct config_interval **field = config_field(key, config);

    free(*field);
}

const struct key_type config_opening = {
    .expected = "a list of intervals, such as [09:00-12:00, 14:00-18:00], or []",
    .set = set_opening,
    .show = show_opening,
    .drop = drop_opening};

/* ---- sla.targets.URGENCY: {hours: n} or {days: n} ---- */

static int set_target(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    struct sla_target *field = config_field(key, reader->config);
    const yaml_node_t *name, *value;
    const char *unit, *number;
    int64_t count;
    bool hours;

    if (node->type != YAML_MAPPING_NODE || config_yaml_count(node) != 1)
        return config_fail_key(reader, node, key, NULL);
    name = yaml_document_get_node(reader->document, node->data.mapping.pairs.start->key);
    value = yaml_document_get_node(reader->document, node->data.mapping.pairs.start->value);
    unit = config_yaml_scalar(name);
    if (!unit || (strcmp(unit, "hours") != 0 && strcmp(unit, "days") != 0))
        return config_fail_key(reader, name, key, NULL);
    hours = *unit == 'h';
    number = config_yaml_scalar(value);
    if (!number || !config_yaml_is_plain(value) ||
        !config_quantity_read(number, hours ? config_hours_as_seconds.units : config_number.units,
                              &count, NULL) ||
        count < 1 || count > (hours ? MAX_TARGET_SECONDS : MAX_TARGET_DAYS))
        return config_fail_expected(
            reader, value, key->path,
            hours
                ? "a number of hours without quotes that makes whole seconds, above 0, up to 10000"
                : "a whole number of days without quotes from 1 to 1000",
            NULL);
    if (hours)
        field->seconds = count;
    else
        field->days = (int)count;
    return 0;
}

json_t *config_show_hours(int64_t count, int64_t per_hour)
{
    if (count % per_hour == 0)
        return json_integer(count / per_hour);
    return json_real((double)count / (double)per_hour);
}

static json_t *show_target(const struct key *key, const struct config *config)
{
    const struct sla_target *field = config_field_const(key, config);

    if (field->days)
        return json_pack("{s:i}", "days", field->days);
    return json_pack("{s:o}", "hours", config_show_hours(field->seconds, 3600));
}

const struct key_type config_target = {
    .expected = "{hours: NUMBER} or {days: NUMBER}", .set = set_target, .show = show_target};

/* ---- sla.response: what counts as one ---- */

static const char *const responses[] = {"assigned", "reply", "work", NULL};

/* The bits of response.h, in the order of the words. */
static const unsigned response_bits[] = {RESPONSE_BY_ASSIGNMENT, RESPONSE_BY_REPLY,
                                         RESPONSE_BY_WORK};

static unsigned response_bit(const char *text)
{
    for (size_t i = 0; text && responses[i]; i++)
        if (strcmp(text, responses[i]) == 0)
            return response_bits[i];
    return 0;
}

static int set_response(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    struct config *config = reader->config;
    size_t n = 0;
    int rc = config_list(reader, node, key, &n);

    if (rc)
        return rc;
    if (n == 0)
        return config_fail(reader, node, key->path, "found an empty list, expected %s",
                           key->type->expected);
    for (size_t i = 0; i < n; i++) {
        const yaml_node_t *item = config_yaml_item(reader, node, i);
        const char *text = config_yaml_scalar(item);
        unsigned bit = response_bit(text);

        if (!bit)
            return config_fail_expected(reader, item, key->path, "assigned, reply or work",
                                        text ? suggest_nearest(text, responses) : NULL);
        config->sla.policy.responses |= bit;
    }
    return 0;
}

static json_t *show_response(const struct key *key, const struct config *config)
{
    json_t *list = json_array();

    (void)key;
    for (size_t i = 0; responses[i]; i++)
        if (config->sla.policy.responses & response_bits[i])
            json_build_add(&list, json_string(responses[i]));
    return list;
}

const struct key_type config_response = {
    .expected = "a list of at least one of assigned, reply and work, such as [assigned, reply]",
    .set = set_response,
    .show = show_response};
