/* test_calendar_odoo.c - business time against answers computed by hand
 * (tests/samples/calendars.json) and, when the file exists, against recorded answers of Odoo
 * ($QUALIODOO_CALENDARS, by default a file beside the checkout). Runs in the root of the
 * project. */
#include <math.h>
#include <unistd.h>

#include <jansson.h>

#include "calendar_fixture.h"
#include "qualiodoo/core/calendar.h"
#include "qualiodoo/core/calendar_build.h"

/* Answers of Odoo that differ by a rule of DOMAIN.md: "CALENDAR plan|work START" and the reason.
 * None so far: all are equal to the second. */
static const char *const exceptions[][2] = {
    {NULL, NULL},
};

static bool is_exception(const char *calendar, const char *what, const char *start)
{
    char name[200];

    snprintf(name, sizeof name, "%s %s %s", calendar, what, start);
    for (size_t i = 0; exceptions[i][0]; i++)
        if (!strcmp(exceptions[i][0], name)) {
            print_message("differs from Odoo: %s: %s\n", name, exceptions[i][1]);
            return true;
        }
    return false;
}

static instant odoo_time(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    char whole[INSTANT_TEXT_SIZE];
    instant when = 0;

    assert_non_null(text);
    snprintf(whole, sizeof whole, "%.19s", text); /* without ".000000" */
    if (!instant_parse_odoo(whole, &when) || (text[19] && strcmp(text + 19, ".000000") != 0))
        fail_msg("not a time: %s", text);
    return when;
}

static int odoo_minute(const json_t *row, const char *key)
{
    return (int)lround(json_number_value(json_object_get(row, key)) * 60);
}

static void read_odoo(const json_t *source, bool with_leaves, struct calendar_words *ret)
{
    const json_t *row;
    size_t i;

    read_words("years=2025..2027", ret);
    snprintf(ret->zone, sizeof ret->zone, "%s", json_string_value(json_object_get(source, "tz")));
    json_array_foreach(json_object_get(source, "attendances"), i, row) {
        const char *week = json_string_value(json_object_get(row, "week_type"));

        assert_true(i < FIXTURE_ITEMS);
        ret->attendances[ret->spec.n_attendances++] = (struct calendar_attendance){
            .weekday = *json_string_value(json_object_get(row, "dayofweek")) - '0',
            .week = week ? (enum calendar_week)(*week - '0') : CALENDAR_EVERY_WEEK,
            .start_minute = odoo_minute(row, "hour_from"),
            .end_minute = odoo_minute(row, "hour_to")};
    }
    json_array_foreach(json_object_get(source, "leaves"), i, row) {
        if (!with_leaves)
            break;
        assert_true(i < FIXTURE_ITEMS);
        ret->leaves[ret->spec.n_leaves++] =
            (struct calendar_leave){odoo_time(row, "date_from_utc"), odoo_time(row, "date_to_utc")};
    }
}

/* "business hours after": hours are rounded to seconds, since Odoo computes with floats. */
static int check_plan(const char *name, const struct calendar *calendar, const json_t *row,
                      const char *key)
{
    const char *start = json_string_value(json_object_get(row, "start_utc"));
    int64_t seconds = llround(json_number_value(json_object_get(row, "hours")) * 3600);
    char text[2][INSTANT_TEXT_SIZE];
    instant found;

    if (!json_object_get(row, key) || is_exception(name, "plan", start))
        return 0;
    assert_true(calendar_add_seconds(calendar, odoo_time(row, "start_utc"), seconds, &found));
    if (found != odoo_time(row, key))
        fail_msg("%s: %lld s after %s (%s) is %s, in Odoo %s", name, (long long)seconds, start, key,
                 instant_format(found, text[0]), instant_format(odoo_time(row, key), text[1]));
    return 1;
}

static int check_work(const char *name, const struct calendar *calendar, const json_t *row,
                      const char *key)
{
    const char *start = json_string_value(json_object_get(row, "start_utc"));
    int64_t expected, found;

    if (!json_object_get(row, key) || is_exception(name, "work", start))
        return 0;
    expected = llround(json_number_value(json_object_get(row, key)) * 3600);
    found = calendar_between(calendar, odoo_time(row, "start_utc"), odoo_time(row, "end_utc"));
    if (found != expected)
        fail_msg("%s: from %s to %s (%s): %lld s, in Odoo %lld", name, start,
                 json_string_value(json_object_get(row, "end_utc")), key, (long long)found,
                 (long long)expected);
    return 1;
}

static int check_odoo(const char *name, const json_t *entry)
{
    static const char *const keys[][2] = {{"deadline_utc", "hours"},
                                          {"deadline_noleaves_utc", "hours_noleaves"}};
    int checked = 0;

    for (int bare = 0; bare < 2; bare++) {
        struct calendar_words words;
        struct calendar *calendar;
        const json_t *row;
        size_t i;

        read_odoo(json_object_get(entry, "calendar"), !bare, &words);
        assert_int_equal(compile_in(words.zone, words.spec, &calendar, NULL), 0);
        json_array_foreach(json_object_get(entry, "plan_hours"), i, row)
            checked += check_plan(name, calendar, row, keys[bare][0]);
        json_array_foreach(json_object_get(entry, "work_hours"), i, row)
            checked += check_work(name, calendar, row, keys[bare][1]);
        calendar_free(calendar);
    }
    return checked;
}

static int check_oracle(json_t *oracle)
{
    const char *name;
    json_t *entry;
    int checked = 0;

    json_object_foreach(json_object_get(oracle, "calendars"), name, entry)
        checked += check_odoo(name, entry);
    json_decref(oracle);
    return checked;
}

static void check_file(const char *path, int at_least)
{
    json_error_t error;
    json_t *oracle = json_load_file(path, 0, &error);
    int checked;

    if (!oracle)
        fail_msg("%s: %s", path, error.text);
    checked = check_oracle(oracle);
    print_message("%d answers in %s\n", checked, path);
    assert_true(checked >= at_least);
}

static void test_the_calendar_gives_the_answers_recorded_from_odoo(void **state)
{
    const char *path = getenv("QUALIODOO_CALENDARS");

    (void)state;
    path = path ? path : "../shared/calendar_oracle.json";
    check_file("tests/samples/calendars.json", 14);
    if (access(path, F_OK) == 0)
        check_file(path, 700);
    else
        print_message("no recordings: %s\n", path);
}

/* Answers computed by hand, in the form of the recorded ones, for cases that those do not have. */
static void test_the_calendar_gives_answers_computed_by_hand(void **state)
{
    static const char text[] =
        "{'calendars': {'evening': {'calendar': {'tz': 'Europe/Paris', 'attendances': ["
        "  {'dayofweek': '5', 'hour_from': 20.0, 'hour_to': 24.0, 'week_type': false},"
        "  {'dayofweek': '6', 'hour_from': 0.0, 'hour_to': 3.3333333333333335, 'week_type': "
        "false}],"
        "  'leaves': [{'date_from_utc': '2026-03-21 20:00:00', 'date_to_utc': '2026-03-21 "
        "20:30:30'}]},"
        " 'plan_hours': ["
        "  {'start_utc': '2026-03-28 22:00:00', 'hours': 1.5,"
        "   'deadline_utc': '2026-03-28 23:30:00.000000', 'deadline_noleaves_utc': '2026-03-28 "
        "23:30:00'},"
        "  {'start_utc': '2026-03-28 22:00:00', 'hours': 4, 'deadline_utc': '2026-04-04 18:40:00',"
        "   'deadline_noleaves_utc': '2026-04-04 18:40:00'},"
        "  {'start_utc': '2026-03-21 19:30:00', 'hours': 0.5, 'deadline_utc': '2026-03-21 "
        "20:00:00',"
        "   'deadline_noleaves_utc': '2026-03-21 20:00:00'},"
        "  {'start_utc': '2026-03-21 19:30:00', 'hours': 1, 'deadline_utc': '2026-03-21 21:00:30',"
        "   'deadline_noleaves_utc': '2026-03-21 20:30:00'}],"
        " 'work_hours': ["
        "  {'start_utc': '2026-03-28 00:00:00', 'end_utc': '2026-03-30 00:00:00',"
        "   'hours': 6.333333333333333, 'hours_noleaves': 6.333333333333333},"
        "  {'start_utc': '2026-10-24 00:00:00', 'end_utc': '2026-10-26 00:00:00', 'hours': "
        "8.333333}]}}}";
    char json[sizeof text];
    json_t *oracle;

    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        json[i] = text[i] == '\'' ? '"' : text[i];
    oracle = json_loads(json, 0, NULL);
    assert_non_null(oracle);
    assert_int_equal(check_oracle(oracle), 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_calendar_gives_the_answers_recorded_from_odoo),
        cmocka_unit_test(test_the_calendar_gives_answers_computed_by_hand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
