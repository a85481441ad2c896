/* judge.c - response targets: which tickets are judged, and what is stored of the verdicts.
 *
 * A response settles the verdict (sla.h): its deadline is stored, and later changes of settings do
 * not change it. A ticket that may look late only because Odoo overwrote a date is judged after its
 * history was read (doubt.h). */
#include "qualiodoo/compute/judge.h"

#include <stdlib.h>
#include <string.h>

#include "doubt.h"
#include "qualiodoo/compute/settle.h"
#include "qualiodoo/config/config_show.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/store/mirror.h"
#include "qualiodoo/store/outbox.h"
#include "qualiodoo/store/transactions.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/progress.h"

struct judge {
    struct judging *judging;
    struct respond *respond;
    struct tz *zone;
    instant now;
    struct ids judged;   /* tickets whose target was stored */
    struct ids doubtful; /* tickets whose history must be read first (doubt.h) */
};

static bool is_recent(const struct judge *judge, const struct target_ticket *ticket)
{
    const struct config *config = judge->judging->config;

    return !config->writeback.has_since ||
           tz_civil_day(judge->zone, ticket->facts.response.created) >= config->writeback.since;
}

static struct target_judged judged_target(const struct judge *judge,
                                          const struct target_verdict *target)
{
    int horizon = judge->judging->config->writeback.horizon_days;

    return (struct target_judged){
        .target = target,
        .recent = is_recent(judge, target->ticket),
        .past_horizon = settle_is_past_horizon(target, horizon, judge->now),
    };
}

static struct doubt_facts doubt_facts(const struct judge *judge)
{
    const struct judging *judging = judge->judging;

    return (struct doubt_facts){
        .count_from_response = judging->config->credit.count_from == COUNT_FROM_RESPONSE,
        .hides_responses = judging->hides_responses,
        .wrong_clock = judging->wrong_clock,
    };
}

/* ---- One ticket ---- */

static void note_breach(struct judge *judge, const struct target_judged *judged)
{
    struct compute_report *report = judge->judging->report;
    int before = judged->target->ticket->state;

    if (judged->target->verdict.state != SLA_BREACHED || before == SLA_BREACHED ||
        !judged->recent || judged->past_horizon)
        return;
    report->breaches_new++;
    if (before >= 0 || !judge->judging->is_history)
        compute_report_event(report, "breach", judged->target->ticket->id, 0, 0);
}

static int save_target(void *context, const struct target_verdict *target, struct error *error)
{
    struct judge *judge = context;
    struct store *store = judge->judging->store;
    struct target_judged judged = judged_target(judge, target);
    struct doubt_facts facts = doubt_facts(judge);
    struct target_row row = {.ticket = target->ticket->id,
                             .calendar = target->calendar_id,
                             .verdict = target->verdict,
                             .first_judged = settle_first_judged(target->ticket, judge->now)};
    int rc = ids_add(&judge->judged, row.ticket) < 0 ? error_memory(error)
                                                     : targets_save(store, &row, judge->now, error);

    if (rc == 0 && doubt_proves_unanswered(&facts, target, judge->now))
        rc = history_seen_unanswered(store, row.ticket, judge->now, error);
    if (rc == 0 && !target->verdict.unsure) /* an uncertain response settles nothing */
        rc = settle_verdict(store, target, respond_policy(judge->respond)->responses, judge->now,
                            error);
    if (rc < 0)
        return rc;
    note_breach(judge, &judged);
    return judge->judging->judged(judge->judging->context, &judged, error);
}

/* Stores the target, or puts a doubtful ticket aside until its history was read. */
static int save_sure_target(void *context, const struct target_verdict *target, struct error *error)
{
    struct judge *judge = context;
    struct target_judged judged = judged_target(judge, target);
    struct doubt_facts facts = doubt_facts(judge);

    if (!doubt_target(&facts, target, judged.recent && !judged.past_horizon))
        return save_target(context, target, error);
    return ids_add(&judge->doubtful, target->ticket->id) < 0 ? error_memory(error) : 0;
}

static int note_unjudged(void *context, int64_t ticket, struct error *error)
{
    struct judge *judge = context;

    return targets_unjudged(judge->judging->store, ticket, error);
}

/* ---- All of them ---- */

/* Removes the targets of tickets that were due and owe no response. */
static int remove_unowed(struct judge *judge, const struct ids *ids, struct error *error)
{
    struct judging *judging = judge->judging;
    int rc = 0;

    for (size_t i = 0; i < ids->count && rc == 0; i++) {
        if (ids_contain(judge->judged.items, judge->judged.count, ids->items[i]))
            continue;
        rc = targets_remove(judging->store, ids->items[i], error);
        if (rc == 0)
            rc = judging->withdrawn(judging->context, ids->items[i], error);
    }
    return rc;
}

/* Judges the tickets of `query` in one transaction: a first pull has none around it, and one per
 * row would take longer than the pull. */
static int judge_each(struct judge *judge, const struct target_query *query,
                      int (*row)(void *context, const struct target_verdict *target,
                                 struct error *error),
                      struct error *error)
{
    struct judging *judging = judge->judging;
    struct respond_run run = {
        .now = judge->now, .row = row, .unjudged = note_unjudged, .context = judge};
    int rc = store_begin(judging->store, error);

    if (rc < 0)
        return rc;
    progress_step("judging response times");
    rc = respond_each(judge->respond, query, &run, error);
    if (rc == 0)
        rc = store_commit(judging->store, error);
    if (rc < 0)
        store_rollback(judging->store);
    if (judging->problem.code == 0)
        judging->problem = run.problem;
    return rc;
}

static int judge_doubtful(struct judge *judge, struct error *error)
{
    struct judging *judging = judge->judging;
    struct ids *doubtful = &judge->doubtful;
    struct target_query query = {.tickets = doubtful->items, .n_tickets = doubtful->count};
    int rc;

    if (!doubtful->count)
        return 0;
    rc = judging->ask_history(judging->context, doubtful, error);
    if (rc == 0)
        rc = judge_each(judge, &query, save_target, error);
    ids_sort(judge->judged.items, judge->judged.count);
    return rc;
}

static int judge_due(struct judge *judge, const struct ids *due, bool all, struct error *error)
{
    struct target_query query = {.tickets = all ? NULL : due->items, .n_tickets = due->count};
    struct store *store = judge->judging->store;
    struct ids known = {0};
    int rc;

    judge->judging->judged_any = true;
    judge->judging->problem = (struct error){0};
    rc = targets_forget_unjudged(store, all ? NULL : due, error);
    if (rc == 0)
        rc = judge_each(judge, &query, save_sure_target, error);
    if (rc == 0)
        rc = judge_doubtful(judge, error);
    if (rc == 0 && all)
        rc = targets_ids(store, &known, error);
    if (rc == 0)
        rc = remove_unowed(judge, all ? &known : due, error);
    if (rc == 0)
        rc = targets_judged(store, judge->now, error);
    free(known.items);
    return rc;
}

/* ---- Which tickets ---- */

/* When the rules changed since the last run: every ticket is judged, and its writes are planned,
 * again. */
static int touch_if_new_rules(const struct judging *judging, struct error *error)
{
    json_t *document = config_to_json(judging->config), *rules;
    char *text, *known = NULL;
    int rc;

    rules = !document ? NULL
                      : json_pack("{sO* sO* sO* sO*}", "sla", json_object_get(document, "sla"),
                                  "writeback", json_object_get(document, "writeback"), "timezone",
                                  json_object_get(document, "timezone"), "tickets",
                                  json_object_get(document, "tickets"));
    text = json_build_text(rules, JSON_COMPACT | JSON_SORT_KEYS);
    rc = text ? store_meta_get(judging->store, "rules", &known, error) : error_memory(error);
    if (rc == 0 && (!known || strcmp(known, text) != 0)) {
        rc = outbox_forget_shadow(judging->store, error);
        if (rc == 0)
            rc = mirror_touch_targets(judging->store, "configuration", error);
        if (rc == 0)
            rc = store_meta_set(judging->store, "rules", text, error);
    }
    json_decref(rules);
    json_decref(document);
    free(text);
    free(known);
    return rc;
}

/* The tickets to judge, those of `also` included. */
static int find_due(struct judge *judge, const struct ids *also, struct ids *due, bool *all,
                    struct error *error)
{
    int rc = targets_due(judge->judging->store, judge->now, due, all, error);

    due->size = due->count;
    for (size_t i = 0; also && i < also->count && rc == 0; i++)
        if (!ids_contain(due->items, due->count, also->items[i])) {
            rc = ids_add(due, also->items[i]) < 0 ? error_memory(error) : 0;
            ids_sort(due->items, due->count);
        }
    return rc;
}

int judge_targets(struct judging *judging, const struct ids *also, struct error *error)
{
    struct judge judge = {.judging = judging, .now = clock_now()};
    struct ids due = {0};
    bool all = false;
    int rc = touch_if_new_rules(judging, error);

    if (rc == 0)
        rc = find_due(&judge, also, &due, &all, error);
    if (rc == 0 && (all || due.count)) {
        const struct target_query query = {.tickets = all ? NULL : due.items,
                                           .n_tickets = due.count};

        judge.zone = tz_open(judging->config->timezone);
        rc = judge.zone
                 ? respond_open(judging->config, judging->store, &query, &judge.respond, error)
                 : error_memory(error);
        if (rc == 0)
            rc = judge_due(&judge, &due, all, error);
    }
    respond_free(judge.respond);
    tz_free(judge.zone);
    free(judge.judged.items);
    free(judge.doubtful.items);
    free(due.items);
    return rc;
}
