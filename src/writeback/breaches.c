/* breaches.c - decides which notes, tags and activities about a judged ticket are queued.
 *
 * A flag is the note, tag and activity about a breach. Keys: breach.TICKET.DEADLINE flags a ticket,
 * cleared.TICKET.DEADLINE corrects that flag, warning.TICKET.DEADLINE warns before the deadline.
 * DEADLINE is in UTC seconds: a ticket whose priority changes gets another deadline, so another
 * key.
 *
 *     state       flag in Odoo   flag queued   action
 *     breached    no             no            queue a flag, once for a deadline
 *     breached    yes            -             none
 *     breached    no             yes           none
 *     other       yes            -             queue a correction (a note; tag and activity are
 *                                              removed), void the parts of the flag not yet sent
 *     other       no             yes           void the flag: it was never sent
 *
 * A warning follows the same table, but one that is in Odoo is not corrected.
 *
 * Invariants:
 *  1. One ticket and deadline is flagged at most once (store/outbox.c, 2).
 *  2. No ticket created before writeback.since is flagged or warned about.
 *  3. No flag for a ticket that was answered more than writeback.horizon before it was judged for
 *     the first time: after a lost state, old tickets would be judged by today's rules.
 *  4. No flag before the history was asked for an earlier response that Odoo's own fields may hide
 *     (pull/history.c). */
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
    int64_t tag;        /* id of the tag writeback.breach.tag; 0: none is configured or known */
    int asked;          /* tickets looked up so far */
    struct ids tickets; /* those that have rows in the outbox; read after ASKED_MAX questions */
    bool has_rows;      /* the current ticket is one of them */
    bool cleared;       /* the current breaches_plan() queued a correction */
};

/* A cycle judges few tickets, one of new rules all: then a list costs less than a query for each.
 */
enum { ASKED_MAX = 64 };

/* Sets breaches->has_rows. */
static int look_up(struct breaches *breaches, int64_t ticket, struct error *error)
{
    struct store *store = breaches->writeback->store;
    int rc = 0;

    if (breaches->asked < ASKED_MAX) {
        breaches->asked++;
        return outbox_concerns(store, ticket, &breaches->has_rows, error);
    }
    if (breaches->asked == ASKED_MAX) {
        rc = outbox_subjects(store, &breaches->tickets, error);
        breaches->asked += rc == 0;
    }
    breaches->has_rows =
        rc == 0 && ids_contain(breaches->tickets.items, breaches->tickets.count, ticket);
    return rc;
}

/* ---- Queueing ---- */

/* Queues a write about a ticket: write.record. */
static int add(struct breaches *breaches, struct queue_write write, struct error *error)
{
    write.model = breaches->writeback->flavour->ticket;
    return queue_add(breaches->writeback, &write, error);
}

/* Takes over `html`; NULL is ERR_NO_MEMORY. */
static int add_note(struct breaches *breaches, const char *key, int64_t ticket, char *html,
                    struct error *error)
{
    json_t *payload = html ? json_pack("{ss}", "body", html) : NULL;

    free(html);
    return add(
        breaches,
        (struct queue_write){.key = key, .part = OUTBOX_NOTE, .record = ticket, .payload = payload},
        error);
}

/* Whether anybody can get an activity: the assignee, else the team's leader (both are in `told`),
 * else writeback.breach.fallback. */
static bool has_recipient(const struct breaches *breaches, const struct target_ticket *ticket)
{
    return ticket->told || breaches->writeback->config->writeback.breach_fallback;
}

/* The texts of an activity. add_activity() takes them over; NULL is ERR_NO_MEMORY. */
struct activity {
    char *summary, *html;
};

static int add_activity(struct breaches *breaches, const char *key,
                        const struct target_ticket *ticket, struct activity activity,
                        struct error *error)
{
    char *note = activity.html ? texts_activity(activity.html, key) : NULL;
    char day[CIVIL_TEXT_SIZE];
    json_t *payload = NULL;

    civil_format(tz_civil_day(breaches->zone, breaches->now), day);
    /* null: the fallback, whose login is looked up when the activity is sent. */
    if (activity.summary && note)
        payload = json_pack("{so ss ss ss}", "user",
                            ticket->told ? json_integer(ticket->told) : json_null(), "summary",
                            activity.summary, "note", note, "date", day);
    free(activity.summary);
    free(activity.html);
    free(note);
    return add(breaches,
               (struct queue_write){
                   .key = key, .part = OUTBOX_ACTIVITY, .record = ticket->id, .payload = payload},
               error);
}

static int flag(struct breaches *breaches, const struct target_verdict *target, const char *key,
                struct error *error)
{
    const struct target_ticket *ticket = target->ticket;
    int rc = add_note(breaches, key, ticket->id, texts_breach(&breaches->texts, target), error);

    if (rc == 0 && breaches->tag)
        rc = add(
            breaches,
            (struct queue_write){.key = key,
                                 .part = OUTBOX_TAG,
                                 .record = ticket->id,
                                 .payload = json_pack("{sI}", "tag", (json_int_t)breaches->tag)},
            error);
    if (rc == 0 && breaches->writeback->config->writeback.breach_activity &&
        has_recipient(breaches, ticket))
        rc = add_activity(
            breaches, key, ticket,
            (struct activity){.summary = texts_breach_summary(&breaches->texts, ticket),
                              .html = texts_breach(&breaches->texts, target)},
            error);
    return rc;
}

static int warn(struct breaches *breaches, const struct target_verdict *target, const char *key,
                struct error *error)
{
    int rc =
        add_note(breaches, key, target->ticket->id, texts_warning(&breaches->texts, target), error);

    if (rc == 0)
        rc = add_activity(
            breaches, key, target->ticket,
            (struct activity){.summary = texts_warning_summary(&breaches->texts, target),
                              .html = texts_warning(&breaches->texts, target)},
            error);
    return rc;
}

static int clear_flag(struct breaches *breaches, const struct target_verdict *target,
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
        rc = add(
            breaches,
            (struct queue_write){
                .key = key,
                .part = OUTBOX_UNTAG,
                .record = ticket,
                .payload = json_pack("{sI ss}", "tag", (json_int_t)breaches->tag, "key", flagged)},
            error);
    if (rc == 0)
        rc = add(breaches,
                 (struct queue_write){.key = key,
                                      .part = OUTBOX_DONE_WITH,
                                      .record = ticket,
                                      .payload = json_pack("{ss}", "key", flagged)},
                 error);
    return rc;
}

/* ---- The flags of a ticket so far ---- */

struct flags {
    struct breaches *breaches;
    int64_t ticket;
    char standing[KEY_SIZE]; /* key of the flag in Odoo that was not corrected; "": none */
    char queued[KEY_SIZE];   /* key of the flag that waits; "": none */
    bool in_doubt;           /* a flag is SENDING: the ticket is judged again after send_settle() */
};

static int read_flag(void *context, const char *key, enum outbox_state state, struct error *error)
{
    struct flags *flags = context;
    bool cleared = false;
    char opposite[KEY_SIZE];
    int rc = 0;

    flags->in_doubt = flags->in_doubt || state == OUTBOX_SENDING;
    if (state == OUTBOX_DONE) {
        snprintf(opposite, sizeof opposite, "cleared.%lld.%s", (long long)flags->ticket,
                 strrchr(key, '.') + 1);
        rc = outbox_exists(flags->breaches->writeback->store, opposite, &cleared, error);
        if (rc == 0 && !cleared)
            snprintf(flags->standing, sizeof flags->standing, "%s", key);
    } else if (state == OUTBOX_QUEUED || state == OUTBOX_SHADOW || state == OUTBOX_REFUSED) {
        snprintf(flags->queued, sizeof flags->queued, "%s", key);
    }
    return rc;
}

/* Also a set whose note is DONE is voided, for its parts that still wait: a refused tag that is
 * retried would otherwise be set after the correction removed it. */
static int void_key(void *context, const char *key, enum outbox_state state, struct error *error)
{
    struct breaches *breaches = context;

    if (state != OUTBOX_QUEUED && state != OUTBOX_SHADOW && state != OUTBOX_DONE)
        return 0;
    return outbox_void(breaches->writeback->store, key, "no longer true before it was written",
                       breaches->now, error);
}

/* Voids the ticket's rows under "KIND.TICKET." that were not sent: they are no longer true. */
static int void_queued(struct breaches *breaches, const char *kind, int64_t ticket,
                       struct error *error)
{
    char prefix[KEY_SIZE];

    if (!breaches->has_rows)
        return 0;
    snprintf(prefix, sizeof prefix, "%s.%lld.", kind, (long long)ticket);
    return outbox_keys(breaches->writeback->store, prefix, void_key, breaches, error);
}

static int plan_breach(struct breaches *breaches, const struct target_judged *judged,
                       struct error *error)
{
    const struct target_verdict *target = judged->target;
    int64_t ticket = target->ticket->id;
    struct flags flags = {.breaches = breaches, .ticket = ticket};
    bool exists = false;
    char key[KEY_SIZE];
    int rc = 0;

    snprintf(key, sizeof key, "breach.%lld.", (long long)ticket);
    if (breaches->has_rows)
        rc = outbox_keys(breaches->writeback->store, key, read_flag, &flags, error);
    if (rc < 0 || flags.in_doubt)
        return rc;
    if (target->verdict.state != SLA_BREACHED) {
        rc = void_queued(breaches, "breach", ticket, error);
        if (target->verdict.unsure) /* an unsure verdict does not prove that the flag was wrong */
            return rc;
        if (rc == 0 && *flags.standing && !judged->past_horizon)
            rc = clear_flag(breaches, target, flags.standing, error);
        return rc;
    }
    if (breaches->has_rows) /* breached again: a waiting correction is no longer true */
        rc = void_queued(breaches, "cleared", ticket, error);
    if (rc < 0 || *flags.standing || *flags.queued || !judged->recent || judged->past_horizon)
        return rc;
    snprintf(key, sizeof key, "breach.%lld.%lld", (long long)ticket,
             (long long)target->verdict.deadline);
    if (breaches->has_rows)
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
        !has_recipient(breaches, ticket) || !judged->recent)
        return 0;
    snprintf(key, sizeof key, "warning.%lld.%lld", (long long)ticket->id,
             (long long)target->verdict.deadline);
    if (breaches->has_rows)
        rc = outbox_exists(breaches->writeback->store, key, &exists, error);
    return rc < 0 || exists ? rc : warn(breaches, target, key, error);
}

int breaches_plan(struct breaches *breaches, const struct target_judged *judged, bool *ret_cleared,
                  struct error *error)
{
    int rc = look_up(breaches, judged->target->ticket->id, error);

    breaches->cleared = false;
    if (rc == 0)
        rc = plan_breach(breaches, judged, error);
    if (rc == 0)
        rc = plan_warning(breaches, judged, error);
    *ret_cleared = breaches->cleared;
    return rc;
}

int breaches_withdraw(struct breaches *breaches, int64_t ticket, struct error *error)
{
    int rc = look_up(breaches, ticket, error);

    if (rc == 0)
        rc = void_queued(breaches, "breach", ticket, error);
    return rc < 0 ? rc : void_queued(breaches, "warning", ticket, error);
}

/* ---- The whole ---- */

static int load(struct breaches *breaches, struct error *error)
{
    const struct config *config = breaches->writeback->config;
    struct store *store = breaches->writeback->store;
    int rc = 0;

    breaches->zone = tz_open(config->timezone);
    if (!breaches->zone)
        return error_memory(error);
    breaches->texts = (struct texts){
        .language = config->language, .zone = breaches->zone, .zone_name = config->timezone};
    if (config->writeback.breach_tag)
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
    free(breaches->tickets.items);
    free(breaches);
}
