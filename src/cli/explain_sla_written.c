/* explain_sla_written.c - explain sla: what was written into Odoo about a ticket, or why nothing
 * was. */
#include "explain_sla_written.h"

#include <stdio.h>

#include "qualiodoo/compute/settle.h"
#include "qualiodoo/store/outbox.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"

struct written {
    const struct view *view;
    json_t *sets, *parts; /* parts: of the set being added */
    bool flagged;
};

static int add_part(void *context, const struct outbox_row *row, struct error *error)
{
    struct written *written = context;
    json_t *part = json_pack("{sI ss ss so so so}", "id", (json_int_t)row->id, "part",
                             outbox_part_name(row->part), "state", outbox_state_name(row->state),
                             "changed_at", json_instant(row->changed_at), "remote_id",
                             json_optional_id(row->remote_id), "reason", json_text(row->reason));

    return json_array_append_new(written->parts, part) < 0 ? error_memory(error) : 0;
}

/* A set has no rows when it was found in Odoo, written by an earlier local state. */
static int add_set(void *context, const char *key, enum outbox_state state, struct error *error)
{
    struct written *written = context;
    struct outbox_query query = {.filter = OUTBOX_OF_KEY, .key = key};
    json_t *set = json_pack("{ss ss s[]}", "key", key, "state", outbox_state_name(state), "parts");

    if (json_array_append_new(written->sets, set) < 0)
        return error_memory(error);
    written->parts = json_object_get(set, "parts");
    return outbox_each(written->view->store, &query, add_part, written, error);
}

static int add_sets(struct written *written, const char *kind, int64_t ticket, struct error *error)
{
    char prefix[64];

    snprintf(prefix, sizeof prefix, "%s.%lld.", kind, (long long)ticket);
    return outbox_keys(written->view->store, prefix, add_set, written, error);
}

/* Why the breach is not flagged in Odoo. */
static json_t *why_not(const struct view *view, const struct target_verdict *target)
{
    const struct target_ticket *ticket = target->ticket;
    const struct sla_verdict *verdict = &target->verdict;
    const struct response_facts *facts = &ticket->facts.response;
    const struct config *config = view->config;
    char day[CIVIL_TEXT_SIZE];

    if (config->writeback.has_since &&
        tz_civil_day(view->policy.zone, facts->created) < config->writeback.since)
        return json_sprintf("created before writeback.since (%s): never flagged",
                            civil_format(config->writeback.since, day));
    if (settle_is_past_horizon(target, config->writeback.horizon_days, clock_now()))
        return json_sprintf("answered more than writeback.horizon (%d days) before it was first "
                            "judged: never flagged",
                            config->writeback.horizon_days);
    if (verdict->unsure)
        return json_string("Odoo may hide an earlier answer, and does not show the ticket's "
                           "history: not flagged");
    return json_string("the next cycle flags it ('qualiodoo sync')");
}

int explain_sla_written(const struct view *view, const struct target_verdict *target, bool owed,
                        json_t *document, struct error *error)
{
    const struct target_ticket *ticket = target->ticket;
    struct written written = {.view = view, .sets = json_array()};
    json_t *reason = NULL;
    int rc = add_sets(&written, "warning", ticket->id, error);
    size_t before = json_array_size(written.sets);

    if (rc == 0)
        rc = add_sets(&written, "breach", ticket->id, error);
    written.flagged = json_array_size(written.sets) > before;
    if (rc == 0)
        rc = add_sets(&written, "cleared", ticket->id, error);
    if (rc == 0 && owed && (target->verdict.state == SLA_BREACHED || target->verdict.unsure) &&
        !written.flagged)
        reason = why_not(view, target);
    if (json_object_set_new(document, "written", written.sets) < 0 ||
        json_object_set_new(document, "not_written", reason ? reason : json_null()) < 0)
        rc = rc < 0 ? rc : error_memory(error);
    return rc;
}
