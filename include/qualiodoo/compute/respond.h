/* respond.h - response targets: tickets judged by their calendars, and what must be written. */
#ifndef QUALIODOO_COMPUTE_RESPOND_H
#define QUALIODOO_COMPUTE_RESPOND_H

#include "qualiodoo/config/config.h"
#include "qualiodoo/store/targets.h"
#include "qualiodoo/util/tz.h"

/* Policy and compiled calendars. Borrows `config` and `store`. */
struct respond;
int respond_open(const struct config *config, struct store *store, struct respond **ret,
                 struct error *error);
void respond_free(struct respond *respond); /* NULL is allowed */

/* A calendar as it is used. Borrowed, lives as long as the respond. */
struct respond_calendar {
    int64_t id;       /* 0: the configuration's */
    const char *name; /* for people */
    const char *zone; /* its time zone */
    const struct tz *tz;
    const struct calendar *calendar;
    const struct calendar_rows *rows; /* NULL: the configuration's */
};

/* Whether a response is owed: out of the domain nothing is promised, an archived ticket that nobody
 * answered was withdrawn, one that was created in a closed stage was answered before it was
 * recorded, and one that is created after `now` does not exist yet. */
enum respond_duty {
    RESPOND_OWED,
    RESPOND_OUT_OF_DOMAIN,
    RESPOND_WITHDRAWN,
    RESPOND_BORN_CLOSED,
    RESPOND_NOT_YET,
};
enum respond_duty respond_duty(const struct respond *respond, const struct target_ticket *ticket,
                               instant now);

/* Judges one ticket as of `now`; it must owe a response. ERR_CALENDAR says which calendar cannot be
 * used and why: a verdict that its response settled needs none. */
int respond_judge(struct respond *respond, const struct target_ticket *ticket, instant now,
                  struct target_verdict *ret, struct error *error);

/* The calendar of a ticket. ERR_CALENDAR says which calendar cannot be used and why. */
int respond_calendar(struct respond *respond, const struct target_ticket *ticket,
                     const struct respond_calendar **ret, struct error *error);

/* Judges tickets as of `now` (tickets NULL: all), by id. Those that owe no response (out of the
 * domain, archived unanswered) are left out. Tickets whose calendar cannot be used are left out
 * too: the first such error is in *ret_problem (code 0: none). */
int respond_each(struct respond *respond, const struct target_query *query, instant now,
                 int (*row)(void *context, const struct target_verdict *target,
                            struct error *error),
                 void *context, struct error *ret_problem, struct error *error);

const struct sla_policy *respond_policy(const struct respond *respond);

/* The holidays of the configuration; they point into it. */
struct holidays respond_holidays(const struct config *config);

#endif
