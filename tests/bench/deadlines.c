/* deadlines.c - how many deadlines a core computes in a second, beside the naive way and a sort.
 *
 * usage: deadlines. One line of four numbers, per second of CPU time, each the best of three:
 * verdicts (sla_judge(): start, deadline, warning, state, used and late time; half of the targets
 * are days), deadlines alone (calendar_add_seconds()), the same deadlines by a walk from interval
 * to interval, and items of qsort() over a million int64. The calendar has twelve years and the
 * French holidays. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "qualiodoo/core/calendar.h"
#include "qualiodoo/core/calendar_build.h"
#include "qualiodoo/core/holidays.h"
#include "qualiodoo/core/sla.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/tz.h"

enum { COUNT = 1000000, NAIVE_COUNT = 20000, RUNS = 3, FIRST_YEAR = 2020, YEARS = 12 };

static const struct sla_policy offer = {
    .urgency = {SLA_LOW, SLA_LOW, SLA_MEDIUM, SLA_URGENT},
    .targets = {[SLA_LOW] = {.days = 2},
                [SLA_MEDIUM] = {.seconds = 7 * 3600},
                [SLA_URGENT] = {.seconds = 2 * 3600}},
    .responses = RESPONSE_BY_ASSIGNMENT | RESPONSE_BY_REPLY | RESPONSE_BY_WORK,
    .warn_at_percent = 75,
};

static double cpu(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6 +
           (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6;
}

static struct calendar *make(void)
{
    const instant day = 86400;
    struct calendar_attendance attendances[10];
    static const struct holidays france = {.sets = HOLIDAYS_FRANCE};
    civil_day closed[YEARS * HOLIDAYS_OF_SETS_MAX];
    struct utc_offset *offsets;
    struct calendar_spec spec = {.attendances = attendances,
                                 .n_attendances = 10,
                                 .closed = closed,
                                 .first = civil_from_date(FIRST_YEAR, 1, 1),
                                 .last = civil_from_date(FIRST_YEAR + YEARS - 1, 12, 31)};
    struct tz *tz = tz_open("Europe/Paris");
    struct calendar *calendar;

    for (int i = 0; i < 10; i++)
        attendances[i] = (struct calendar_attendance){.weekday = i / 2,
                                                      .week = CALENDAR_EVERY_WEEK,
                                                      .start_minute = i % 2 ? 14 * 60 : 9 * 60,
                                                      .end_minute = i % 2 ? 18 * 60 : 12 * 60};
    for (int year = 0; year < YEARS; year++)
        spec.n_closed += holidays_of_year(&france, FIRST_YEAR + year, closed + spec.n_closed);
    if (!tz || tz_offsets(tz, spec.first * day, spec.last * day, &offsets, &spec.n_offsets) < 0)
        exit(1);
    spec.offsets = offsets;
    if (calendar_compile(&spec, &calendar, NULL) < 0)
        exit(1);
    free(offsets);
    tz_free(tz);
    return calendar;
}

/* The same tickets in every run: spread over ten years, one in two answered. */
static uint64_t scatter(uint64_t seed)
{
    seed = (seed ^ (seed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    seed = (seed ^ (seed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return seed ^ (seed >> 31);
}

static struct sla_facts ticket(uint64_t i)
{
    uint64_t random = scatter(i + 1);
    instant created = INT64_C(1580000000) + (instant)(random % (10 * UINT64_C(31556952)));
    instant replied = random & (UINT64_C(1) << 40) ? created + (instant)(random >> 48) * 3 : 0;

    return (struct sla_facts){.priority = (int)(random >> 32) & 3,
                              .response = {.created = created, .replied = replied}};
}

static volatile int64_t sink; /* keeps the compiler from leaving the work out */

static double judged(const struct calendar *calendar)
{
    double began = cpu();
    int64_t sum = 0;

    for (uint64_t i = 0; i < COUNT; i++) {
        struct sla_facts facts = ticket(i);
        struct sla_question question = {&facts, &offer, calendar, facts.response.created + 100000};
        struct sla_verdict verdict;

        if (sla_judge(&question, &verdict, NULL) < 0)
            exit(1);
        sum += verdict.deadline;
    }
    sink = sum;
    return COUNT / (cpu() - began);
}

enum { SEVEN_HOURS = 7 * 3600 };

static double searched(const struct calendar *calendar)
{
    double began = cpu();
    int64_t sum = 0;

    for (uint64_t i = 0; i < COUNT; i++) {
        instant deadline;

        if (!calendar_add_seconds(calendar, ticket(i).response.created, SEVEN_HOURS, &deadline))
            exit(1);
        sum += deadline;
    }
    sink = sum;
    return COUNT / (cpu() - began);
}

/* The instant after so many business seconds: from the first interval on, one after the other. */
static double walked(const struct calendar *calendar)
{
    size_t count;
    const struct calendar_interval *intervals = calendar_intervals(calendar, &count);
    double began = cpu();
    int64_t sum = 0;

    for (uint64_t i = 0; i < NAIVE_COUNT; i++) {
        instant created = ticket(i).response.created;
        int64_t left = SEVEN_HOURS;

        for (size_t k = 0; k < count; k++) {
            instant start = intervals[k].start > created ? intervals[k].start : created;
            int64_t length = intervals[k].end > start ? intervals[k].end - start : 0;

            if (length >= left) {
                sum += start + left;
                break;
            }
            left -= length;
        }
    }
    sink = sum;
    return NAIVE_COUNT / (cpu() - began);
}

static int compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

static double sorted(void)
{
    int64_t *numbers = calloc(COUNT, sizeof *numbers);
    double began;

    if (!numbers)
        exit(1);
    for (uint64_t i = 0; i < COUNT; i++)
        numbers[i] = (int64_t)scatter(i);
    began = cpu();
    qsort(numbers, COUNT, sizeof *numbers, compare);
    sink = numbers[0];
    free(numbers);
    return COUNT / (cpu() - began);
}

int main(void)
{
    struct calendar *calendar = make();
    double best[4] = {0};

    for (int run = 0; run < RUNS; run++) {
        double speeds[4] = {judged(calendar), searched(calendar), walked(calendar), sorted()};

        for (int i = 0; i < 4; i++)
            best[i] = speeds[i] > best[i] ? speeds[i] : best[i];
    }
    printf("%.0f %.0f %.0f %.0f\n", best[0], best[1], best[2], best[3]);
    calendar_free(calendar);
    return 0;
}
