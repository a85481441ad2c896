/* respond.c - judges tickets against their response targets, by their working calendars.
 *
 * A calendar is compiled when the first ticket needs it, for the days from the oldest one on.
 * One that cannot be used is kept with its error, and not compiled for each ticket again. */
#include "qualiodoo/compute/respond.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/core/calendar_build.h"
#include "qualiodoo/store/calendars.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"

enum {
    DAYS_BEFORE = 10,        /* a zone's date may be the day before UTC's; a few days are spare */
    YEARS_JUDGED = 50,       /* older tickets are not judged: compiling takes time for each day */
    DAYS_AHEAD = 12 * 366,   /* more than the longest target takes in the shortest week */
    HOLIDAY_YEARS_MAX = 200, /* closed days are computed for each year */
};

/* A calendar compiled for a company, or the reason why it cannot be used. */
struct compiled {
    struct respond_calendar shown;
    int64_t company; /* whose leaves count; 0: of the configuration's calendar */
    struct calendar_rows rows;
    struct calendar *calendar;
    struct tz *tz;
    struct error error; /* code 0: usable */
    struct compiled *next;
};

struct respond {
    const struct config *config;
    struct store *store;
    instant oldest;      /* tickets created before are not judged */
    instant first, last; /* calendars are compiled for this time */
    struct compiled *calendars;
};

int respond_open(const struct config *config, struct store *store, const struct target_query *query,
                 struct respond **ret, struct error *error)
{
    struct respond *respond = calloc(1, sizeof *respond);
    instant oldest = clock_now(), limit = oldest - (instant)YEARS_JUDGED * 366 * SECONDS_PER_DAY;
    bool found;
    int rc = respond ? targets_oldest(store, query, &found, &oldest, error) : error_memory(error);

    if (rc < 0) {
        free(respond);
        return rc;
    }
    if (oldest < limit)
        oldest = limit;
    *respond = (struct respond){
        .config = config,
        .store = store,
        .oldest = oldest,
        .first =
            (oldest < clock_now() ? oldest : clock_now()) - (instant)DAYS_BEFORE * SECONDS_PER_DAY,
        .last = clock_now() + (instant)DAYS_AHEAD * SECONDS_PER_DAY,
    };
    *ret = respond;
    return 0;
}

void respond_free(struct respond *respond)
{
    struct compiled *next;

    if (!respond)
        return;
    for (struct compiled *compiled = respond->calendars; compiled; compiled = next) {
        next = compiled->next;
        calendar_free(compiled->calendar);
        calendar_rows_free(&compiled->rows);
        tz_free(compiled->tz);
        free(compiled);
    }
    free(respond);
}

const struct sla_policy *respond_policy(const struct respond *respond)
{
    return &respond->config->sla.policy;
}

struct holidays respond_holidays(const struct config *config)
{
    return (struct holidays){.sets = config->sla.holidays.sets,
                             .without = config->sla.holidays.without,
                             .yearly = config->sla.holidays.yearly,
                             .n_yearly = config->sla.holidays.n_yearly,
                             .dates = config->sla.holidays.dates,
                             .n_dates = config->sla.holidays.n_dates};
}

/* ---- Calendars ---- */

static int compile(const struct respond *respond, struct compiled *compiled,
                   struct calendar_spec *spec, struct error *error)
{
    struct utc_offset *offsets = NULL;
    int rc = tz_offsets(compiled->tz, respond->first, respond->last, &offsets, &spec->n_offsets);

    if (rc < 0)
        return error_memory(error);
    spec->offsets = offsets;
    spec->first = tz_civil_day(compiled->tz, respond->first);
    spec->last = tz_civil_day(compiled->tz, respond->last);
    rc = calendar_compile(spec, &compiled->calendar, error);
    free(offsets);
    return rc;
}

static const char *configured_name(const struct config *config)
{
    return config->language == LANGUAGE_FR ? "configuration de qualiodoo"
                                           : "configuration of qualiodoo";
}

/* The weekly hours of the configuration. */
static int configured_hours(const struct config *config, struct calendar_attendance **ret,
                            size_t *ret_count)
{
    size_t size = 0;

    for (int weekday = 0; weekday < 7; weekday++)
        for (size_t i = 0; i < config->sla.n_hours[weekday]; i++) {
            if (ARRAY_RESERVE(*ret, size, *ret_count + 1) < 0)
                return ERR_NO_MEMORY;
            (*ret)[(*ret_count)++] = (struct calendar_attendance){
                .weekday = weekday,
                .week = CALENDAR_EVERY_WEEK,
                .start_minute = config->sla.hours[weekday][i].start_minute,
                .end_minute = config->sla.hours[weekday][i].end_minute};
        }
    return 0;
}

/* The closed days of the configuration, in the years that are compiled. */
static int configured_holidays(const struct respond *respond, const struct tz *tz, civil_day **ret,
                               size_t *ret_count)
{
    const struct holidays holidays = respond_holidays(respond->config);
    int first, last, month, day;
    size_t size = 0;

    civil_to_date(tz_civil_day(tz, respond->first), &first, &month, &day);
    civil_to_date(tz_civil_day(tz, respond->last), &last, &month, &day);
    if (last - first > HOLIDAY_YEARS_MAX)
        first = last - HOLIDAY_YEARS_MAX;
    for (int year = first; year <= last; year++) {
        if (ARRAY_RESERVE(*ret, size, *ret_count + HOLIDAYS_OF_SETS_MAX + holidays.n_yearly) < 0)
            return ERR_NO_MEMORY;
        *ret_count += holidays_of_year(&holidays, year, *ret + *ret_count);
    }
    if (ARRAY_RESERVE(*ret, size, *ret_count + holidays.n_dates + 1) < 0)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < holidays.n_dates; i++)
        (*ret)[(*ret_count)++] = holidays.dates[i];
    return 0;
}

/* Compiles the calendar of the configuration. */
static int make_configured(struct respond *respond, struct compiled *compiled, struct error *error)
{
    const struct config *config = respond->config;
    struct calendar_attendance *attendances = NULL;
    struct calendar_spec spec = {0};
    civil_day *closed = NULL;
    int rc;

    compiled->tz = tz_open(config->timezone);
    compiled->shown.zone = config->timezone;
    compiled->shown.name = configured_name(config);
    if (!compiled->tz)
        return error_memory(error);
    rc = configured_hours(config, &attendances, &spec.n_attendances);
    if (rc == 0)
        rc = configured_holidays(respond, compiled->tz, &closed, &spec.n_closed);
    spec.attendances = attendances;
    spec.closed = closed;
    rc = rc < 0 ? error_memory(error) : compile(respond, compiled, &spec, error);
    free(attendances);
    free(closed);
    return rc;
}

/* Compiles a mirrored calendar of Odoo. */
static int make_mirrored(struct respond *respond, struct compiled *compiled, struct error *error)
{
    struct calendar_rows *rows = &compiled->rows;
    struct calendar_spec spec;
    int rc = calendar_rows_load(respond->store, compiled->shown.id, compiled->company, rows, error);

    if (rc < 0)
        return rc;
    compiled->shown.name = rows->name;
    compiled->shown.zone = rows->tz;
    compiled->shown.rows = rows;
    if (rows->flexible)
        return error_set(error, ERR_CONFIG,
                         "its hours are flexible, which Odoo counts by another rule: give it fixed "
                         "hours, or choose another calendar");
    compiled->tz = tz_open(rows->tz);
    if (!compiled->tz)
        return error_set(error, ERR_CONFIG, "unknown time zone '%s'", rows->tz);
    spec = (struct calendar_spec){.attendances = rows->attendances,
                                  .n_attendances = rows->n_attendances,
                                  .leaves = rows->leaves,
                                  .n_leaves = rows->n_leaves};
    return compile(respond, compiled, &spec, error);
}

/* Compiles a calendar for a company. Returns 0 with compiled->error set when the calendar cannot be
 * used; fails only for lack of memory, or when the state cannot be read. */
static int make_calendar(struct respond *respond, int64_t id, int64_t company,
                         struct compiled **ret, struct error *error)
{
    struct compiled *compiled = calloc(1, sizeof *compiled);
    int rc;

    if (!compiled)
        return error_memory(error);
    compiled->next = respond->calendars;
    respond->calendars = compiled;
    compiled->shown.id = id;
    compiled->company = company;
    compiled->shown.name = "";
    rc = id ? make_mirrored(respond, compiled, &compiled->error)
            : make_configured(respond, compiled, &compiled->error);
    if (rc < 0 && rc != ERR_CONFIG && rc != ERR_NOT_FOUND) {
        *error = compiled->error;
        return rc;
    }
    if (rc == ERR_NOT_FOUND) {
        error_set(&compiled->error, ERR_CALENDAR,
                  "the working calendar %lld%s cannot be used: Odoo has none of that id, or hides "
                  "it from the agent ('qualiodoo doctor' says who uses it)",
                  (long long)id, respond->config->sla.calendar_id ? " (sla.calendar)" : "");
    } else if (rc < 0) {
        struct error cause = compiled->error;

        error_set(&compiled->error, ERR_CALENDAR,
                  "the working calendar '%s' (%lld) cannot be used: %s", compiled->shown.name,
                  (long long)id, cause.message);
    }
    compiled->shown.calendar = compiled->calendar;
    compiled->shown.tz = compiled->tz;
    *ret = compiled;
    return 0;
}

int respond_calendar(struct respond *respond, const struct target_ticket *ticket,
                     const struct respond_calendar **ret, struct error *error)
{
    const struct config *config = respond->config;
    bool configured = config->sla.calendar == CALENDAR_CONFIG;
    int64_t id = config->sla.calendar_id ? config->sla.calendar_id : ticket->calendar;
    int64_t company = configured ? 0 : ticket->company;
    struct compiled *compiled = respond->calendars;
    int rc;

    if (configured)
        id = 0;
    if (ticket->facts.response.created < respond->oldest)
        return error_set(error, ERR_CALENDAR,
                         "ticket %lld was created more than %d years ago, says Odoo, and is not "
                         "judged: correct its creation date, or leave it out (tickets.domain)",
                         (long long)ticket->id, YEARS_JUDGED);
    if (!configured && !id) {
        error_set(error, ERR_CALENDAR,
                  "ticket %lld has no working calendar: neither its team nor its company has one "
                  "in Odoo (Settings, Companies, Working Hours); give them one, or set "
                  "sla.calendar",
                  (long long)ticket->id);
        return ERR_CALENDAR;
    }
    while (compiled && (compiled->shown.id != id || compiled->company != company))
        compiled = compiled->next;
    if (!compiled && (rc = make_calendar(respond, id, company, &compiled, error)) < 0)
        return rc;
    if (compiled->error.code) {
        *error = compiled->error;
        return ERR_CALENDAR;
    }
    *ret = &compiled->shown;
    return 0;
}

/* ---- Judging ---- */

struct judge {
    struct respond *respond;
    struct respond_run *run;
};

enum respond_duty respond_duty(const struct respond *respond, const struct target_ticket *ticket,
                               instant now)
{
    const struct sla_policy *policy = respond_policy(respond);
    instant when;

    if (!ticket->in_domain)
        return RESPOND_OUT_OF_DOMAIN;
    if (ticket->facts.response.created > now)
        return RESPOND_NOT_YET;
    if (ticket->born_closed)
        return RESPOND_BORN_CLOSED;
    if (ticket->active || sla_stands(&ticket->facts, now) ||
        response_first(&ticket->facts.response, policy->responses, &when) != RESPONSE_NONE)
        return RESPOND_OWED;
    return RESPOND_WITHDRAWN;
}

int respond_judge(struct respond *respond, const struct target_ticket *ticket, instant now,
                  struct target_verdict *ret, struct error *error)
{
    struct target_verdict target = {.ticket = ticket};
    struct sla_question question = {
        .facts = &ticket->facts, .policy = respond_policy(respond), .now = now};
    const struct respond_calendar *calendar = NULL;
    int rc = 0;

    if (!sla_stands(&ticket->facts, now))
        rc = respond_calendar(respond, ticket, &calendar, error);
    if (calendar)
        question.calendar = calendar->calendar;
    if (rc == 0)
        rc = sla_judge(&question, &target.verdict, error);
    if (rc == ERR_CONFIG) {
        error_prefix(error, "ticket %lld", (long long)ticket->id);
        error->code = rc = ERR_CALENDAR;
    }
    if (rc < 0)
        return rc;
    if (ticket->settled) { /* its deadline was computed by the calendar of that time */
        target.calendar_id = ticket->settled->calendar;
        target.calendar_name = *ticket->settled->calendar_name ? ticket->settled->calendar_name
                                                               : configured_name(respond->config);
    } else {
        assert(calendar); /* without a settled verdict, the calendar was asked for */
        target.calendar_id = calendar->id;
        target.calendar_name = calendar->name;
    }
    *ret = target;
    return 0;
}

static int judge_ticket(void *context, const struct target_ticket *ticket, struct error *error)
{
    const struct judge *judge = context;
    struct respond_run *run = judge->run;
    struct target_verdict target;
    struct error problem = {0};
    int rc;

    /* INT64_MAX: judge tickets created after `now` too, as Odoo's clock may be ahead of this
     * machine's. */
    if (respond_duty(judge->respond, ticket, INT64_MAX) != RESPOND_OWED)
        return 0;
    rc = respond_judge(judge->respond, ticket, run->now, &target, &problem);
    if (rc == ERR_CALENDAR) {
        if (run->problem.code == 0)
            run->problem = problem;
        return run->unjudged ? run->unjudged(run->context, ticket->id, error) : 0;
    }
    if (rc < 0) {
        *error = problem;
        return rc;
    }
    return run->row(run->context, &target, error);
}

int respond_each(struct respond *respond, const struct target_query *query, struct respond_run *run,
                 struct error *error)
{
    struct judge judge = {.respond = respond, .run = run};

    run->problem = (struct error){0};
    return targets_each(respond->store, query, judge_ticket, &judge, error);
}
