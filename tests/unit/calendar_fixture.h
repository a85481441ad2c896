/* calendar_fixture.h - calendars for tests, written as a line of words:
 *
 *     zone=Europe/Paris          the time zone; by default UTC
 *     years=2025..2027           the years that are compiled; by default these
 *     mon-fri=09:00-12:00,14:00-18:00   weekly hours; sat.0= or sat.1= on weeks of that parity only
 *     since=DATE until=DATE      the validity of the hours that follow
 *     leave=INSTANT/INSTANT      closed from the first to the second
 *     closed=DATE closed=DATE..DATE     whole local days
 *     france=yes                 the French public holidays of those years */
#ifndef QUALIODOO_TESTS_CALENDAR_FIXTURE_H
#define QUALIODOO_TESTS_CALENDAR_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "qualiodoo/core/calendar_build.h"
#include "qualiodoo/core/holidays.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/tz.h"

#define FIXTURE_ITEMS 512
#define WORD_SIZE 128

struct calendar_words {
    struct calendar_attendance attendances[FIXTURE_ITEMS];
    struct calendar_leave leaves[FIXTURE_ITEMS];
    civil_day closed[FIXTURE_ITEMS];
    struct calendar_spec spec;
    struct calendar_attendance validity; /* has_first, has_last, first, last */
    char zone[WORD_SIZE];
    int first_year, last_year;
    bool france;
};

/* Reads the next word of *line, split at its first "="; without one, `value` is "". False at the
 * end of the line. */
static inline bool next_word(const char **line, char key[WORD_SIZE], char value[WORD_SIZE])
{
    size_t length, head;

    *line += strspn(*line, " \t\n");
    length = strcspn(*line, " \t\n");
    if (length == 0)
        return false;
    if (length >= WORD_SIZE)
        fail_msg("too long: %s", *line);
    memcpy(key, *line, length);
    key[length] = '\0';
    *line += length;
    head = strcspn(key, "=");
    snprintf(value, WORD_SIZE, "%s", key[head] ? key + head + 1 : "");
    key[head] = '\0';
    return true;
}

static inline civil_day date_of(const char *text)
{
    civil_day day = 0;

    if (!civil_parse(text, &day))
        fail_msg("not a date: %s", text);
    return day;
}

static inline instant instant_of(const char *text)
{
    instant when = 0;

    if (!instant_parse_iso(text, &when))
        fail_msg("not an instant: %s", text);
    return when;
}

/* Splits `text` at `mark` ("a..b", "a/b"); without the mark, both parts are the whole text. */
static inline void split(const char *text, const char *mark, char first[WORD_SIZE],
                         char last[WORD_SIZE])
{
    const char *middle = strstr(text, mark);

    snprintf(first, WORD_SIZE, "%.*s", middle ? (int)(middle - text) : (int)strlen(text), text);
    snprintf(last, WORD_SIZE, "%s", middle ? middle + strlen(mark) : text);
}

/* Reads "mon", "mon-fri" or "sat.1"; false for anything else. */
static inline bool weekdays_of(const char *key, int *ret_first, int *ret_last,
                               enum calendar_week *ret_week)
{
    static const char names[] = "montuewedthufrisatsun";
    char days[2][4] = {"", ""}, rest[WORD_SIZE] = "";
    const char *found;

    if (sscanf(key, "%3[a-z]-%3[a-z]%127s", days[0], days[1], rest) < 2)
        if (sscanf(key, "%3[a-z]%127s", days[0], rest) < 1)
            return false;
    found = strlen(days[0]) == 3 ? strstr(names, days[0]) : NULL;
    if (!found)
        return false;
    *ret_first = *ret_last = (int)(found - names) / 3;
    found = *days[1] ? strstr(names, days[1]) : NULL;
    if (found)
        *ret_last = (int)(found - names) / 3;
    *ret_week = CALENDAR_EVERY_WEEK;
    if (*rest)
        *ret_week = rest[1] == '1' ? CALENDAR_SECOND_WEEK : CALENDAR_FIRST_WEEK;
    return true;
}

static inline void add_hours(struct calendar_words *words, const char *key, const char *value)
{
    int first = 0, last = 0, used = 0, h1, m1, h2, m2;
    enum calendar_week week = CALENDAR_EVERY_WEEK;

    if (!weekdays_of(key, &first, &last, &week))
        fail_msg("what is %s?", key);
    for (; sscanf(value, "%d:%d-%d:%d%n", &h1, &m1, &h2, &m2, &used) == 4; value += used) {
        for (int weekday = first; weekday <= last; weekday++) {
            struct calendar_attendance attendance = words->validity;

            attendance.weekday = weekday;
            attendance.week = week;
            attendance.start_minute = h1 * 60 + m1;
            attendance.end_minute = h2 * 60 + m2;
            assert_true(words->spec.n_attendances < FIXTURE_ITEMS);
            words->attendances[words->spec.n_attendances++] = attendance;
        }
        if (value[used] == ',')
            used++;
    }
    assert_string_equal(value, "");
}

static inline void add_closed(struct calendar_words *words, const char *value)
{
    char first[WORD_SIZE], last[WORD_SIZE];

    split(value, "..", first, last);
    for (civil_day day = date_of(first); day <= date_of(last); day++) {
        assert_true(words->spec.n_closed < FIXTURE_ITEMS);
        words->closed[words->spec.n_closed++] = day;
    }
}

static inline void add_word(struct calendar_words *words, const char *key, const char *value)
{
    char first[WORD_SIZE], last[WORD_SIZE];

    if (!strcmp(key, "zone")) {
        snprintf(words->zone, sizeof words->zone, "%s", value);
    } else if (!strcmp(key, "years")) {
        assert_int_equal(sscanf(value, "%d..%d", &words->first_year, &words->last_year), 2);
    } else if (!strcmp(key, "since")) {
        words->validity.has_first = true;
        words->validity.first = date_of(value);
    } else if (!strcmp(key, "until")) {
        words->validity.has_last = true;
        words->validity.last = date_of(value);
    } else if (!strcmp(key, "leave")) {
        split(value, "/", first, last);
        assert_true(words->spec.n_leaves < FIXTURE_ITEMS);
        words->leaves[words->spec.n_leaves++] =
            (struct calendar_leave){instant_of(first), instant_of(last)};
    } else if (!strcmp(key, "closed")) {
        add_closed(words, value);
    } else if (!strcmp(key, "france")) {
        words->france = true;
    } else {
        add_hours(words, key, value);
    }
}

/* Reads the words into *ret, whose specification points into it and has no offsets yet. */
static inline void read_words(const char *text, struct calendar_words *ret)
{
    static const struct holidays france = {.sets = HOLIDAYS_FRANCE};
    char key[WORD_SIZE], value[WORD_SIZE];

    *ret = (struct calendar_words){.zone = "UTC", .first_year = 2025, .last_year = 2027};
    while (next_word(&text, key, value))
        add_word(ret, key, value);
    for (int year = ret->first_year; ret->france && year <= ret->last_year; year++) {
        assert_true(ret->spec.n_closed + HOLIDAYS_OF_SETS_MAX <= FIXTURE_ITEMS);
        ret->spec.n_closed += holidays_of_year(&france, year, ret->closed + ret->spec.n_closed);
    }
    ret->spec.attendances = ret->attendances;
    ret->spec.leaves = ret->leaves;
    ret->spec.closed = ret->closed;
    ret->spec.first = civil_from_date(ret->first_year, 1, 1);
    ret->spec.last = civil_from_date(ret->last_year, 12, 31);
}

/* Compiles a specification with the offsets of a zone; returns what calendar_compile() says. */
static inline int compile_in(const char *zone, struct calendar_spec spec, struct calendar **ret,
                             struct error *error)
{
    const instant day = SECONDS_PER_DAY;
    struct tz *tz = tz_open(zone);
    struct utc_offset *offsets;
    int rc;

    if (!tz)
        fail_msg("unknown time zone %s", zone);
    assert_int_equal(
        tz_offsets(tz, (spec.first - 2) * day, (spec.last + 2) * day, &offsets, &spec.n_offsets),
        0);
    spec.offsets = offsets;
    rc = calendar_compile(&spec, ret, error);
    free(offsets);
    tz_free(tz);
    return rc;
}

/* The calendar of these words; the caller frees it. */
static inline struct calendar *calendar_of(const char *text)
{
    struct calendar_words words;
    struct calendar *calendar = NULL;
    struct error error = {0};

    read_words(text, &words);
    if (compile_in(words.zone, words.spec, &calendar, &error) < 0)
        fail_msg("%s: %s", text, error.message);
    return calendar;
}

#endif
