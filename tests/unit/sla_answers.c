/* sla_answers.c - a tool for tests/model/test_sla_model.py, no test by itself: reads one question
 * per line of standard input, as JSON, and prints the core's answer as one line. A malformed
 * question ends it with status 1. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "qualiodoo/core/calendar.h"
#include "qualiodoo/core/calendar_build.h"
#include "qualiodoo/core/sla.h"
#include "qualiodoo/util/tz.h"

#define ITEMS 256

static int64_t number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static int64_t item(const json_t *array, size_t index)
{
    return json_integer_value(json_array_get(array, index));
}

static void check(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "sla_answers: %s\n", what);
    exit(1);
}

static struct calendar_attendance attendance_of(const json_t *row)
{
    return (struct calendar_attendance){
        .weekday = (int)item(row, 0),
        .week = (enum calendar_week)item(row, 1),
        .start_minute = (int)item(row, 2),
        .end_minute = (int)item(row, 3),
        .has_first = json_is_integer(json_array_get(row, 4)),
        .has_last = json_is_integer(json_array_get(row, 5)),
        .first = (civil_day)item(row, 4),
        .last = (civil_day)item(row, 5),
    };
}

/* The calendar of the question; NULL: it has no working time. */
static struct calendar *compile(const json_t *question)
{
    static struct calendar_attendance attendances[ITEMS];
    static struct calendar_leave leaves[ITEMS];
    static civil_day closed[ITEMS];
    const int64_t day = SECONDS_PER_DAY;
    struct calendar_spec spec = {.attendances = attendances,
                                 .leaves = leaves,
                                 .closed = closed,
                                 .first = (civil_day)number(question, "first"),
                                 .last = (civil_day)number(question, "last")};
    struct tz *tz = tz_open(json_string_value(json_object_get(question, "zone")));
    struct calendar *calendar = NULL;
    struct utc_offset *offsets = NULL;
    struct error error;
    const json_t *row;
    int rc;

    check(tz, "unknown time zone");
    json_array_foreach(json_object_get(question, "attendances"), spec.n_attendances, row) {
        check(spec.n_attendances < ITEMS, "too many attendances");
        attendances[spec.n_attendances] = attendance_of(row);
    }
    json_array_foreach(json_object_get(question, "leaves"), spec.n_leaves, row) {
        check(spec.n_leaves < ITEMS, "too many leaves");
        leaves[spec.n_leaves] = (struct calendar_leave){item(row, 0), item(row, 1)};
    }
    json_array_foreach(json_object_get(question, "closed"), spec.n_closed, row) {
        check(spec.n_closed < ITEMS, "too many closed days");
        closed[spec.n_closed] = (civil_day)json_integer_value(row);
    }
    check(tz_offsets(tz, (spec.first - 2) * day, (spec.last + 2) * day, &offsets,
                     &spec.n_offsets) == 0,
          "out of memory");
    spec.offsets = offsets;
    rc = calendar_compile(&spec, &calendar, &error);
    check(rc == 0 || rc == ERR_CONFIG, "calendar_compile() failed");
    free(offsets);
    tz_free(tz);
    return calendar;
}

static struct sla_policy policy_of(const json_t *question)
{
    const json_t *targets = json_object_get(question, "targets");
    struct sla_policy policy = {.urgency = {SLA_LOW, SLA_MEDIUM, SLA_MEDIUM, SLA_URGENT},
                                .responses = (unsigned)number(question, "responses"),
                                .warn_at_percent = (int)number(question, "warn_at")};

    for (size_t i = 0; i < SLA_URGENCIES; i++)
        policy.targets[i] = (struct sla_target){item(json_array_get(targets, i), 0),
                                                (int)item(json_array_get(targets, i), 1)};
    return policy;
}

static struct sla_facts facts_of(const json_t *question)
{
    const json_t *ticket = json_object_get(question, "ticket");

    return (struct sla_facts){.priority = (int)item(ticket, 0),
                              .response = {.created = item(ticket, 1),
                                           .assigned = item(ticket, 2),
                                           .replied = item(ticket, 3),
                                           .closed = item(ticket, 4),
                                           .worked = item(ticket, 5)}};
}

static json_t *verdict_json(const struct sla_verdict *verdict)
{
    static const char *const events[] = {NULL, "assigned", "replied", "closed", "worked"};

    return json_pack(
        "[sIIIs?IsII]", sla_urgency_name(verdict->urgency), (json_int_t)verdict->started,
        (json_int_t)verdict->warn_at, (json_int_t)verdict->deadline, events[verdict->event],
        (json_int_t)(verdict->event ? verdict->responded : 0), sla_state_name(verdict->state),
        (json_int_t)verdict->used_seconds, (json_int_t)verdict->late_seconds);
}

/* The verdicts of one ticket in a series of cycles, where each cycle stores what it settled for the
 * next: {"now", "ticket", "targets", "responses", "warn_at", "calendar"...}; each cycle is judged
 * with its own calendar. */
static json_t *verdicts_of(const json_t *cycles)
{
    struct sla_settled settled = {.has_seconds = true};
    bool is_settled = false;
    json_t *verdicts = json_array();
    const json_t *cycle;
    size_t i;

    json_array_foreach(cycles, i, cycle) {
        struct calendar *calendar = compile(cycle);
        struct sla_policy policy = policy_of(cycle);
        struct sla_facts facts = facts_of(cycle);
        struct sla_question question = {&facts, &policy, calendar, number(cycle, "now")};
        struct sla_verdict verdict;
        struct error error;
        bool kept = is_settled && settled.verdict.event != RESPONSE_NONE;

        facts.settled = is_settled ? &settled : NULL;
        if (!calendar || sla_judge(&question, &verdict, &error) < 0) {
            json_array_append_new(verdicts, json_null());
            calendar_free(calendar);
            continue;
        }
        json_array_append_new(verdicts, verdict_json(&verdict));
        calendar_free(calendar);
        if (verdict.event == RESPONSE_NONE && !is_settled)
            continue;
        settled.verdict = verdict;
        settled.counted = kept ? settled.counted : policy.responses;
        is_settled = true;
    }
    return verdicts;
}

static json_t *verdict_of(const json_t *question, const struct calendar *calendar)
{
    struct sla_policy policy = policy_of(question);
    struct sla_facts facts = facts_of(question);
    struct sla_question judged = {&facts, &policy, calendar, number(question, "now")};
    struct sla_verdict verdict;
    struct error error;

    if (sla_judge(&judged, &verdict, &error) < 0)
        return json_null();
    return verdict_json(&verdict);
}

static json_t *instant_or_null(bool found, instant when)
{
    return found ? json_integer((json_int_t)when) : json_null();
}

static json_t *answer(const json_t *question)
{
    const json_t *cycles = json_object_get(question, "cycles");
    struct calendar *calendar = cycles ? NULL : compile(question);
    const json_t *target = json_array_get(json_object_get(question, "targets"), SLA_URGENT);
    instant now = number(question, "now"), other = number(question, "other");
    instant opening = 0, after = 0;
    bool opens, reaches;
    json_t *answer;

    if (cycles)
        return verdicts_of(cycles);
    if (!calendar)
        return json_null();
    opens = calendar_opening(calendar, other, &opening);
    reaches = item(target, 1) ? calendar_add_days(calendar, other, (int)item(target, 1), &after)
                              : calendar_add_seconds(calendar, other, item(target, 0), &after);
    answer = json_pack("{so sI so so}", "verdict", verdict_of(question, calendar), "between",
                       (json_int_t)calendar_between(calendar, now, other), "opening",
                       instant_or_null(opens, opening), "after", instant_or_null(reaches, after));
    calendar_free(calendar);
    return answer;
}

int main(void)
{
    char *line = NULL;
    size_t size = 0;

    while (getline(&line, &size, stdin) > 0) {
        json_t *question = json_loads(line, 0, NULL), *reply;
        char *text;

        check(question, "a line is no JSON");
        reply = answer(question);
        text = json_dumps(reply, JSON_COMPACT | JSON_ENCODE_ANY);
        check(text, "out of memory");
        puts(text);
        fflush(stdout);
        free(text);
        json_decref(reply);
        json_decref(question);
    }
    free(line);
    return 0;
}
