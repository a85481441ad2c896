/* config_holidays.c - the type of sla.holidays: names of sets, days taken out of them, yearly days,
 * and dates. */
#include "config_holidays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_key.h"
#include "config_types.h"
#include "config_values.h"
#include "config_yaml.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/suggest.h"

#define EXPECTED                                                                                   \
    "the name of a set (france, alsace-moselle, guadeloupe, ...), a day taken out of one, such "   \
    "as -whit-monday, a yearly day MM-DD or a date YYYY-MM-DD that exists"

static int compare_days(const void *a, const void *b)
{
    civil_day left = *(const civil_day *)a, right = *(const civil_day *)b;

    return (left > right) - (left < right);
}

static int compare_yearly(const void *a, const void *b)
{
    const struct holiday_yearly *left = a, *right = b;

    return left->month != right->month ? left->month - right->month : left->day - right->day;
}

/* Reads MM-DD; false unless some year has that day. */
static bool read_yearly(const char *text, struct holiday_yearly *ret)
{
    static const char digits[] = "0123456789";

    if (strlen(text) != strlen("MM-DD") || strspn(text, digits) != 2 || text[2] != '-' ||
        strspn(text + 3, digits) != 2)
        return false;
    ret->month = (text[0] - '0') * 10 + text[1] - '0';
    ret->day = (text[3] - '0') * 10 + text[4] - '0';
    return holidays_valid_yearly(ret->month, ret->day);
}

/* Stores one item: a set, "-" and a day of a set, MM-DD or YYYY-MM-DD; false when it is none. */
static bool read_item(struct config *config, const char *text)
{
    int place = holidays_find(holiday_sets, text);

    if (place >= 0) {
        config->sla.holidays.sets |= UINT32_C(1) << place;
        return true;
    }
    if (*text == '-') {
        place = holidays_find(holiday_words, text + 1);
        if (place >= 0)
            config->sla.holidays.without |= UINT32_C(1) << place;
        return place >= 0;
    }
    if (read_yearly(text, &config->sla.holidays.yearly[config->sla.holidays.n_yearly])) {
        config->sla.holidays.n_yearly++;
        return true;
    }
    if (civil_parse(text, &config->sla.holidays.dates[config->sla.holidays.n_dates])) {
        config->sla.holidays.n_dates++;
        return true;
    }
    return false;
}

static int unknown(const struct reader *reader, const struct key *key, const yaml_node_t *node,
                   const char *text)
{
    const char *nearest = NULL;
    char taken_out[SUGGEST_MAX_LENGTH + 2];

    if (text && *text == '-') {
        nearest = suggest_nearest(text + 1, holiday_words);
        if (nearest)
            snprintf(taken_out, sizeof taken_out, "-%s", nearest);
        return config_fail_expected(reader, node, key->path, EXPECTED, nearest ? taken_out : NULL);
    }
    if (text)
        nearest = suggest_nearest(text, holiday_sets);
    return config_fail_expected(reader, node, key->path, EXPECTED, nearest);
}

/* A day can only be taken out of a set that has it: anything else is a mistake. */
static int check_taken_out(const struct reader *reader, const struct key *key,
                           const yaml_node_t *node, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const yaml_node_t *item = config_yaml_item(reader, node, i);
        const char *text = config_yaml_scalar(item);

        if (*text == '-' && !holidays_has_word(reader->config->sla.holidays.sets,
                                               holidays_find(holiday_words, text + 1)))
            return config_fail(reader, item, key->path,
                               "found '%s', which no set of this list has, expected a day of one "
                               "of its sets",
                               text);
    }
    return 0;
}

static int set_holidays(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    struct config *config = reader->config;
    size_t n = 0;
    int rc = config_list(reader, node, key, &n);

    if (rc || n == 0)
        return rc;
    config->sla.holidays.yearly = config_zeroes(reader, n, sizeof *config->sla.holidays.yearly);
    config->sla.holidays.dates = config_zeroes(reader, n, sizeof *config->sla.holidays.dates);
    if (!config->sla.holidays.yearly || !config->sla.holidays.dates)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        const yaml_node_t *item = config_yaml_item(reader, node, i);
        const char *text = config_yaml_scalar(item);

        if (!text || !read_item(config, text))
            return unknown(reader, key, item, text);
    }
    qsort(config->sla.holidays.yearly, config->sla.holidays.n_yearly,
          sizeof *config->sla.holidays.yearly, compare_yearly);
    qsort(config->sla.holidays.dates, config->sla.holidays.n_dates,
          sizeof *config->sla.holidays.dates, compare_days);
    return check_taken_out(reader, key, node, n);
}

static json_t *show_holidays(const struct key *key, const struct config *config)
{
    char text[CIVIL_TEXT_SIZE];
    json_t *list = json_array();

    (void)key;
    for (size_t i = 0; holiday_sets[i]; i++)
        if (config->sla.holidays.sets >> i & 1)
            json_build_add(&list, json_string(holiday_sets[i]));
    for (size_t i = 0; holiday_words[i]; i++)
        if (config->sla.holidays.without >> i & 1)
            json_build_add(&list, json_sprintf("-%s", holiday_words[i]));
    for (size_t i = 0; i < config->sla.holidays.n_yearly; i++)
        json_build_add(&list, json_sprintf("%02d-%02d", config->sla.holidays.yearly[i].month,
                                           config->sla.holidays.yearly[i].day));
    for (size_t i = 0; i < config->sla.holidays.n_dates; i++)
        json_build_add(&list, json_string(civil_format(config->sla.holidays.dates[i], text)));
    return list;
}

static void drop_holidays(const struct key *key, struct config *config)
{
    (void)key;
    free(config->sla.holidays.yearly);
    free(config->sla.holidays.dates);
}

const struct key_type config_holidays = {
    .expected = "a list such as [france, -whit-monday, 12-26, 2026-12-24]",
    .set = set_holidays,
    .show = show_holidays,
    .drop = drop_holidays};
