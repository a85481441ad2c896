/* explain_sla.c - explain sla: where the deadline of a ticket comes from, what stopped the clock
 * and what did not, and what was written into Odoo. */

#include <stdlib.h>

#include "commands.h"
#include "explain_sla_days.h"
#include "explain_sla_text.h"
#include "explain_sla_written.h"
#include "output.h"
#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/json_build.h"

struct story {
    struct view *view;
    struct respond *respond;
    const struct flavour *flavour;
    enum respond_duty duty;
    struct target_verdict target; /* calendar and verdict: only when a response is owed */
    const struct respond_calendar *calendar; /* today's; NULL: it cannot be used */
    struct sla_verdict today;                /* what today's settings give, if `calendar` */
    json_t *document;
};

/* Adds `items` to the document and takes their reference. */
static int add(struct story *story, json_t *items, struct error *error)
{
    int rc = items ? json_object_update(story->document, items) : -1;

    json_decref(items);
    return rc < 0 ? error_memory(error) : 0;
}

/* ---- The ticket, and what it is promised ---- */

static int add_ticket(struct story *story, struct error *error)
{
    const struct target_ticket *ticket = story->target.ticket;
    static const char *const why_not[] = {
        [RESPOND_OWED] = NULL,
        [RESPOND_OUT_OF_DOMAIN] = "it does not match tickets.domain",
        [RESPOND_WITHDRAWN] = "it was archived before anybody answered",
        [RESPOND_BORN_CLOSED] = ("it was created in a closed stage: it was answered before it "
                                 "was recorded"),
        [RESPOND_NOT_YET] = "it is created later than the time that is asked about",
    };
    char *customer = NULL;
    json_t *items;
    int rc = 0;

    if (ticket->customer)
        rc = lookup_partner_name(story->view->store, ticket->customer, &customer, error);
    if (rc < 0)
        return rc;
    items = json_pack("{sI so so so so sb so so}", "ticket_id", (json_int_t)ticket->id, "ticket",
                      json_text(ticket->number), "record",
                      json_sprintf("%s:%lld", story->flavour->ticket, (long long)ticket->id),
                      "customer_id", json_optional_id(ticket->customer), "customer",
                      json_text(customer), "owed", story->duty == RESPOND_OWED, "why_not",
                      json_text(why_not[story->duty]), "created_at",
                      json_instant(ticket->facts.response.created));
    free(customer);
    return add(story, items, error);
}

static int add_promise(struct story *story, struct error *error)
{
    const struct sla_policy *policy = respond_policy(story->respond);
    int priority = story->target.ticket->facts.priority;
    enum sla_urgency urgency = policy->urgency[priority >= 0 && priority <= 3 ? priority : 0];
    struct sla_target target = policy->targets[urgency];

    if (story->duty == RESPOND_OWED) {
        urgency = story->target.verdict.urgency;
        target = story->target.verdict.target;
    }
    return add(story,
               json_pack("{so ss so so}", "priority", json_sprintf("%d", priority), "urgency",
                         sla_urgency_name(urgency), "target_seconds",
                         target.days ? json_null() : json_integer((json_int_t)target.seconds),
                         "target_days", target.days ? json_integer(target.days) : json_null()),
               error);
}

/* ---- The calendar, and why this one ---- */

/* Whether today's settings give the start and the deadline of the verdict. */
static bool is_of_today(const struct story *story)
{
    const struct sla_verdict *verdict = &story->target.verdict;

    return story->calendar && story->today.started == verdict->started &&
           story->today.deadline == verdict->deadline;
}

static int add_source(const struct story *story, json_t **ret, struct error *error)
{
    const struct config *config = story->view->config;
    enum target_source source;
    int64_t id;
    int rc;

    if (story->target.ticket->settled &&
        (!is_of_today(story) || story->calendar->id != story->target.calendar_id)) {
        *ret = json_string("that of the deadline, which the response settled");
        return 0;
    }
    if (config->sla.calendar == CALENDAR_CONFIG) {
        *ret = json_string("sla.calendar: config");
        return 0;
    }
    if (config->sla.calendar_id) {
        *ret = json_sprintf("sla.calendar: odoo:%lld", (long long)config->sla.calendar_id);
        return 0;
    }
    rc = targets_source(story->view->store, story->target.ticket->id, &source, &id, error);
    if (rc < 0)
        return rc;
    if (source == TARGET_OF_TEAM)
        *ret = json_sprintf("that of the ticket's team (%s:%lld)", story->flavour->team,
                            (long long)id);
    else
        *ret = json_sprintf("that of %s (res.company:%lld)",
                            source == TARGET_OF_COMPANY        ? "the ticket's company"
                            : source == TARGET_OF_TEAM_COMPANY ? "the company of the ticket's team"
                                                               : "the first company",
                            (long long)id);
    return 0;
}

static int add_calendar(struct story *story, struct error *error)
{
    const struct target_verdict *target = &story->target;
    bool same = story->calendar && story->calendar->id == target->calendar_id;
    json_t *source = NULL;
    int rc = add_source(story, &source, error);

    if (rc < 0)
        return rc;
    return add(story,
               json_pack("{s{so ss so so}}", "calendar", "record",
                         target->calendar_id ? json_sprintf("resource.calendar:%lld",
                                                            (long long)target->calendar_id)
                                             : json_null(),
                         "name", target->calendar_name, "time_zone",
                         json_text(same ? story->calendar->zone : NULL), "source", source),
               error);
}

/* ---- The clock ---- */

static int add_clock(struct story *story, struct error *error)
{
    const struct sla_verdict *verdict = &story->target.verdict;
    bool answered = verdict->event != RESPONSE_NONE;

    return add(
        story,
        json_pack("{so sb so si so so ss sI sI so so}", "started_at",
                  json_instant(verdict->started), "moved_to_opening",
                  verdict->started != story->target.ticket->facts.response.created, "warn_at",
                  json_instant(verdict->warn_at), "warn_at_percent",
                  respond_policy(story->respond)->warn_at_percent, "deadline",
                  json_instant(verdict->deadline), "responded_at",
                  json_optional_instant(answered, verdict->responded), "state",
                  sla_state_name(verdict->state), "used_seconds", (json_int_t)verdict->used_seconds,
                  "late_seconds", (json_int_t)verdict->late_seconds, "next_change",
                  json_optional_instant(verdict->has_next_change, verdict->next_change), "history",
                  json_text(history_status_name(verdict->unsure ? HISTORY_UNKNOWN
                                                                : story->target.ticket->history))),
        error);
}

/* ---- What the response settled ---- */

static json_t *rule_json(const struct sla_verdict *verdict)
{
    return json_pack(
        "{ss so so so}", "urgency", sla_urgency_name(verdict->urgency), "target_seconds",
        verdict->target.days ? json_null() : json_integer((json_int_t)verdict->target.seconds),
        "target_days", verdict->target.days ? json_integer(verdict->target.days) : json_null(),
        "deadline", json_instant(verdict->deadline));
}

static int add_settled(struct story *story, struct error *error)
{
    const struct settled_row *settled = story->target.ticket->settled;
    bool stands;
    json_t *rule;

    if (!settled)
        return add(story, json_pack("{sn}", "settled"), error);
    stands = story->target.verdict.event == settled->settled.verdict.event &&
             story->target.verdict.responded == settled->settled.verdict.responded;
    rule = rule_json(&story->target.verdict);
    json_build_set(&rule, "at", json_instant(settled->at));
    json_build_set(&rule, "stands", json_boolean(stands));
    json_build_set(&rule, "today", story->calendar ? rule_json(&story->today) : json_null());
    json_build_set(&rule, "differs_today", json_boolean(!is_of_today(story)));
    return add(story, json_pack("{so}", "settled", rule), error);
}

/* For a ticket that is owed no response: the same keys, with null or empty values. */
static int add_nothing(struct story *story, struct error *error)
{
    static const char *const absent[] = {"calendar",     "started_at",      "moved_to_opening",
                                         "warn_at",      "warn_at_percent", "deadline",
                                         "responded_at", "state",           "used_seconds",
                                         "late_seconds", "next_change",     "history",
                                         "settled"};
    json_t *items = json_object();

    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        json_build_set(&items, absent[i], json_null());
    json_build_set(&items, "intervals", json_array());
    json_build_set(&items, "skipped", json_array());
    json_build_set(&items, "leaves", json_array());
    return add(story, items, error);
}

/* ---- What could have stopped it ---- */

struct candidate {
    enum response_event event;
    const char *name;   /* in the document */
    const char *absent; /* why there is none */
    bool counts;        /* in sla.response */
    instant when;       /* 0: it did not happen */
    json_t *record;     /* its record in Odoo; candidate_json() takes the reference */
};

static const char *const stopped_by[] = {
    [RESPONSE_NONE] = "", /* no response yet */
    [RESPONSE_ASSIGNED] = "not before the assignment, which stopped the clock",
    [RESPONSE_REPLIED] = "not before the reply, which stopped the clock",
    [RESPONSE_CLOSED] = "not before the closing, which stopped the clock",
    [RESPONSE_WORKED] = "not before the recorded work, which stopped the clock",
};

static const char *why(const struct story *story, const struct candidate *candidate)
{
    const struct sla_verdict *verdict = &story->target.verdict;

    if (!candidate->when)
        return candidate->absent;
    if (!candidate->counts)
        return "sla.response leaves it out";
    if (candidate->when > clock_now())
        return "later than the time that is asked about";
    if (story->duty != RESPOND_OWED)
        return "no response is owed";
    if (candidate->event != verdict->event)
        return stopped_by[verdict->event];
    if (verdict->unsure)
        return "after the deadline, but perhaps not the first: its history is unknown";
    return verdict->state == SLA_MET ? "stopped the clock, in time"
                                     : "stopped the clock, after the deadline";
}

static json_t *candidate_json(const struct story *story, const struct candidate *candidate)
{
    bool stopped = candidate->event == story->target.verdict.event;

    return json_pack("{ss so so sb ss}", "event", candidate->name, "at",
                     json_optional_instant(candidate->when != 0, candidate->when), "record",
                     candidate->record, "stopped_the_clock", stopped, "why", why(story, candidate));
}

/* When an event happened; for the event that stopped the clock, the verdict's own time. */
static instant event_when(const struct story *story, enum response_event event)
{
    const struct sla_verdict *verdict = &story->target.verdict;

    if (story->duty == RESPOND_OWED && verdict->event == event)
        return verdict->responded;
    return response_when(&story->target.ticket->facts.response, event);
}

/* The record of an event: the one of the settled verdict, else `first`, the id of the first in Odoo
 * (0: none). */
static json_t *event_record(const struct story *story, enum response_event event, const char *model,
                            int64_t first)
{
    const struct settled_row *settled = story->target.ticket->settled;

    if (settled && settled->record && settled->settled.verdict.event == event &&
        settled->settled.verdict.responded == event_when(story, event))
        first = settled->record;
    return first ? json_sprintf("%s:%lld", model, (long long)first) : json_null();
}

static int add_events(struct story *story, struct error *error)
{
    const struct target_ticket *ticket = story->target.ticket;
    const struct settled_row *settled = ticket->settled;
    unsigned counted = settled && settled->settled.verdict.event != RESPONSE_NONE
                           ? settled->settled.counted
                           : respond_policy(story->respond)->responses;
    const struct candidate candidates[] = {
        {RESPONSE_ASSIGNED, "assigned",
         ticket->user
             ? "assigned at the creation, or at a time that Odoo does not say, which is no response"
             : "nobody was assigned",
         counted & RESPONSE_BY_ASSIGNMENT, event_when(story, RESPONSE_ASSIGNED),
         ticket->user ? json_sprintf("res.users:%lld", (long long)ticket->user) : json_null()},
        {RESPONSE_REPLIED, "reply", "no public reply by an agent", counted & RESPONSE_BY_REPLY,
         event_when(story, RESPONSE_REPLIED),
         event_record(story, RESPONSE_REPLIED, "mail.message", ticket->reply)},
        {RESPONSE_WORKED, "work", "no work was recorded", counted & RESPONSE_BY_WORK,
         event_when(story, RESPONSE_WORKED),
         event_record(story, RESPONSE_WORKED, "account.analytic.line", ticket->work)},
        {RESPONSE_CLOSED, "closed", "not closed", true, event_when(story, RESPONSE_CLOSED),
         json_null()},
    };
    json_t *events = json_array();

    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++)
        json_build_add(&events, candidate_json(story, &candidates[i]));
    return add(story, json_pack("{so}", "events", events), error);
}

/* ---- The whole ---- */

/* Judges the ticket, then once more by today's settings. A settled verdict needs no calendar, so an
 * unusable one only leaves out the second. */
static int judge(struct story *story, struct error *error)
{
    const struct target_ticket *ticket = story->target.ticket;
    struct sla_facts today = ticket->facts;
    struct sla_question question = {
        .facts = &today, .policy = respond_policy(story->respond), .now = clock_now()};
    struct error unusable = {0};
    int rc = respond_judge(story->respond, ticket, clock_now(), &story->target, error);

    if (rc < 0)
        return rc;
    rc = respond_calendar(story->respond, ticket, &story->calendar, &unusable);
    today.settled = NULL;
    if (rc == 0) {
        question.calendar = story->calendar->calendar;
        rc = sla_judge(&question, &story->today, &unusable);
    }
    if (rc == 0)
        return 0;
    story->calendar = NULL;
    if (rc == ERR_CALENDAR || rc == ERR_CONFIG)
        return 0;
    *error = unusable;
    return rc;
}

static int add_deadline(struct story *story, struct error *error)
{
    int rc = add_calendar(story, error);

    if (rc == 0)
        rc = add_clock(story, error);
    if (rc == 0)
        rc = add_settled(story, error);
    if (rc == 0)
        rc = explain_sla_days(story->view->config, &story->target,
                              is_of_today(story) ? story->calendar : NULL, story->document, error);
    return rc;
}

static int tell(void *context, const struct target_ticket *ticket, struct error *error)
{
    struct story *story = context;
    bool owed;
    int rc;

    story->target.ticket = ticket;
    story->duty = respond_duty(story->respond, ticket, clock_now());
    owed = story->duty == RESPOND_OWED;
    rc = owed ? judge(story, error) : 0;
    if (rc == 0)
        rc = add_ticket(story, error);
    if (rc == 0)
        rc = add_promise(story, error);
    if (rc == 0)
        rc = owed ? add_deadline(story, error) : add_nothing(story, error);
    if (rc == 0)
        rc = add_events(story, error);
    if (rc < 0)
        return rc;
    return explain_sla_written(story->view, &story->target, owed, story->document, error);
}

static int find_flavour(struct story *story, struct error *error)
{
    char *name = NULL;
    int rc = store_meta_get(story->view->store, "flavour", &name, error);

    if (rc < 0)
        return rc;
    story->flavour = name ? flavour_by_name(name) : NULL;
    free(name);
    return story->flavour ? 0
                          : error_set(error, ERR_STATE,
                                      "the state does not say of which kind its tickets are: run "
                                      "'qualiodoo sync'");
}

static int find_story(struct story *story, const char *text, struct error *error)
{
    struct target_query query = {.n_tickets = 1};
    int64_t ticket;
    int rc = view_ticket(story->view, text, &ticket, error);

    query.tickets = &ticket;
    if (rc == 0)
        rc = find_flavour(story, error);
    if (rc == 0)
        rc = respond_open(story->view->config, story->view->store, &query, &story->respond, error);
    if (rc == 0)
        rc = targets_each(story->view->store, &query, tell, story, error);
    return rc;
}

int explain_sla(struct cli *cli, const char *ticket, struct error *error)
{
    struct view view = {0};
    struct story story = {.view = &view, .document = json_object()};
    int rc = view_open(cli, &view, error);

    if (rc == 0)
        rc = view_require_complete(&view, error);
    if (rc == 0)
        rc = find_story(&story, ticket, error);
    if (rc == 0 && cli->json)
        rc = cli_print_json(json_incref(story.document), error);
    else if (rc == 0)
        explain_sla_text(view.policy.zone, view.config->timezone, story.document);
    respond_free(story.respond);
    json_decref(story.document);
    view_close(&view);
    return rc;
}
