/* targets.h - the facts behind response targets, and the targets as last judged. */
#ifndef QUALIODOO_STORE_TARGETS_H
#define QUALIODOO_STORE_TARGETS_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/core/sla.h"
#include "qualiodoo/store/history.h"
#include "qualiodoo/store/settled.h"
#include "qualiodoo/store/store.h"
#include "qualiodoo/util/array.h"

/* The facts of a mirrored ticket that its response target depends on. Texts and rows are borrowed
 * for the call. */
struct target_ticket {
    int64_t id;
    const char *number;        /* or NULL */
    int64_t partner, customer; /* 0: none, or not known */
    int64_t user;              /* the assignee (res.users); 0: none */
    int64_t told;     /* who is told of a breach: the assignee, else the leader, unless archived; 0:
                         nobody */
    int64_t company;  /* its own, else its team's, else the first one; 0: none */
    int64_t calendar; /* the team's, else the company's; 0: none */
    bool in_domain, active; /* matches tickets.domain; not archived */
    bool born_closed;       /* created in a closed stage */
    struct sla_facts facts;
    int64_t reply, work;               /* ids of the first reply (mail.message) and line; 0: none */
    const struct settled_row *settled; /* the row behind facts.settled; NULL: nothing was settled */
    bool judged;                       /* at least once */
    int state;            /* as last judged (enum sla_state); -1: no target is stored */
    instant first_judged; /* meaningful when judged; 0: not known (a state of an earlier version) */
    enum history_status history;
};

/* Which tickets are read. */
struct target_query {
    const int64_t *tickets; /* sorted; NULL: all */
    size_t n_tickets;
    bool has_until; /* only those created up to `until` */
    instant until;
};
/* Calls `row` for each ticket that the query selects, by id. A negative code of `row` stops and is
 * returned. */
int targets_each(struct store *store, const struct target_query *query,
                 int (*row)(void *context, const struct target_ticket *ticket, struct error *error),
                 void *context, struct error *error);

/* The tickets to judge: those that noted changes touch and those whose state changes by `now`.
 * *ret_all is true, and *ret unset, when something that all tickets depend on changed. Sorted; the
 * caller frees ret->items. */
int targets_due(struct store *store, instant now, struct ids *ret, bool *ret_all,
                struct error *error);

/* Notes that every ticket of targets_due() at `now` was judged. */
int targets_judged(struct store *store, instant now, struct error *error);

/* A verdict to store. */
struct target_row {
    int64_t ticket, calendar;
    struct sla_verdict verdict;
    instant first_judged;
};
/* Stores a verdict of `now`. */
int targets_save(struct store *store, const struct target_row *row, instant now,
                 struct error *error);

/* Where the calendar of a ticket (target_ticket.calendar) comes from. */
enum target_source {
    TARGET_OF_TEAM,
    TARGET_OF_COMPANY,       /* the ticket's */
    TARGET_OF_TEAM_COMPANY,  /* its team's */
    TARGET_OF_FIRST_COMPANY, /* neither the ticket nor its team has one */
};
/* The source of a ticket's calendar, and the id of that team or company. */
int targets_source(struct store *store, int64_t ticket, enum target_source *ret_source,
                   int64_t *ret_id, struct error *error);

/* Notes a ticket that owes a response and could not be judged: it has no working calendar. */
int targets_unjudged(struct store *store, int64_t ticket, struct error *error);

/* Deletes the notes of these tickets; NULL: of all. */
int targets_forget_unjudged(struct store *store, const struct ids *tickets, struct error *error);

/* The noted tickets that still have no target. Sorted; the caller frees ret->items. */
int targets_missing(struct store *store, struct ids *ret, struct error *error);

/* A ticket without an assignee or a team leader to tell of a breach. */
struct target_without_recipient {
    int64_t ticket;
    const char *number; /* borrowed for the call; may be NULL */
    instant created;
    bool unanswered; /* no response yet; else the target was breached */
};

/* Calls `row` for each such ticket that has no response or was breached, by id. A negative code of
 * `row` stops and is returned. */
int targets_without_recipient(struct store *store,
                              int (*row)(void *context,
                                         const struct target_without_recipient *target),
                              void *context, struct error *error);

/* The earliest deadline that has not passed, among tickets without a response; *ret_found is false
 * when there is none. */
int targets_deadline(struct store *store, bool *ret_found, instant *ret, struct error *error);

/* Removes the target of a ticket and, when the ticket is no longer mirrored, its settled verdict.
 */
int targets_remove(struct store *store, int64_t ticket, struct error *error);

/* The tickets that have a stored target. Sorted; the caller frees ret->items. */
int targets_ids(struct store *store, struct ids *ret, struct error *error);

/* The earliest instant at which a target changes by time alone; *ret_found is false when there is
 * none. */
int targets_next(struct store *store, bool *ret_found, instant *ret, struct error *error);

/* When the oldest of the query's tickets was created; *ret_found is false, and *ret untouched, when
 * there is none. */
int targets_oldest(struct store *store, const struct target_query *query, bool *ret_found,
                   instant *ret, struct error *error);

/* The id of the ticket tag of that name; 0: none. */
int targets_tag(struct store *store, const char *name, int64_t *ret, struct error *error);

/* ---- Verdicts ---- */

/* A ticket with its verdict. */
struct target_verdict {
    const struct target_ticket *ticket; /* borrowed for the call */
    int64_t calendar_id;       /* of the calendar of the deadline; 0: the configuration's */
    const char *calendar_name; /* borrowed for the call */
    struct sla_verdict verdict;
};

/* A ticket that was judged just now. */
struct target_judged {
    const struct target_verdict *target; /* borrowed for the call */
    bool recent;                         /* created since writeback.since */
    bool past_horizon; /* answered more than writeback.horizon before it was first judged */
};

#endif
