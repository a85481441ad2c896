/* respond.h - judges tickets against their response targets, by their working calendars. */
#ifndef QUALIODOO_COMPUTE_RESPOND_H
#define QUALIODOO_COMPUTE_RESPOND_H

#include "qualiodoo/config/config.h"
#include "qualiodoo/store/calendars.h"
#include "qualiodoo/store/targets.h"
#include "qualiodoo/util/tz.h"

/* The response policy and the calendars compiled so far, for judging tickets of `query`. Borrows
 * `config` and `store`, which must outlive it. Errors: ERR_NO_MEMORY and those of the store. */
struct respond;
int respond_open(const struct config *config, struct store *store, const struct target_query *query,
                 struct respond **ret, struct error *error);
void respond_free(struct respond *respond); /* NULL is allowed */

/* A working calendar. Belongs to the struct respond that returned it and lives as long. */
struct respond_calendar {
    int64_t id;       /* resource.calendar; 0: the configuration's */
    const char *name; /* to be shown */
    const char *zone; /* name of its time zone */
    const struct tz *tz;
    const struct calendar *calendar;
    const struct calendar_rows *rows; /* as mirrored; NULL: the configuration's */
};

/* Whether a ticket owes a response. */
enum respond_duty {
    RESPOND_OWED,
    RESPOND_OUT_OF_DOMAIN, /* not in tickets.domain: nothing is promised */
    RESPOND_WITHDRAWN,     /* archived and never answered */
    RESPOND_BORN_CLOSED,   /* created in a closed stage: answered before it was recorded */
    RESPOND_NOT_YET,       /* created after `now` */
};
enum respond_duty respond_duty(const struct respond *respond, const struct target_ticket *ticket,
                               instant now);

/* Judges one ticket, which must owe a response, as of `now`. *ret borrows from `ticket` and
 * `respond`. ERR_CALENDAR: its calendar cannot be used, and the message says which and why; a
 * ticket with a settled verdict needs no calendar. Other errors: those of the store. */
int respond_judge(struct respond *respond, const struct target_ticket *ticket, instant now,
                  struct target_verdict *ret, struct error *error);

/* The calendar of a ticket, borrowed. ERR_CALENDAR: it cannot be used, and the message says which
 * and why. Other errors: those of the store. */
int respond_calendar(struct respond *respond, const struct target_ticket *ticket,
                     const struct respond_calendar **ret, struct error *error);

/* How respond_each() goes through tickets. */
struct respond_run {
    instant now; /* tickets are judged as of this instant */
    int (*row)(void *context, const struct target_verdict *target, struct error *error);
    int (*unjudged)(void *context, int64_t ticket, struct error *error); /* its calendar cannot be
                                                                            used; or NULL */
    void *context;
    struct error problem; /* set: the first ticket whose calendar cannot be used; code 0: none */
};

/* Judges the tickets of `query` and calls run->row for each, by id; a negative code of it stops and
 * is returned. Tickets that owe no response are left out, but those created after run->now are
 * judged. Tickets whose calendar cannot be used are left out too: run->problem. */
int respond_each(struct respond *respond, const struct target_query *query, struct respond_run *run,
                 struct error *error);

/* The response policy of the configuration, borrowed. */
const struct sla_policy *respond_policy(const struct respond *respond);

/* The holidays of the configuration; the result borrows from it. */
struct holidays respond_holidays(const struct config *config);

#endif
