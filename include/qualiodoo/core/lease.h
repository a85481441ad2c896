/* lease.h - which of several agents may write into one Odoo: the decisions, without clock or calls.
 *
 * The state machine, its assumptions and invariants are at the head of lease.c. Times named `_ms`
 * are of one agent's own clock, which never goes backwards; stamps are seconds of Odoo's database.
 */
#ifndef QUALIODOO_CORE_LEASE_H
#define QUALIODOO_CORE_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/util/units.h"

enum lease_phase {
    LEASE_NONE,      /* no row */
    LEASE_STANDBY,   /* a row, and another agent's live row with a lower id */
    LEASE_CANDIDATE, /* one look found no lower live row */
    LEASE_DUTY,      /* two did: this agent writes */
    LEASE_PHASES,
};

/* How long each thing holds. Tests give others, to see that the rules are needed. */
struct lease_limits {
    int64_t live_ms;      /* others take a row for live as long after its last heartbeat */
    int64_t duty_ms;      /* its own agent relies on it only as long; shorter by the longest delay
                             of a call on its way to Odoo */
    int64_t heartbeat_ms; /* between two heartbeats */
    int64_t looks_ms;     /* between the two looks that give duty; longer than create_ms */
    int64_t create_ms;    /* a create that took longer gives no row: see lease.c, 4 */
};
extern const struct lease_limits lease_limits;

struct lease {
    enum lease_phase phase;
    int64_t row;           /* 0 in LEASE_NONE alone */
    int64_t confirmed_ms;  /* when the last heartbeat that Odoo confirmed was begun */
    int64_t first_look_ms; /* in LEASE_CANDIDATE: when the look was begun */
};

/* A row of the model, as a look finds it. */
struct lease_row {
    int64_t id;
    instant stamp; /* write_date */
};

/* What one look found. */
struct lease_look {
    int64_t begun_ms;
    bool own;      /* the agent's row is there and says what its last heartbeat wrote */
    int64_t lower; /* the lowest live row below the agent's own; 0: none */
};

/* What the agent must do now. */
enum lease_action {
    LEASE_WAIT,   /* nothing before lease_due_ms() */
    LEASE_CREATE, /* make a row, then lease_created() */
    LEASE_TEND,   /* a heartbeat, lease_confirmed(), then a look, lease_looked() */
    LEASE_DROP,   /* release the row, unless in LEASE_DUTY, then lease_dropped() */
};
enum lease_action lease_next(const struct lease *lease, const struct lease_limits *limits,
                             int64_t now_ms);

/* When lease_next() says something else than LEASE_WAIT by itself. */
int64_t lease_due_ms(const struct lease *lease, const struct lease_limits *limits);

/* Whether a write may be sent now. */
bool lease_may_write(const struct lease *lease, const struct lease_limits *limits, int64_t now_ms);

/* The create of `row` was answered. False: it took too long, the row must be released. */
bool lease_created(struct lease *lease, const struct lease_limits *limits, int64_t row,
                   int64_t begun_ms, int64_t ended_ms);

/* A heartbeat was answered. False: it came too late, the lease is LEASE_NONE and the row is left to
 * its age. */
bool lease_confirmed(struct lease *lease, const struct lease_limits *limits, int64_t begun_ms,
                     int64_t ended_ms);

/* Takes in a look that was begun after the last heartbeat was confirmed. */
void lease_looked(struct lease *lease, const struct lease_limits *limits,
                  const struct lease_look *look);

/* The row is given up, whatever becomes of it in Odoo. */
void lease_dropped(struct lease *lease);

/* The lowest live row with an id below `own` (its id and stamp), 0 when there is none. `waited_ms`
 * passed between the end of the heartbeat that gave `own` its stamp and the look. Rows in any
 * order; *ret_live: how many others are live. */
int64_t lease_lowest(const struct lease_row *rows, size_t count, const struct lease_row *own,
                     int64_t waited_ms, const struct lease_limits *limits, size_t *ret_live);

/* "standby"... Never NULL. */
const char *lease_phase_name(enum lease_phase phase);

#endif
