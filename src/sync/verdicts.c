/* verdicts.c - what the judged tickets mean for Odoo.
 *
 * What is said of a ticket goes by keys: breach.TICKET.DEADLINE flags it, cleared.TICKET.DEADLINE
 * takes that flag back, warning.TICKET.DEADLINE warns before it. The deadline (UTC seconds) is the
 * occasion: a priority that was raised and lowered again gives another one.
 *
 *     state       flag standing     flag queued    what is done
 *     breached    -                 -              flag (once for a deadline)
 *     breached    yes               or yes         nothing
 *     other       yes               -              correct it: a note, tag and activity taken away;
 *                                                  void what of the flag was not written yet
 *     other       -                 yes            void: it was never said
 *     warned      (for the warning: the same, but a warning that was given is not taken back)
 *
 * The response settles the verdict (sla.h): from then on its deadline is kept, and a setting that
 * changes says nothing.
 *
 * Invariants: nothing is said twice of one ticket and deadline (outbox.c, 2); no ticket created
 * before writeback.since is flagged or warned of; nothing is said of a ticket that was answered
 * more than writeback.horizon before it was first judged: after a lost state, today's rules are not
 * those of then; nothing is said before the history was asked for an earlier response that Odoo's
 * own fields may hide (history.c). */
#include "verdicts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/civil.h"
#include "qualiodoo/clock.h"
#include "qualiodoo/log.h"
#include "qualiodoo/settle.h"

#define KEY_SIZE 96

struct verdicts {
    struct pull *pull;
    const struct config *config;
    struct respond *respond;
    struct texts texts;
    struct tz *zone;
    instant now;
    int64_t tag;     /* of breaches; 0: none */
    struct ids said; /* the tickets of which something is queued or was written */
    struct ids judged;
    struct ids doubtful; /* late, and perhaps only by Odoo's own fields */
};

static bool was_said(const struct verdicts *verdicts, int64_t ticket)
{
    return ids_contain(verdicts->said.items, verdicts->said.count, ticket);
}

/* ---- Is it sure? ---- */

/* Odoo rewrites the dates of assignment and closing: a late one may hide an earlier one. */
static bool may_be_rewritten(const struct sla_verdict *verdict, const struct response_facts *facts)
{
    return verdict->event != RESPONSE_NONE && (facts->assigned || facts->closed);
}

static bool may_be_hidden(const struct verdicts *verdicts, const struct sla_verdict *verdict,
                          const struct response_facts *facts)
{
    /* Recorded work answers the ticket, and not for the credit: there it waits for a response. */
    bool held = verdict->event == RESPONSE_WORKED &&
                verdicts->config->credit.count_from == COUNT_FROM_RESPONSE;

    if (verdicts->pull->flavour->hides_responses)
        return verdict->state == SLA_BREACHED || verdict->state == SLA_WARNED || held;
    return verdict->state == SLA_BREACHED && may_be_rewritten(verdict, facts);
}

static bool is_recent(const struct verdicts *verdicts, const struct target_ticket *ticket)
{
    return !verdicts->config->writeback.has_since ||
           tz_civil_day(verdicts->zone, ticket->facts.response.created) >=
               verdicts->config->writeback.since;
}

static bool is_past_horizon(const struct verdicts *verdicts, const struct respond_target *target)
{
    return settle_is_past_horizon(target, verdicts->config->writeback.horizon_days, verdicts->now);
}

/* Whether the history of a ticket must be asked before it is called late. */
static int is_doubtful(struct verdicts *verdicts, const struct respond_target *target, bool *ret,
                       struct error *error)
{
    const struct target_ticket *ticket = target->ticket;
    bool asked = true, known;
    int rc = 0;

    if (may_be_hidden(verdicts, &target->verdict, &ticket->facts.response) &&
        is_recent(verdicts, ticket) && !is_past_horizon(verdicts, target))
        rc = history_asked(verdicts->pull->store, ticket->id, &asked, &known, error);
    *ret = !asked;
    return rc;
}

/* ---- Queueing ---- */

static enum outbox_state new_state(const struct verdicts *verdicts)
{
    return verdicts->config->writeback.enabled ? OUTBOX_QUEUED : OUTBOX_SHADOW;
}

/* Takes over `payload` (NULL: memory was short). */
static int add(struct verdicts *verdicts, const char *key, enum outbox_part part, int64_t ticket,
               json_t *payload, struct error *error)
{
    char *text = payload ? json_dumps(payload, JSON_COMPACT) : NULL;
    struct outbox_row row = {.key = key,
                             .part = part,
                             .model = verdicts->pull->flavour->ticket,
                             .record = ticket,
                             .subject = ticket,
                             .payload = text,
                             .state = new_state(verdicts)};
    bool added = false;
    int rc = text ? outbox_add(verdicts->pull->store, &row, verdicts->now, &added, error)
                  : error_memory(error);

    json_decref(payload);
    free(text);
    if (added && row.state == OUTBOX_QUEUED)
        verdicts->pull->report->writes_queued++;
    return rc;
}

/* Takes over `html`. */
static int add_note(struct verdicts *verdicts, const char *key, int64_t ticket, char *html,
                    struct error *error)
{
    json_t *payload = html ? json_pack("{ss}", "body", html) : NULL;

    free(html);
    return add(verdicts, key, OUTBOX_NOTE, ticket, payload, error);
}

/* Who is told: the assignee, else the team's leader; nobody otherwise. */
static int64_t person(const struct target_ticket *ticket)
{
    return ticket->user ? ticket->user : ticket->leader;
}

/* Takes over `summary` and `html`. */
static int add_activity(struct verdicts *verdicts, const char *key,
                        const struct target_ticket *ticket, char *summary, char *html,
                        struct error *error)
{
    char *note = html ? texts_activity(html, key) : NULL;
    char day[CIVIL_TEXT_SIZE];
    json_t *payload = NULL;

    civil_format(tz_civil_day(verdicts->zone, verdicts->now), day);
    if (summary && note)
        payload = json_pack("{sI ss ss ss}", "user", (json_int_t)person(ticket), "summary", summary,
                            "note", note, "date", day);
    free(summary);
    free(html);
    free(note);
    return add(verdicts, key, OUTBOX_ACTIVITY, ticket->id, payload, error);
}

static int flag(struct verdicts *verdicts, const struct respond_target *target, const char *key,
                struct error *error)
{
    const struct target_ticket *ticket = target->ticket;
    int rc = add_note(verdicts, key, ticket->id, texts_breach(&verdicts->texts, target), error);

    if (rc == 0 && verdicts->tag)
        rc = add(verdicts, key, OUTBOX_TAG, ticket->id,
                 json_pack("{sI}", "tag", (json_int_t)verdicts->tag), error);
    if (rc == 0 && verdicts->config->writeback.breach_activity && person(ticket))
        rc = add_activity(verdicts, key, ticket, texts_breach_summary(&verdicts->texts, ticket),
                          texts_breach(&verdicts->texts, target), error);
    return rc;
}

static int warn(struct verdicts *verdicts, const struct respond_target *target, const char *key,
                struct error *error)
{
    int rc =
        add_note(verdicts, key, target->ticket->id, texts_warning(&verdicts->texts, target), error);

    if (rc == 0)
        rc = add_activity(verdicts, key, target->ticket,
                          texts_warning_summary(&verdicts->texts, target),
                          texts_warning(&verdicts->texts, target), error);
    return rc;
}

static int take_back(struct verdicts *verdicts, const struct respond_target *target,
                     const char *flagged, struct error *error)
{
    int64_t ticket = target->ticket->id;
    const char *deadline = strrchr(flagged, '.') + 1;
    char key[KEY_SIZE];
    bool exists;
    int rc;

    snprintf(key, sizeof key, "cleared.%lld.%s", (long long)ticket, deadline);
    rc = outbox_exists(verdicts->pull->store, key, &exists, error);
    if (rc < 0 || exists)
        return rc;
    verdicts->pull->report->breaches_cleared++;
    cycle_report_event(verdicts->pull->report, "cleared", ticket, 0, 0);
    rc = add_note(verdicts, key, ticket,
                  texts_cleared(&verdicts->texts, target, strtoll(deadline, NULL, 10)), error);
    if (rc == 0 && verdicts->tag)
        rc = add(verdicts, key, OUTBOX_UNTAG, ticket,
                 json_pack("{sI ss}", "tag", (json_int_t)verdicts->tag, "key", flagged), error);
    if (rc == 0)
        rc = add(verdicts, key, OUTBOX_DONE_WITH, ticket, json_pack("{ss}", "key", flagged), error);
    return rc;
}

/* ---- What is said of a ticket so far ---- */

struct said {
    struct verdicts *verdicts;
    int64_t ticket;
    char standing[KEY_SIZE], queued[KEY_SIZE]; /* keys of flags; "" when there is none */
    bool in_doubt; /* one is being sent: the push settles it, and the ticket is judged again */
};

static int read_flag(void *context, const char *key, enum outbox_state state, struct error *error)
{
    struct said *said = context;
    bool cleared = false;
    char opposite[KEY_SIZE];
    int rc = 0;

    said->in_doubt = said->in_doubt || state == OUTBOX_SENDING;
    if (state == OUTBOX_DONE) {
        snprintf(opposite, sizeof opposite, "cleared.%lld.%s", (long long)said->ticket,
                 strrchr(key, '.') + 1);
        rc = outbox_exists(said->verdicts->pull->store, opposite, &cleared, error);
        if (rc == 0 && !cleared)
            snprintf(said->standing, sizeof said->standing, "%s", key);
    } else if (state == OUTBOX_QUEUED || state == OUTBOX_SHADOW || state == OUTBOX_REFUSED) {
        snprintf(said->queued, sizeof said->queued, "%s", key);
    }
    return rc;
}

/* Of a set whose note was written, the parts that still wait: a tag that was refused and is tried
 * again would come after its correction. */
static int void_key(void *context, const char *key, enum outbox_state state, struct error *error)
{
    struct verdicts *verdicts = context;

    if (state != OUTBOX_QUEUED && state != OUTBOX_SHADOW && state != OUTBOX_DONE)
        return 0;
    return outbox_void(verdicts->pull->store, key, "no longer true before it was written",
                       verdicts->now, error);
}

/* What of a ticket is queued under "KIND.TICKET." is no longer true. */
static int void_queued(struct verdicts *verdicts, const char *kind, int64_t ticket,
                       struct error *error)
{
    char prefix[KEY_SIZE];

    if (!was_said(verdicts, ticket))
        return 0;
    snprintf(prefix, sizeof prefix, "%s.%lld.", kind, (long long)ticket);
    return outbox_keys(verdicts->pull->store, prefix, void_key, verdicts, error);
}

static int plan_breach(struct verdicts *verdicts, const struct respond_target *target,
                       struct error *error)
{
    int64_t ticket = target->ticket->id;
    struct said said = {.verdicts = verdicts, .ticket = ticket};
    bool exists = false, asked, known = true;
    char key[KEY_SIZE];
    int rc = 0;

    snprintf(key, sizeof key, "breach.%lld.", (long long)ticket);
    if (was_said(verdicts, ticket))
        rc = outbox_keys(verdicts->pull->store, key, read_flag, &said, error);
    if (rc < 0 || said.in_doubt)
        return rc;
    if (target->verdict.state != SLA_BREACHED) {
        rc = void_queued(verdicts, "breach", ticket, error);
        if (rc == 0 && *said.standing && !is_past_horizon(verdicts, target))
            rc = take_back(verdicts, target, said.standing, error);
        return rc;
    }
    if (was_said(verdicts, ticket)) /* the answer that cleared it is gone again */
        rc = void_queued(verdicts, "cleared", ticket, error);
    if (rc < 0 || *said.standing || *said.queued || !is_recent(verdicts, target->ticket) ||
        is_past_horizon(verdicts, target))
        return rc;
    if (may_be_rewritten(&target->verdict, &target->ticket->facts.response))
        rc = history_asked(verdicts->pull->store, ticket, &asked, &known, error);
    if (rc < 0 || !known)
        return rc;
    snprintf(key, sizeof key, "breach.%lld.%lld", (long long)ticket,
             (long long)target->verdict.deadline);
    if (was_said(verdicts, ticket))
        rc = outbox_exists(verdicts->pull->store, key, &exists, error);
    return rc < 0 || exists ? rc : flag(verdicts, target, key, error);
}

static int plan_warning(struct verdicts *verdicts, const struct respond_target *target,
                        struct error *error)
{
    const struct target_ticket *ticket = target->ticket;
    bool exists = false;
    char key[KEY_SIZE];
    int rc = 0;

    if (target->verdict.state != SLA_WARNED)
        return void_queued(verdicts, "warning", ticket->id, error);
    if (!verdicts->config->writeback.breach_warning || !person(ticket) ||
        !is_recent(verdicts, ticket))
        return 0;
    snprintf(key, sizeof key, "warning.%lld.%lld", (long long)ticket->id,
             (long long)target->verdict.deadline);
    if (was_said(verdicts, ticket->id))
        rc = outbox_exists(verdicts->pull->store, key, &exists, error);
    return rc < 0 || exists ? rc : warn(verdicts, target, key, error);
}

/* ---- The update ---- */

static int save_target(void *context, const struct respond_target *target, struct error *error)
{
    struct verdicts *verdicts = context;
    struct cycle_report *report = verdicts->pull->report;
    struct target_row row = {.ticket = target->ticket->id,
                             .calendar = target->calendar_id,
                             .verdict = target->verdict,
                             .first_judged = settle_first_judged(target->ticket, verdicts->now)};
    int before = -1;
    int rc = ids_add(&verdicts->judged, row.ticket) < 0
                 ? error_memory(error)
                 : targets_save(verdicts->pull->store, &row, verdicts->now, &before, error);

    if (rc == 0)
        rc = settle_verdict(verdicts->pull->store, target,
                            respond_policy(verdicts->respond)->responses, verdicts->now, error);
    if (rc < 0)
        return rc;
    if (row.verdict.state == SLA_BREACHED && before != SLA_BREACHED &&
        is_recent(verdicts, target->ticket) && !is_past_horizon(verdicts, target)) {
        report->breaches_new++;
        if (before >= 0 || !verdicts->pull->first_pulls)
            cycle_report_event(report, "breach", row.ticket, 0, 0);
    }
    rc = plan_breach(verdicts, target, error);
    return rc < 0 ? rc : plan_warning(verdicts, target, error);
}

/* Tickets that were to be judged and owe nothing: deleted, out of the domain, withdrawn. */
static int forget(struct verdicts *verdicts, const struct ids *ids, struct error *error)
{
    int rc = 0;

    for (size_t i = 0; i < ids->count && rc == 0; i++) {
        if (ids_contain(verdicts->judged.items, verdicts->judged.count, ids->items[i]))
            continue;
        rc = targets_remove(verdicts->pull->store, ids->items[i], error);
        if (rc == 0)
            rc = void_queued(verdicts, "breach", ids->items[i], error);
        if (rc == 0)
            rc = void_queued(verdicts, "warning", ids->items[i], error);
    }
    return rc;
}

/* A doubtful ticket waits until its history is known. */
static int save_sure_target(void *context, const struct respond_target *target, struct error *error)
{
    struct verdicts *verdicts = context;
    bool doubtful;
    int rc = is_doubtful(verdicts, target, &doubtful, error);

    if (rc < 0)
        return rc;
    if (!doubtful)
        return save_target(context, target, error);
    return ids_add(&verdicts->doubtful, target->ticket->id) < 0 ? error_memory(error) : 0;
}

/* In one transaction: a first pull has none around it, and one per row costs more than the pull. */
static int judge_each(struct verdicts *verdicts, const struct target_query *query,
                      int (*row)(void *context, const struct respond_target *target,
                                 struct error *error),
                      struct error *error)
{
    struct pull *pull = verdicts->pull;
    struct error problem = {0};
    int rc = store_begin(pull->store, error);

    if (rc < 0)
        return rc;
    rc = respond_each(verdicts->respond, query, verdicts->now, row, verdicts, &problem, error);
    if (rc == 0)
        rc = store_commit(pull->store, error);
    if (rc < 0)
        store_rollback(pull->store);
    if (pull->problem.code == 0)
        pull->problem = problem;
    return rc;
}

static int judge(struct verdicts *verdicts, const struct ids *due, bool all, struct error *error)
{
    struct target_query query = {.tickets = all ? NULL : due->items, .n_tickets = due->count};
    struct ids *doubtful = &verdicts->doubtful;
    struct pull *pull = verdicts->pull;
    struct ids known = {0};
    int rc = outbox_subjects(pull->store, &verdicts->said, error);

    pull->problem = (struct error){0};
    if (rc == 0)
        rc = judge_each(verdicts, &query, save_sure_target, error);
    if (rc == 0 && doubtful->count)
        rc = history_ask(pull, doubtful, error);
    if (rc == 0 && doubtful->count) {
        query = (struct target_query){.tickets = doubtful->items, .n_tickets = doubtful->count};
        rc = judge_each(verdicts, &query, save_target, error);
        ids_sort(verdicts->judged.items, verdicts->judged.count);
    }
    if (rc == 0 && all)
        rc = targets_ids(pull->store, &known, error);
    if (rc == 0)
        rc = forget(verdicts, all ? &known : due, error);
    if (rc == 0)
        rc = targets_judged(pull->store, verdicts->now, error);
    free(known.items);
    return rc;
}

/* With other rules, everything is judged and planned again. */
static int touch_if_new_rules(struct pull *pull, struct error *error)
{
    json_t *document = config_to_json(pull->config), *rules;
    char *text, *known = NULL;
    int rc;

    rules = json_pack("{sO* sO* sO* sO*}", "sla", json_object_get(document, "sla"), "writeback",
                      json_object_get(document, "writeback"), "timezone",
                      json_object_get(document, "timezone"), "tickets",
                      json_object_get(document, "tickets"));
    text = rules ? json_dumps(rules, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    rc = text ? store_meta_get(pull->store, "rules", &known, error) : error_memory(error);
    if (rc == 0 && (!known || strcmp(known, text) != 0)) {
        rc = outbox_forget_shadow(pull->store, error);
        if (rc == 0)
            rc = mirror_touch_targets(pull->store, "configuration", error);
        if (rc == 0)
            rc = store_meta_set(pull->store, "rules", text, error);
    }
    json_decref(rules);
    json_decref(document);
    free(text);
    free(known);
    return rc;
}

static int open_texts(struct verdicts *verdicts, struct error *error)
{
    const struct config *config = verdicts->config;
    int rc = 0;

    verdicts->zone = tz_open(config->timezone);
    if (!verdicts->zone)
        return error_memory(error);
    verdicts->texts = (struct texts){
        .language = config->language, .zone = verdicts->zone, .zone_name = config->timezone};
    if (config->writeback.breach_tag)
        rc =
            targets_tag(verdicts->pull->store, config->writeback.breach_tag, &verdicts->tag, error);
    return rc;
}

/* The tickets to judge, with `also`. */
static int find_due(struct verdicts *verdicts, const struct ids *also, struct ids *due, bool *all,
                    struct error *error)
{
    int rc = targets_due(verdicts->pull->store, verdicts->now, due, all, error);

    due->size = due->count;
    for (size_t i = 0; also && i < also->count && rc == 0; i++)
        if (!ids_contain(due->items, due->count, also->items[i])) {
            rc = ids_add(due, also->items[i]) < 0 ? error_memory(error) : 0;
            ids_sort(due->items, due->count);
        }
    return rc;
}

int verdicts_update(struct pull *pull, const struct ids *also, struct error *error)
{
    struct verdicts verdicts = {.pull = pull, .config = pull->config, .now = clock_now()};
    struct ids due = {0};
    bool all = false;
    int rc = touch_if_new_rules(pull, error);

    if (rc == 0)
        rc = find_due(&verdicts, also, &due, &all, error);
    if (rc == 0 && (all || due.count)) {
        rc = open_texts(&verdicts, error);
        if (rc == 0)
            rc = respond_open(pull->config, pull->store, &verdicts.respond, error);
        if (rc == 0)
            rc = judge(&verdicts, &due, all, error);
    }
    respond_free(verdicts.respond);
    tz_free(verdicts.zone);
    free(verdicts.said.items);
    free(verdicts.judged.items);
    free(verdicts.doubtful.items);
    free(due.items);
    return rc;
}
