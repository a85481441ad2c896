/* doctor_calendar.c - checks whether response times can be counted by the working calendars of
 * Odoo. They are read from Odoo, as the mirror is empty before its first pull. */
#include "doctor_calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor_fields.h"
#include "doctor_findings.h"
#include "doctor_list.h"
#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/tz.h"

#define HOURS_ADVICE                                                                               \
    "enter its hours in Odoo, choose another calendar (sla.calendar: odoo:ID), or write the "      \
    "hours in the configuration (sla.calendar: config)"

struct calendars {
    const struct doctor *doctor;
    json_t *uses;       /* calendar id as text -> array of texts: who uses the calendar */
    json_t *fields;     /* those fields of resource.calendar that exist */
    json_t *attendance; /* those fields of its lines that exist */
};

static json_t *names_of(json_t *fields)
{
    json_t *names = json_array(), *value;
    const char *name;

    json_object_foreach(fields, name, value)
        json_build_add(&names, json_string(name));
    return names;
}

/* ---- Which calendars ---- */

/* Notes that `user` uses the calendar `id`. Takes over `user`. */
static void add_use(struct calendars *calendars, int64_t id, json_t *user)
{
    char key[24];
    json_t *users;

    snprintf(key, sizeof key, "%lld", (long long)id);
    users = json_object_get(calendars->uses, key);
    if (!users)
        json_build_set(&calendars->uses, key, json_pack("[o]", user));
    else if (json_array_append_new(users, user) < 0) {
        json_decref(calendars->uses);
        calendars->uses = NULL;
    }
}

/* Notes the calendars that records of `model` use. `required`: a record without one is a problem
 * (companies); a team without one takes that of its company. */
static int add_uses(struct calendars *calendars, const char *model, const char *kind, bool required,
                    struct error *error)
{
    const struct doctor *doctor = calendars->doctor;
    json_t *known = NULL, *records = NULL, *record;
    struct doctor_list without = {0};
    size_t i;
    int rc = doctor_fields(doctor, model, json_pack("[s]", "resource_calendar_id"), &known, error);

    if (rc == 0 && json_object_size(known))
        rc = ask_records(
            doctor->odoo,
            (struct ask_query){.model = model,
                               .domain = json_array(),
                               .fields = json_pack("[ss]", "name", "resource_calendar_id")},
            &records, error);
    json_array_foreach(records, i, record) {
        int64_t id = ask_field_id(record, "resource_calendar_id");
        const char *name = json_string_value(json_object_get(record, "name"));

        if (id)
            add_use(calendars, id, json_sprintf("%s '%s'", kind, name ? name : ""));
        else if (required)
            doctor_list_add(&without, "'%s'", name ? name : "");
    }
    if (without.count)
        doctor_problem(doctor,
                       "give the company its working hours in Odoo (Settings, Companies), or write "
                       "the hours in the configuration (sla.calendar: config)",
                       "no working calendar: %s %s; the response times of its tickets cannot be "
                       "counted",
                       kind, doctor_list_text(&without));
    doctor_list_free(&without);
    json_decref(known);
    json_decref(records);
    return rc;
}

/* ---- One calendar ---- */

/* Section headings, breaks and the lines of a single resource do not count as working time. */
static bool is_working_time(json_t *line)
{
    const char *period = json_string_value(json_object_get(line, "day_period"));

    return !json_string_value(json_object_get(line, "display_type")) &&
           ask_field_id(line, "resource_id") == 0 && (!period || strcmp(period, "lunch") != 0) &&
           json_number_value(json_object_get(line, "hour_to")) >
               json_number_value(json_object_get(line, "hour_from"));
}

static int count_lines(const struct calendars *calendars, int64_t id, size_t *ret,
                       struct error *error)
{
    json_t *records = NULL, *record;
    size_t i;
    int rc = ask_records(
        calendars->doctor->odoo,
        (struct ask_query){.model = "resource.calendar.attendance",
                           .domain = json_pack("[[ssI]]", "calendar_id", "=", (json_int_t)id),
                           .fields = names_of(calendars->attendance)},
        &records, error);

    *ret = 0;
    json_array_foreach(records, i, record)
        *ret += is_working_time(record);
    json_decref(records);
    return rc;
}

static bool is_zone(json_t *record, const char **ret_name)
{
    struct tz *zone;

    *ret_name = json_string_value(json_object_get(record, "tz"));
    zone = *ret_name ? tz_open(*ret_name) : NULL;
    tz_free(zone);
    return zone != NULL;
}

/* Reports a usable calendar, and notes a time zone other than the configured one: a new calendar is
 * in UTC until somebody chooses its zone. */
static void report_usable(const struct doctor *doctor, json_t *record, const char *zone,
                          size_t lines, const char *users)
{
    const char *name = json_string_value(json_object_get(record, "name"));
    long long id = ask_field_id(record, "id");

    doctor_ok(doctor, "working calendar '%s' (%lld), %s, %zu periods: %s", name ? name : "", id,
              zone, lines, users);
    if (strcmp(zone, doctor->config->timezone) != 0)
        doctor_note(
            doctor, "if that is not intended, correct its time zone in Odoo",
            "the hours of the working calendar '%s' (%lld) are those of the time zone '%s', "
            "and timezone is '%s'",
            name ? name : "", id, zone, doctor->config->timezone);
}

static int check_calendar(const struct calendars *calendars, int64_t id, const char *users,
                          json_t *record, struct error *error)
{
    const struct doctor *doctor = calendars->doctor;
    const char *name = json_string_value(json_object_get(record, "name")), *zone = NULL;
    size_t lines = 0;
    int rc = record ? count_lines(calendars, id, &lines, error) : 0;

    if (rc < 0)
        return rc;
    if (!record)
        doctor_problem(doctor, HOURS_ADVICE, "this Odoo has no working calendar %lld (%s)",
                       (long long)id, users);
    else if (json_is_true(json_object_get(record, "flexible_hours")))
        doctor_problem(doctor, HOURS_ADVICE,
                       "the hours of the working calendar '%s' (%lld, %s) are flexible, which Odoo "
                       "counts by another rule: response times cannot be counted by it",
                       name ? name : "", (long long)id, users);
    else if (!lines)
        doctor_problem(doctor, HOURS_ADVICE,
                       "the working calendar '%s' (%lld, %s) has no working hours",
                       name ? name : "", (long long)id, users);
    else if (!is_zone(record, &zone))
        doctor_problem(doctor, "correct it in Odoo",
                       "the working calendar '%s' (%lld, %s) has an unknown time zone: '%s'",
                       name ? name : "", (long long)id, users, zone ? zone : "");
    else
        report_usable(doctor, record, zone, lines, users);
    return 0;
}

static int check_use(const struct calendars *calendars, const char *key, json_t *users,
                     struct error *error)
{
    int64_t id = strtoll(key, NULL, 10);
    struct doctor_list list = {0};
    json_t *records = NULL, *user;
    size_t i;
    int rc =
        ask_records(calendars->doctor->odoo,
                    (struct ask_query){.model = "resource.calendar",
                                       .domain = json_pack("[[ssI]]", "id", "=", (json_int_t)id),
                                       .fields = names_of(calendars->fields)},
                    &records, error);

    json_array_foreach(users, i, user)
        doctor_list_add(&list, "%s", json_string_value(user));
    if (rc == 0)
        rc = check_calendar(calendars, id, doctor_list_text(&list), json_array_get(records, 0),
                            error);
    doctor_list_free(&list);
    json_decref(records);
    return rc;
}

/* ---- The whole ---- */

static int ask_fields(struct calendars *calendars, struct error *error)
{
    int rc = doctor_fields(calendars->doctor, "resource.calendar",
                           json_pack("[sss]", "name", "tz", "flexible_hours"), &calendars->fields,
                           error);

    if (rc == 0)
        rc = doctor_fields(calendars->doctor, "resource.calendar.attendance",
                           json_pack("[sssss]", "hour_from", "hour_to", "day_period",
                                     "display_type", "resource_id"),
                           &calendars->attendance, error);
    return rc;
}

static int find_uses(struct calendars *calendars, struct error *error)
{
    const struct doctor *doctor = calendars->doctor;
    int64_t chosen = doctor->config->sla.calendar_id;
    int rc;

    if (chosen) {
        add_use(calendars, chosen, json_string("sla.calendar"));
        return 0;
    }
    rc = add_uses(calendars, "res.company", "company", true, error);
    if (rc == 0 && doctor->flavour)
        rc = add_uses(calendars, doctor->flavour->team, "team", false, error);
    return rc;
}

static int check_calendars(struct calendars *calendars, struct error *error)
{
    json_t *users;
    const char *key;
    int rc = ask_fields(calendars, error);

    if (rc == 0)
        rc = find_uses(calendars, error);
    if (rc == 0 && !calendars->uses)
        rc = error_memory(error);
    json_object_foreach(calendars->uses, key, users) {
        if (rc == 0)
            rc = check_use(calendars, key, users, error);
    }
    return rc;
}

int doctor_calendar(struct doctor *doctor, struct error *error)
{
    struct calendars calendars = {.doctor = doctor, .uses = json_object()};
    int rc;

    doctor->topic = "calendar";
    if (doctor->config->sla.calendar == CALENDAR_CONFIG) {
        json_decref(calendars.uses);
        doctor_ok(doctor, "working hours are those of the configuration");
        return 0;
    }
    rc = check_calendars(&calendars, error);
    json_decref(calendars.uses);
    json_decref(calendars.fields);
    json_decref(calendars.attendance);
    if (rc != ERR_MISSING_MODEL)
        return rc;
    doctor_problem(doctor, "write the hours in the configuration (sla.calendar: config)",
                   "this Odoo has no working calendars (module 'resource')");
    return 0;
}
