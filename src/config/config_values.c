/* config_values.c - quantities with a unit, quoting, copies. */
#include "config_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_key.h"

/* ---- Units ---- */

static const struct unit units_milliseconds[] = {
    {"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}, {NULL, 0}};
static const struct unit units_minutes[] = {{"min", 1}, {"h", 60}, {NULL, 0}};
static const struct unit units_days[] = {{"d", 1}, {NULL, 0}};
static const struct unit units_bytes[] = {
    {"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {NULL, 0}};
static const struct unit units_percent[] = {{"%", 1}, {NULL, 0}};
static const struct unit units_none[] = {{"", 1}, {NULL, 0}};
static const struct unit units_hours_as_minutes[] = {{"", 60}, {NULL, 0}};
static const struct unit units_hours_as_seconds[] = {{"", 3600}, {NULL, 0}};
const struct unit config_period_units[] = {{"d", 1}, {"mo", 1}, {"y", 1}, {NULL, 0}};

const struct quantity config_milliseconds = {"a duration (units ms, s, min, h)", units_milliseconds,
                                             false, false};
const struct quantity config_whole_minutes = {"a duration (units min, h)", units_minutes, false,
                                              false};
const struct quantity config_days = {"a number of days (unit d)", units_days, true, false};
const struct quantity config_bytes = {"a size (units B, KiB, MiB, GiB)", units_bytes, false, false};
const struct quantity config_percent = {"a percentage", units_percent, true, false};
const struct quantity config_number = {"a whole number", units_none, true, true};
const struct quantity config_hours_as_minutes = {"a number of hours", units_hours_as_minutes, false,
                                                 true};
const struct quantity config_hours_as_seconds = {"a number of hours", units_hours_as_seconds, false,
                                                 true};

/* Other spellings of the units, for suggestions. */
static const struct {
    const char *written, *meant;
} other_units[] = {
    {"m", "min"},    {"mn", "min"},    {"mins", "min"}, {"minute", "min"}, {"minutes", "min"},
    {"sec", "s"},    {"secs", "s"},    {"second", "s"}, {"seconds", "s"},  {"hr", "h"},
    {"hour", "h"},   {"hours", "h"},   {"day", "d"},    {"days", "d"},     {"j", "d"},
    {"year", "y"},   {"years", "y"},   {"an", "y"},     {"ans", "y"},      {"a", "y"},
    {"K", "KiB"},    {"k", "KiB"},     {"KB", "KiB"},   {"kB", "KiB"},     {"M", "MiB"},
    {"Mo", "MiB"},   {"MB", "MiB"},    {"G", "GiB"},    {"Go", "GiB"},     {"GB", "GiB"},
    {"month", "mo"}, {"months", "mo"}, {"mois", "mo"},  {"m", "mo"},       {"", "%"},
};

/* ---- Numbers ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t skip_digits(const char **cursor)
{
    const char *start = *cursor;

    while (is_digit(**cursor))
        (*cursor)++;
    return (size_t)(*cursor - start);
}

enum scalar_kind config_scalar_kind(const char *text)
{
    static const struct {
        const char *word;
        enum scalar_kind kind;
    } words[] = {{"", SCALAR_NULL},      {"~", SCALAR_NULL},    {"null", SCALAR_NULL},
                 {"Null", SCALAR_NULL},  {"NULL", SCALAR_NULL}, {"true", SCALAR_BOOL},
                 {"True", SCALAR_BOOL},  {"TRUE", SCALAR_BOOL}, {"false", SCALAR_BOOL},
                 {"False", SCALAR_BOOL}, {"FALSE", SCALAR_BOOL}};
    size_t before, after = 0;
    bool real = false;

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(text, words[i].word) == 0)
            return words[i].kind;
    }
    text += *text == '-' || *text == '+';
    before = skip_digits(&text);
    if (*text == '.') {
        real = true;
        text++;
        after = skip_digits(&text);
    }
    if (before + after == 0)
        return SCALAR_TEXT;
    if (*text == 'e' || *text == 'E') {
        real = true;
        text++;
        text += *text == '-' || *text == '+';
        if (skip_digits(&text) == 0)
            return SCALAR_TEXT;
    }
    if (*text)
        return SCALAR_TEXT;
    return real ? SCALAR_REAL : SCALAR_INTEGER;
}

/* Reads whole + fraction / scale and moves the cursor behind the number. */
static bool read_decimal(const char **cursor, int64_t *whole, int64_t *fraction, int64_t *scale)
{
    const char *p = *cursor;

    *whole = *fraction = 0;
    *scale = 1;
    if (!is_digit(*p) || (*p == '0' && is_digit(p[1])))
        return false;
    for (; is_digit(*p); p++) {
        if (__builtin_mul_overflow(*whole, 10, whole) ||
            __builtin_add_overflow(*whole, *p - '0', whole))
            return false;
    }
    if (*p == '.') {
        if (!is_digit(*++p))
            return false;
        for (; is_digit(*p); p++) {
            if (*scale == NANO_ONE)
                return false;
            *fraction = *fraction * 10 + (*p - '0');
            *scale *= 10;
        }
    }
    *cursor = p;
    return true;
}

static const struct unit *find_unit(const struct unit *units, const char *name)
{
    for (; units->name; units++) {
        if (strcmp(units->name, name) == 0)
            return units;
    }
    return NULL;
}

bool config_quantity_read(const char *text, const struct unit *units, int64_t *ret_value,
                          const struct unit **ret_unit)
{
    int64_t whole, fraction, scale, value;
    const struct unit *unit;

    if (!read_decimal(&text, &whole, &fraction, &scale))
        return false;
    unit = find_unit(units, text + strspn(text, " "));
    if (!unit || __builtin_mul_overflow(whole, unit->factor, &value) ||
        __builtin_mul_overflow(fraction, unit->factor, &fraction) || fraction % scale != 0 ||
        __builtin_add_overflow(value, fraction / scale, &value))
        return false;
    *ret_value = value;
    if (ret_unit)
        *ret_unit = unit;
    return true;
}

char *config_quantity_write(int64_t value, const struct unit *units,
                            char text[CONFIG_QUANTITY_SIZE])
{
    const struct unit *unit = units;

    for (const struct unit *larger = units; value != 0 && larger->name; larger++) {
        if (value % larger->factor == 0)
            unit = larger;
    }
    snprintf(text, CONFIG_QUANTITY_SIZE, "%lld%s", (long long)(value / unit->factor), unit->name);
    return text;
}

/* Spells "1,5" and ".5" as this program reads them: "1.5", "0.5". */
static bool spell_decimal(const char *text, char spelled[CONFIG_QUANTITY_SIZE])
{
    int length = snprintf(spelled, CONFIG_QUANTITY_SIZE, "%s%s", *text == '.' ? "0" : "", text);
    char *comma = strchr(spelled, ',');

    if (comma)
        *comma = '.';
    return length < CONFIG_QUANTITY_SIZE;
}

/* `text` with the unit that was meant; NULL when neither number nor unit can be told. */
static const char *suggest_unit(const char *text, const struct unit *units,
                                char suggestion[CONFIG_QUANTITY_SIZE])
{
    int64_t whole, fraction, scale;
    const char *unit = text;

    if (!read_decimal(&unit, &whole, &fraction, &scale) || unit - text > 15)
        return NULL;
    for (size_t i = 0; i < sizeof other_units / sizeof *other_units; i++) {
        if (strcmp(unit + strspn(unit, " "), other_units[i].written) != 0 ||
            !find_unit(units, other_units[i].meant))
            continue;
        if (whole == 0 && fraction && !*unit && find_unit(units, "%")) {
            /* A share of 1: 0.75 means 75%. */
            if (fraction * 100 % scale != 0)
                return NULL;
            snprintf(suggestion, CONFIG_QUANTITY_SIZE, "%lld%%",
                     (long long)(fraction * 100 / scale));
            return suggestion;
        }
        snprintf(suggestion, CONFIG_QUANTITY_SIZE, "%.*s%s", (int)(unit - text), text,
                 other_units[i].meant);
        return suggestion;
    }
    return NULL;
}

const char *config_quantity_suggest(const char *text, const struct unit *units, int64_t min,
                                    int64_t max, char suggestion[CONFIG_QUANTITY_SIZE])
{
    char spelled[CONFIG_QUANTITY_SIZE];
    int64_t value;

    if (!spell_decimal(text, spelled))
        return NULL;
    if (!config_quantity_read(spelled, units, &value, NULL)) {
        if (!suggest_unit(spelled, units, suggestion) ||
            !config_quantity_read(suggestion, units, &value, NULL))
            return NULL;
    } else {
        memcpy(suggestion, spelled, sizeof spelled);
    }
    return value >= min && value <= max ? suggestion : NULL;
}

/* ---- Text ---- */

/* Whether a control character, U+FFFE or U+FFFF starts at `p`: XML forbids them. */
static bool is_forbidden(const unsigned char *p)
{
    return *p < ' ' || *p == 0x7F || (p[0] == 0xC2 && p[1] >= 0x80 && p[1] < 0xA0) ||
           (p[0] == 0xEF && p[1] == 0xBF && p[2] >= 0xBE);
}

char *config_quote(const char *text, char quoted[CONFIG_QUOTE_SIZE])
{
    char clean[CONFIG_QUOTE_SIZE - sizeof "'...'" + 1];
    const unsigned char *p = (const unsigned char *)text;
    size_t used = 0;

    while (*p && used + 4 < sizeof clean) {
        size_t length = 1; /* of the whole UTF-8 character */

        while (length < 4 && (p[length] & 0xC0) == 0x80)
            length++;
        if (is_forbidden(p))
            clean[used++] = '?';
        else
            used = (size_t)((char *)mempcpy(clean + used, p, length) - clean);
        p += length;
    }
    clean[used] = '\0';
    snprintf(quoted, CONFIG_QUOTE_SIZE, "'%s%s'", clean, *p ? "..." : "");
    return quoted;
}

bool config_is_clean(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (is_forbidden(p))
            return false;
    }
    return true;
}

bool config_is_line(const char *text)
{
    return text[strspn(text, " ")] != '\0' && config_is_clean(text);
}

/* ---- Memory ---- */

char *config_copy(const struct reader *reader, const char *text, size_t length)
{
    char *copy = strndup(text, length);

    if (!copy)
        error_memory(reader->error);
    return copy;
}

void *config_zeroes(const struct reader *reader, size_t count, size_t size)
{
    void *zeroes = calloc(count, size);

    if (!zeroes)
        error_memory(reader->error);
    return zeroes;
}
