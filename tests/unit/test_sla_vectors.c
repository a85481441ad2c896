/* test_sla_vectors.c - the cases of tests/vectors/sla.txt, one per line; the head of that file
 * tells how they are written. */
#include <errno.h>

#include "calendar_fixture.h"
#include "qualiodoo/core/calendar_build.h"

#include "qualiodoo/core/sla.h"

#define CALENDARS 64

struct named {
    char name[WORD_SIZE];
    struct calendar *calendar;
};

struct vectors {
    struct named calendars[CALENDARS];
    size_t n_calendars;
    int line, cases, failed;
};

/* One case: its input, then its result. */
struct vector {
    struct vectors *vectors;
    const struct calendar *calendar;
    struct sla_policy policy;
    struct sla_facts facts;
    instant from, to, now;
    int64_t seconds;
    int days;
    bool possible; /* the calendar has an answer */
    struct sla_verdict verdict;
    instant at;
};

static const struct sla_policy offer = {
    .urgency = {SLA_LOW, SLA_MEDIUM, SLA_MEDIUM, SLA_URGENT},
    .targets = {[SLA_LOW] = {.days = 2},
                [SLA_MEDIUM] = {.seconds = 7 * 3600},
                [SLA_URGENT] = {.seconds = 2 * 3600}},
    .responses = RESPONSE_BY_ASSIGNMENT | RESPONSE_BY_REPLY | RESPONSE_BY_WORK,
    .warn_at_percent = 75,
};

/* Seconds of "7:00" or "0:00:01". */
static int64_t duration_of(const char *text)
{
    int h = 0, m = 0, s = 0;

    if (sscanf(text, "%d:%d:%d", &h, &m, &s) < 2)
        fail_msg("not a duration: %s", text);
    return h * INT64_C(3600) + m * INT64_C(60) + s;
}

static void give(struct vector *vector, const char *key, const char *value)
{
    struct response_facts *response = &vector->facts.response;
    const struct {
        const char *key;
        instant *place;
    } instants[] = {{"created", &response->created}, {"assigned", &response->assigned},
                    {"replied", &response->replied}, {"worked", &response->worked},
                    {"closed", &response->closed},   {"now", &vector->now},
                    {"from", &vector->from},         {"to", &vector->to}};

    for (size_t i = 0; i < sizeof instants / sizeof *instants; i++)
        if (!strcmp(key, instants[i].key)) {
            *instants[i].place = instant_of(value);
            return;
        }
    if (!strcmp(key, "priority")) {
        vector->facts.priority = (int)strtol(value, NULL, 10);
    } else if (!strcmp(key, "response")) {
        vector->policy.responses = (strstr(value, "assigned") ? RESPONSE_BY_ASSIGNMENT : 0U) |
                                   (strstr(value, "reply") ? RESPONSE_BY_REPLY : 0U) |
                                   (strstr(value, "work") ? RESPONSE_BY_WORK : 0U);
    } else if (!strcmp(key, "warn_at")) {
        vector->policy.warn_at_percent = (int)strtol(value, NULL, 10);
    } else if (!strcmp(key, "hours")) {
        vector->seconds = duration_of(value);
    } else if (!strcmp(key, "days")) {
        vector->days = (int)strtol(value, NULL, 10);
    } else {
        fail_msg("line %d: what is given with %s?", vector->vectors->line, key);
    }
}

static void wrong(struct vector *vector, const char *key, const char *expected, const char *found)
{
    print_error("line %d: %s is %s, expected %s\n", vector->vectors->line, key, found, expected);
    vector->vectors->failed++;
}

static void expect_instant(struct vector *vector, const char *key, const char *value, instant found)
{
    char text[INSTANT_TEXT_SIZE];

    if (found != instant_of(value))
        wrong(vector, key, value, instant_format(found, text));
}

static void expect_duration(struct vector *vector, const char *key, const char *value,
                            int64_t found)
{
    char text[64];

    snprintf(text, sizeof text, "%lld s", (long long)found);
    if (found != duration_of(value))
        wrong(vector, key, value, text);
}

static void expect_word(struct vector *vector, const char *key, const char *value,
                        const char *found)
{
    if (strcmp(value, found) != 0)
        wrong(vector, key, value, found);
}

static void expect(struct vector *vector, const char *key, const char *value)
{
    static const char *const events[] = {"none", "assigned", "replied", "closed", "worked"};
    const struct sla_verdict *verdict = &vector->verdict;

    if (!strcmp(key, "none"))
        return;
    if (!strcmp(key, "at")) {
        expect_instant(vector, key, value, vector->at);
    } else if (!strcmp(key, "started")) {
        expect_instant(vector, key, value, verdict->started);
    } else if (!strcmp(key, "warn")) {
        expect_instant(vector, key, value, verdict->warn_at);
    } else if (!strcmp(key, "deadline")) {
        expect_instant(vector, key, value, verdict->deadline);
    } else if (!strcmp(key, "next")) {
        expect_instant(vector, key, value, verdict->has_next_change ? verdict->next_change : 0);
    } else if (!strcmp(key, "used")) {
        expect_duration(vector, key, value, verdict->used_seconds);
    } else if (!strcmp(key, "late")) {
        expect_duration(vector, key, value, verdict->late_seconds);
    } else if (!strcmp(key, "urgency")) {
        expect_word(vector, key, value, sla_urgency_name(verdict->urgency));
    } else if (!strcmp(key, "state")) {
        expect_word(vector, key, value, sla_state_name(verdict->state));
    } else if (!strcmp(key, "by")) {
        expect_word(vector, key, value, events[verdict->event]);
    } else {
        fail_msg("line %d: what is expected of %s?", vector->vectors->line, key);
    }
}

static void compute(struct vector *vector, const char *verb)
{
    const struct calendar *calendar = vector->calendar;
    struct sla_question question = {&vector->facts, &vector->policy, calendar, vector->now};
    struct error error;

    if (!strcmp(verb, "sla"))
        vector->possible = sla_judge(&question, &vector->verdict, &error) == 0;
    else if (!strcmp(verb, "hours"))
        vector->possible =
            calendar_add_seconds(calendar, vector->from, vector->seconds, &vector->at);
    else if (!strcmp(verb, "days"))
        vector->possible = calendar_add_days(calendar, vector->from, vector->days, &vector->at);
    else if (!strcmp(verb, "opening"))
        vector->possible = calendar_opening(calendar, vector->from, &vector->at);
    else if (!strcmp(verb, "between"))
        vector->possible = true;
    else
        fail_msg("line %d: what is %s?", vector->vectors->line, verb);
    if (!strcmp(verb, "between"))
        vector->verdict.used_seconds = calendar_between(calendar, vector->from, vector->to);
}

static const struct calendar *find(const struct vectors *vectors, const char *name)
{
    for (size_t i = 0; i < vectors->n_calendars; i++)
        if (!strcmp(vectors->calendars[i].name, name))
            return vectors->calendars[i].calendar;
    fail_msg("line %d: there is no calendar %s", vectors->line, name);
    return NULL;
}

/* Runs the line "VERB CALENDAR key=value... -> key=value..."; `rest` is what follows the verb. */
static void run_case(struct vectors *vectors, const char *verb, const char *rest)
{
    struct vector vector = {.vectors = vectors, .policy = offer};
    char key[WORD_SIZE], value[WORD_SIZE];
    bool asked = false;
    int expected = 0;

    assert_true(next_word(&rest, key, value));
    vector.calendar = find(vectors, key);
    while (next_word(&rest, key, value)) {
        if (!strcmp(key, "->")) {
            asked = true;
            compute(&vector, verb);
            continue;
        }
        if (!asked) {
            give(&vector, key, value);
            continue;
        }
        if (vector.possible == !strcmp(key, "none"))
            wrong(&vector, "whether there is an answer", key, vector.possible ? "yes" : "no");
        else
            expect(&vector, key, value);
        expected++;
    }
    if (expected == 0)
        fail_msg("line %d expects nothing", vectors->line);
    vectors->cases++;
}

static void run_line(struct vectors *vectors, char *text)
{
    char verb[WORD_SIZE], name[WORD_SIZE], value[WORD_SIZE];
    const char *rest = text;

    text[strcspn(text, "#\n")] = '\0';
    if (!next_word(&rest, verb, value))
        return;
    if (strcmp(verb, "calendar") != 0) {
        run_case(vectors, verb, rest);
        return;
    }
    assert_true(vectors->n_calendars < CALENDARS);
    assert_true(next_word(&rest, name, value));
    snprintf(vectors->calendars[vectors->n_calendars].name, WORD_SIZE, "%s", name);
    vectors->calendars[vectors->n_calendars++].calendar = calendar_of(rest);
}

static void every_line_of_the_table_holds(void **state)
{
    const char *path = getenv("QUALIODOO_VECTORS");
    struct vectors vectors = {0};
    char line[1024];
    FILE *file = fopen(path ? path : "tests/vectors/sla.txt", "r");

    (void)state;
    if (!file)
        fail_msg("tests/vectors/sla.txt: %s", strerror(errno));
    while (fgets(line, sizeof line, file)) {
        vectors.line++;
        if (!strchr(line, '\n'))
            fail_msg("line %d is too long", vectors.line);
        run_line(&vectors, line);
    }
    fclose(file);
    for (size_t i = 0; i < vectors.n_calendars; i++)
        calendar_free(vectors.calendars[i].calendar);
    print_message("%d cases\n", vectors.cases);
    assert_int_equal(vectors.failed, 0);
    assert_true(vectors.cases >= 130);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_of_the_table_holds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
