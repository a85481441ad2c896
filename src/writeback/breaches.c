/* breaches.c - what the judged tickets mean for Odoo.
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
 * Invariants: nothing is said twice of one ticket and deadline (outbox.c, 2); no ticket created
 * before writeback.since is flagged or warned of; nothing is said of a ticket that was answered
 * more than writeback.horizon before it was first judged: after a lost state, today's rules are not
 * those of then; nothing is said before the history was asked for an earlier response that Odoo's
 * own fields may hide (history.c). */
#include "qualiodoo/writeback/breaches.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/tz.h"
#include "queue.h"
#include "texts.h"

#define KEY_SIZE 96

struct breaches {
    const struct writeback *writeback;
    struct texts texts;
    struct tz *zone;
    instant now;
    int64_t tag;     /* of breaches; 0: none */
    struct ids said; /* the tickets of which something is queued or was written */
    bool cleared;    /* by the ticket at hand */
};

static bool was_said(const struct breaches *breaches, int64_t ticket)
{
    return ids_contain(breaches->said.items, breaches->said.count, ticket);
}

/* ---- Queueing ---- */

/* Takes over `payload` (NULL: memory was short). */
static int add(struct breaches *breaches, const char *key, enum outbox_part part, int64_t ticket,
               json_t *payload, struct error *error)
{
    const struct queue_write write = {.key = key,
                                      .part = part,
                                      .model = breaches->writeback->flavour->ticket,
                                      .record = ticket,
                                      .payload = payload};

    return queue_add(breaches->writeback, &write, error);
}

/* Takes over `html`. */
static int add_note(struct breaches *breaches, const char *key, int64_t ticket, char *html,
                    struct error *error)
{
    json_t *payload = html ? json_pack("{ss}", "body", html) : NULL;

    free(html);
    return add(breaches, key, OUTBOX_NOTE, ticket, payload, error);
}

/* Whether anybody is told: the assignee, else the team's leader, else writeback.breach.fallback. */
static bool somebody_is_told(const struct breaches *breaches, const struct target_ticket *ticket)
{
    return ticket->told || breaches->writeback->config->writeback.breach_fallback;
}

/* Takes over `summary` and `html`. */
static int add_activity(struct breaches *breaches, const char *key,
                        const struct target_ticket *ticket, char *summary, char *html,
                        struct error *error)
{
    char *note = html ? texts_activity(html, key) : NULL;
    char day[CIVIL_TEXT_SIZE];
    json_t *payload = NULL;

    civil_format(tz_civil_day(breaches->zone, breaches->now), day);
    /* The fallback's login is looked up when it is sent: a null until then. */
    if (summary && note)
        payload = json_pack("{so ss ss ss}", "user",
                            ticket->told ? json_integer(ticket->told) : json_null(), "summary",
                            summary, "note", note, "date", day);
    free(summary);
    free(html);
    free(note);
    return add(breaches, key, OUTBOX_ACTIVITY, ticket->id, payload, error);
}

static int flag(struct breaches *breaches, const struct target_verdict *target, const char *key,
                struct error *error)
{
    const struct target_ticket *ticket = target->ticket;
    int rc = add_note(breaches, key, ticket->id, texts_breach(&breaches->texts, target), error);

    if (rc == 0 && breaches->tag)
        rc = add(breaches, key, OUTBOX_TAG, ticket->id,
                 json_pack("{sI}", "tag", (json_int_t)breaches->tag), error);
    if (rc == 0 && breaches->writeback->config->writeback.breach_activity &&
        somebody_is_told(breaches, ticket))
        rc = add_activity(breaches, key, ticket, texts_breach_summary(&breaches->texts, ticket),
                          texts_breach(&breaches->texts, target), error);
    return rc;
}

static int warn(struct breaches *breaches, const struct target_verdict *target, const char *key,
                struct error *error)
{
    int rc =
        add_note(breaches, key, target->ticket->id, texts_warning(&breaches->texts, target), error);

    if (rc == 0)
        rc = add_activity(breaches, key, target->ticket,
                          texts_warning_summary(&breaches->texts, target),
                          texts_warning(&breaches->texts, target), error);
    return rc;
}

static int take_back(struct breaches *breaches, const struct target_verdict *target,
                     const char *flagged, struct error *error)
{
    int64_t ticket = target->ticket->id;
    const char *deadline = strrchr(flagged, '.') + 1;
    char key[KEY_SIZE];
    bool exists;
    int rc;

    snprintf(key, sizeof key, "cleared.%lld.%s", (long long)ticket, deadline);
    rc = outbox_exists(breaches->writeback->store, key, &exists, error);
    if (rc < 0 || exists)
        return rc;
    breaches->cleared = true;
    rc = add_note(breaches, key, ticket,
                  texts_cleared(&breaches->texts, target, strtoll(deadline, NULL, 10)), error);
    if (rc == 0 && breaches->tag)
        rc = add(breaches, key, OUTBOX_UNTAG, ticket,
                 json_pack("{sI ss}", "tag", (json_int_t)breaches->tag, "key", flagged), error);
    if (rc == 0)
        rc = add(breaches, key, OUTBOX_DONE_WITH, ticket, json_pack("{ss}", "key", flagged), error);
    return rc;
}

/* ---- What is said of a ticket so far ---- */

struct said {
    struct breaches *breaches;
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
        rc = outbox_exists(said->breaches->writeback->store, opposite, &cleared, error);
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
    struct breaches *breaches = context;

    if (state != OUTBOX_QUEUED && state != OUTBOX_SHADOW && state != OUTBOX_DONE)
        return 0;
    return outbox_void(breaches->writeback->store, key, "no longer true before it was written",
                       breaches->now, error);
}

/* What of a ticket is queued under "KIND.TICKET." is no longer true. */
static int void_queued(struct breaches *breaches, const char *kind, int64_t ticket,
                       struct error *error)
{
    char prefix[KEY_SIZE];

    if (!was_said(breaches, ticket))
        return 0;
    snprintf(prefix, sizeof prefix, "%s.%lld.", kind, (long long)ticket);
    return outbox_keys(breaches->writeback->store, prefix, void_key, breaches, error);
}

static int plan_breach(struct breaches *breaches, const struct target_judged *judged,
                       struct error *error)
{
    const struct target_verdict *target = judged->target;
    int64_t ticket = target->ticket->id;
    struct said said = {.breaches = breaches, .ticket = ticket};
    bool exists = false;
    char key[KEY_SIZE];
    int rc = 0;

    snprintf(key, sizeof key, "breach.%lld.", (long long)ticket);
    if (was_said(breaches, ticket))
        rc = outbox_keys(breaches->writeback->store, key, read_flag, &said, error);
    if (rc < 0 || said.in_doubt)
        return rc;
    if (target->verdict.state != SLA_BREACHED) {
        rc = void_queued(breaches, "breach", ticket, error);
        if (target->verdict.unsure) /* nor does it prove that a flag was wrong */
            return rc;
        if (rc == 0 && *said.standing && !judged->past_horizon)
            rc = take_back(breaches, target, said.standing, error);
        return rc;
    }
    if (was_said(breaches, ticket)) /* the answer that cleared it is gone again */
        rc = void_queued(breaches, "cleared", ticket, error);
    if (rc < 0 || *said.standing || *said.queued || !judged->recent || judged->past_horizon)
        return rc;
    snprintf(key, sizeof key, "breach.%lld.%lld", (long long)ticket,
             (long long)target->verdict.deadline);
    if (was_said(breaches, ticket))
        rc = outbox_exists(breaches->writeback->store, key, &exists, error);
    return rc < 0 || exists ? rc : flag(breaches, target, key, error);
}

static int plan_warning(struct breaches *breaches, const struct target_judged *judged,
                        struct error *error)
{
    const struct target_verdict *target = judged->target;
    const struct target_ticket *ticket = target->ticket;
    bool exists = false;
    char key[KEY_SIZE];
    int rc = 0;

    if (target->verdict.state != SLA_WARNED)
        return void_queued(breaches, "warning", ticket->id, error);
    if (!breaches->writeback->config->writeback.breach_warning ||
        !somebody_is_told(breaches, ticket) || !judged->recent)
        return 0;
    snprintf(key, sizeof key, "warning.%lld.%lld", (long long)ticket->id,
             (long long)target->verdict.deadline);
    if (was_said(breaches, ticket->id))
        rc = outbox_exists(breaches->writeback->store, key, &exists, error);
    return rc < 0 || exists ? rc : warn(breaches, target, key, error);
}

int breaches_plan(struct breaches *breaches, const struct target_judged *judged, bool *ret_cleared,
                  struct error *error)
{
    int rc;

    breaches->cleared = false;
    rc = plan_breach(breaches, judged, error);
    if (rc == 0)
        rc = plan_warning(breaches, judged, error);
    *ret_cleared = breaches->cleared;
    return rc;
}

int breaches_withdraw(struct breaches *breaches, int64_t ticket, struct error *error)
{
    int rc = void_queued(breaches, "breach", ticket, error);

    return rc < 0 ? rc : void_queued(breaches, "warning", ticket, error);
}

/* ---- The whole ---- */

static int load(struct breaches *breaches, struct error *error)
{
    const struct config *config = breaches->writeback->config;
    struct store *store = breaches->writeback->store;
    int rc;

    breaches->zone = tz_open(config->timezone);
    if (!breaches->zone)
        return error_memory(error);
    breaches->texts = (struct texts){
        .language = config->language, .zone = breaches->zone, .zone_name = config->timezone};
    rc = outbox_subjects(store, &breaches->said, error);
    if (rc == 0 && config->writeback.breach_tag)
        rc = targets_tag(store, config->writeback.breach_tag, &breaches->tag, error);
    return rc;
}

int breaches_open(const struct writeback *writeback, struct breaches **ret, struct error *error)
{
    struct breaches *breaches = calloc(1, sizeof *breaches);
    int rc;

    if (!breaches)
        return error_memory(error);
    *breaches = (struct breaches){.writeback = writeback, .now = clock_now()};
    rc = load(breaches, error);
    if (rc < 0)
        breaches_free(breaches);
    else
        *ret = breaches;
    return rc;
}

void breaches_free(struct breaches *breaches)
{
    if (!breaches)
        return;
    tz_free(breaches->zone);
    free(breaches->said.items);
    free(breaches);
}
