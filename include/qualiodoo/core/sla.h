/* sla.h - the response target of a ticket (DOMAIN.md, section 8). No I/O, no clock. */
#ifndef QUALIODOO_CORE_SLA_H
#define QUALIODOO_CORE_SLA_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/core/calendar.h"
#include "qualiodoo/core/response.h"
#include "qualiodoo/util/error.h"
#include "qualiodoo/util/units.h"

enum sla_urgency { SLA_LOW, SLA_MEDIUM, SLA_URGENT, SLA_URGENCIES };

enum sla_state { SLA_PENDING, SLA_WARNED, SLA_MET, SLA_BREACHED };

/* How long a response may take. Exactly one of the two is not 0. */
struct sla_target {
    int64_t seconds; /* of business time */
    int days;        /* business days */
};

struct sla_policy {
    enum sla_urgency urgency[4]; /* by Odoo's priority 0..3 */
    struct sla_target targets[SLA_URGENCIES];
    unsigned responses;  /* what counts as a response: bits of response.h */
    int warn_at_percent; /* 1..99 of the business time from start to deadline */
};

struct sla_settled;

struct sla_facts {
    int priority; /* 0..3; anything else is taken as 0 */
    struct response_facts response;
    const struct sla_settled *settled; /* NULL: no response was judged yet */
};

struct sla_verdict {
    enum sla_urgency urgency;
    struct sla_target target; /* what was promised */
    instant started;          /* the creation, or the next opening */
    instant warn_at;  /* first second at which warn_at_percent of the time is used: SLA_WARNED */
    instant deadline; /* a response at this very second is in time */
    enum response_event event;
    instant responded; /* meaningful when event is not RESPONSE_NONE */
    enum sla_state state;
    /* The known response is late, but an earlier assignment or closing may have been overwritten in
     * Odoo: `state` is SLA_MET, since a breach is not proven. */
    bool unsure;
    int64_t used_seconds; /* business time from the start to the response, else to now; >= 0 */
    int64_t late_seconds; /* business time after the deadline; 0 unless breached */
    bool has_next_change; /* the ticket is pending or warned */
    instant next_change;  /* without a response, the state changes at this instant */
};

/* A verdict that was stored when the ticket got its response. It stays while that response is the
 * first, whatever the settings become. If the first response is another one, or gone, only the
 * deadline stays and the ticket is judged again. */
struct sla_settled {
    struct sla_verdict verdict; /* event RESPONSE_NONE: its response is known to be gone */
    unsigned counted;           /* RESPONSE_BY_... bits of that time */
    bool has_seconds; /* used_seconds, late_seconds are known: version 0.1.0 did not store them */
    bool still_there; /* the record of the response (a message) still exists, even if the facts
                         name another one */
};

/* Whether facts->settled still holds as it is, so that sla_judge() needs no calendar. */
bool sla_stands(const struct sla_facts *facts, instant now);

/* What one ticket is judged by; all is borrowed for the call. */
struct sla_question {
    const struct sla_facts *facts;
    const struct sla_policy *policy;
    const struct calendar *calendar; /* NULL is allowed when sla_stands() */
    instant now;                     /* later responses are ignored */
};

/* Judges one ticket. ERR_CONFIG when the compiled days of the calendar do not reach the start or
 * the deadline; *ret is then untouched. */
int sla_judge(const struct sla_question *question, struct sla_verdict *ret, struct error *error);

/* The words of the interface: "urgent", "breached". Never NULL. */
const char *sla_urgency_name(enum sla_urgency urgency);
const char *sla_state_name(enum sla_state state);

#endif
