/* doctor_timesheets.c - checks that Odoo has the tickets, tags and lines that the configuration
 * names, and that it hides no timesheet lines from the agent. */
#include "doctor_timesheets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "doctor_fields.h"
#include "doctor_findings.h"
#include "doctor_list.h"
#include "qualiodoo/core/duration.h"
#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/store/mirror_sets.h"
#include "qualiodoo/store/review.h"
#include "qualiodoo/util/civil.h"

enum {
    TICKETS_COMPARED = 5000, /* the latest ones: enough to notice a private project */
    TICKETS_CONFIRMED = 200, /* suspects whose lines are read again, two calls each */
};

/* ---- What is in scope ---- */

/* An excluded tag must exist: with a misspelt one, the tickets it should exclude are charged. */
static int check_tag(const struct doctor *doctor, const char *tag, struct error *error)
{
    json_t *records = NULL;
    int rc = ask_records(doctor->odoo,
                         (struct ask_query){.model = doctor->flavour->tag,
                                            .domain = json_pack("[[sss]]", "name", "=", tag),
                                            .fields = json_pack("[s]", "id")},
                         &records, error);

    if (rc == 0 && !json_array_size(records))
        doctor_problem(doctor, "correct tickets.excluded_tags, or make that tag",
                       "no tag of tickets has the name '%s': no ticket is left out by it", tag);
    json_decref(records);
    return rc;
}

/* A domain of the configuration. */
struct scope {
    const char *key, *model;
    const char *what; /* one record, in the finding */
    json_t *domain;   /* borrowed */
};

/* Asks Odoo to count the records of a configured domain: a field that does not exist is an error
 * here. */
static int check_domain(const struct doctor *doctor, const struct scope *scope, struct error *error)
{
    struct odoo_call call = {.model = scope->model,
                             .method = "search_count",
                             .arguments = json_pack("[O]", scope->domain),
                             .keywords = json_pack("{s{sb}}", "context", "active_test", 0),
                             .with_keywords = true,
                             .safe = true};
    char advice[64];
    json_t *result = NULL;
    int rc = ask(doctor->odoo, call, &result, error);

    if (rc == ERR_NETWORK || rc == ERR_NO_MEMORY)
        return rc;
    snprintf(advice, sizeof advice, rc < 0 ? "correct %s" : "look at %s", scope->key);
    if (rc < 0)
        doctor_problem(doctor, advice, "Odoo refuses %s: %s", scope->key, error->message);
    else if (json_array_size(scope->domain) && json_integer_value(result) == 0)
        doctor_note(doctor, advice, "no %s matches %s", scope->what, scope->key);
    else
        doctor_ok(doctor, "%lld %ss are in scope", (long long)json_integer_value(result),
                  scope->what);
    json_decref(result);
    return 0;
}

static int check_domains(const struct doctor *doctor, struct error *error)
{
    const struct config *config = doctor->config;
    const struct scope tickets = {.key = "tickets.domain",
                                  .model = doctor->flavour->ticket,
                                  .what = "ticket",
                                  .domain = config->tickets.domain};
    const struct scope lines = {.key = "timesheets.domain",
                                .model = "account.analytic.line",
                                .what = "timesheet line",
                                .domain = config->timesheets.domain};
    int rc = check_domain(doctor, &tickets, error);

    if (rc == 0 && json_array_size(lines.domain))
        rc = check_domain(doctor, &lines, error);
    return rc;
}

/* ---- Lines that are hidden ---- */

/* Hours in the unit of the mirror; 0 for absurd values. */
static nano hours_of(json_t *record, const char *field)
{
    double hours = json_number_value(json_object_get(record, field));

    return fabs(hours) < 1e9 ? llround(hours * (double)NANO_ONE) : 0;
}

/* Odoo's sum of the hours of each ticket, compared with the mirror. */
struct comparison {
    const struct doctor *doctor;
    struct store *store;
    const char *total;   /* the field with the sum; NULL: there is none */
    struct ids suspects; /* tickets for which Odoo counts more hours than the mirror holds */
};

/* The field with the sum of a ticket's hours, hidden lines included; NULL when there is none. */
static int total_field(const struct doctor *doctor, const char **ret, struct error *error)
{
    const char *total = doctor->flavour->total;
    json_t *known = NULL;
    int rc = doctor_fields(doctor, doctor->flavour->ticket, json_pack("[s]", total), &known, error);

    *ret = rc == 0 && json_object_get(known, total) ? total : NULL;
    json_decref(known);
    return rc;
}

/* Tickets with hours of work and an id below `before`, latest first. */
static int latest_tickets(const struct comparison *comparison, int64_t before, json_t **ret,
                          struct error *error)
{
    const struct doctor *doctor = comparison->doctor;
    const char *total = comparison->total;
    struct odoo_call call = {
        .model = doctor->flavour->ticket,
        .method = "search_read",
        .arguments = json_pack("[[[ssI] [ssi]]]", "id", "<", (json_int_t)before, total, ">", 0),
        .keywords =
            json_pack("{s[s] ss si ss s{sb}}", "fields", total, "order", "id desc", "limit",
                      doctor->config->odoo.page_size, "load", "", "context", "active_test", 0),
        .with_keywords = true,
        .safe = true};

    return ask(doctor->odoo, call, ret, error);
}

/* Adds the suspects among `tickets`. *ret_last: the id of the last one. */
static int compare_tickets(struct comparison *comparison, json_t *tickets, int64_t *ret_last,
                           struct error *error)
{
    json_t *ticket;
    size_t i;
    int rc = 0;

    json_array_foreach(tickets, i, ticket) {
        nano mirrored = 0;

        *ret_last = ask_field_id(ticket, "id");
        if (rc == 0)
            rc = review_ticket_amount(comparison->store, *ret_last, &mirrored, error);
        if (rc == 0 && hours_of(ticket, comparison->total) - mirrored > REVIEW_TOLERANCE &&
            ids_add(&comparison->suspects, *ret_last) < 0)
            rc = error_memory(error);
    }
    return rc;
}

static int find_suspects(struct comparison *comparison, struct error *error)
{
    int64_t before = INT32_MAX;
    size_t seen = 0;

    while (seen < TICKETS_COMPARED) {
        json_t *tickets = NULL;
        size_t count;
        int rc = latest_tickets(comparison, before, &tickets, error);

        if (rc == 0)
            rc = compare_tickets(comparison, tickets, &before, error);
        count = json_array_size(tickets);
        json_decref(tickets);
        if (rc < 0 || count < (size_t)comparison->doctor->config->odoo.page_size)
            return rc;
        seen += count;
    }
    return 0;
}

/* The sum of those lines of a ticket that the agent's user can read now. */
static int visible_hours(const struct doctor *doctor, int64_t ticket, nano *ret,
                         struct error *error)
{
    json_t *lines = NULL, *line;
    size_t i;
    int rc = ask_records(doctor->odoo,
                         (struct ask_query){.model = "account.analytic.line",
                                            .domain = json_pack("[[ssI]]", doctor->flavour->link,
                                                                "=", (json_int_t)ticket),
                                            .fields = json_pack("[s]", "unit_amount")},
                         &lines, error);

    *ret = 0;
    json_array_foreach(lines, i, line)
        *ret += hours_of(line, "unit_amount");
    json_decref(lines);
    return rc;
}

static int total_hours(const struct comparison *comparison, int64_t ticket, nano *ret,
                       struct error *error)
{
    const struct doctor *doctor = comparison->doctor;
    const char *total = comparison->total;
    json_t *records = NULL;
    int rc = ask_records(
        doctor->odoo,
        (struct ask_query){.model = doctor->flavour->ticket,
                           .domain = json_pack("[[ssI]]", "id", "=", (json_int_t)ticket),
                           .fields = json_pack("[s]", total)},
        &records, error);

    if (rc == 0)
        *ret = hours_of(json_array_get(records, 0), total);
    json_decref(records);
    return rc;
}

/* A ticket may be a suspect only because the mirror is older: its sum and its lines are compared
 * again, both read from Odoo. */
static int confirm_hidden(const struct comparison *comparison, struct error *error)
{
    const struct doctor *doctor = comparison->doctor;
    const struct ids *suspects = &comparison->suspects;
    struct doctor_list list = {0};
    int rc = 0;

    for (size_t i = 0; i < suspects->count && i < TICKETS_CONFIRMED && rc == 0; i++) {
        nano all = 0, visible = 0;
        char text[MINUTES_TEXT_SIZE];

        rc = visible_hours(doctor, suspects->items[i], &visible, error);
        if (rc == 0)
            rc = total_hours(comparison, suspects->items[i], &all, error);
        if (rc == 0 && all - visible > REVIEW_TOLERANCE)
            doctor_list_add(&list, "%lld (%s)", (long long)suspects->items[i],
                            minutes_format(duration_minutes(all - visible), text));
    }
    if (list.count)
        doctor_problem(doctor,
                       "a project is visible to its followers only: make the agent's user follow "
                       "it, or open the project to all internal users",
                       "timesheet lines that the agent's user does not see, and that are not "
                       "charged, on tickets %s",
                       doctor_list_text(&list));
    doctor_list_free(&list);
    return rc;
}

/* Reports nothing when it cannot be known: no field with the sum, no complete mirror, no right. */
static int check_hidden(const struct doctor *doctor, struct error *error)
{
    struct comparison comparison = {.doctor = doctor};
    struct error ignored;
    bool complete = false;
    int rc = total_field(doctor, &comparison.total, error);

    if (rc == 0 && comparison.total &&
        store_open(doctor->config->state.path, STORE_READ, &comparison.store, &ignored) == 0 &&
        mirror_is_complete(comparison.store, &complete, &ignored) == 0 && complete)
        rc = find_suspects(&comparison, error);
    store_close(comparison.store);
    if (rc == 0)
        rc = confirm_hidden(&comparison, error);
    free(comparison.suspects.items);
    return rc == ERR_NETWORK || rc == ERR_NO_MEMORY ? rc : 0;
}

int doctor_timesheets(struct doctor *doctor, struct error *error)
{
    const struct config *config = doctor->config;
    int rc;

    doctor->topic = "tickets";
    if (!doctor->flavour)
        return 0;
    if (!doctor->hour_unit)
        doctor_note(
            doctor, "look at the units of measure of Odoo (Working Time)",
            "the unit of measure 'Hours' was not found: every timesheet is taken for hours");
    rc = check_domains(doctor, error);
    for (size_t i = 0; i < config->tickets.n_excluded_tags && rc == 0; i++)
        rc = check_tag(doctor, config->tickets.excluded_tags[i], error);
    return rc < 0 || doctor->sees_own_only ? rc : check_hidden(doctor, error);
}
