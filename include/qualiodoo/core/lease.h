/* lease.h - which of several agents may write into one Odoo: the decisions, without clock or calls.
 *
 * The state machine, its assumptions and invariants are at the head of lease.c. Times named `_ms`
 * are of one agent's own clock, which never goes backwards; stamps are seconds of Odoo's
 * database. */
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

/* The durations of the protocol. Tests pass other values, to show that each limit is needed. */
struct lease_limits {
    int64_t live_ms;      /* after its last heartbeat, a row is live for other agents */
    int64_t duty_ms;      /* after its last heartbeat, a row gives duty to its own agent; shorter
                             than live_ms by the longest delay of a call on its way to Odoo */
    int64_t heartbeat_ms; /* between two heartbeats */
    int64_t looks_ms;     /* between the two looks that give duty; longer than create_ms */
    int64_t create_ms;    /* a row whose create took longer is given up: lease.c, invariant 4 */
};
extern const struct lease_limits lease_limits;

/* What one agent knows of its own row. Starts as zeroes. */
struct lease {
    enum lease_phase phase;
    int64_t row;           /* its id; 0 in LEASE_NONE only */
    int64_t confirmed_ms;  /* when the last heartbeat that Odoo confirmed was begun */
    int64_t first_look_ms; /* in LEASE_CANDIDATE: when the first look was begun */
};

/* A row of the lease model, as a look reads it. */
struct lease_row {
    int64_t id;
    instant stamp; /* write_date */
};

/* The result of one look: a read of all rows. */
struct lease_look {
    int64_t begun_ms;
    bool own;      /* the agent's row exists and is as its last heartbeat wrote it */
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

/* When lease_next() stops returning LEASE_WAIT; INT64_MIN without a row. */
int64_t lease_due_ms(const struct lease *lease, const struct lease_limits *limits);

/* Whether a write may be sent now. */
bool lease_may_write(const struct lease *lease, const struct lease_limits *limits, int64_t now_ms);

/* The create of `row`, from begun_ms to ended_ms, was answered; the lease is in LEASE_NONE. False:
 * it took create_ms or longer, the lease is unchanged and the caller must release the row. True: it
 * is in LEASE_STANDBY. */
bool lease_created(struct lease *lease, const struct lease_limits *limits, int64_t row,
                   int64_t begun_ms, int64_t ended_ms);

/* A heartbeat, from begun_ms to ended_ms, was answered. False: the one before it had expired
 * meanwhile; the lease is then in LEASE_NONE and the row must not be released, only left to age. */
bool lease_confirmed(struct lease *lease, const struct lease_limits *limits, int64_t begun_ms,
                     int64_t ended_ms);

/* Changes the phase after a look that was begun after the last heartbeat was confirmed. */
void lease_looked(struct lease *lease, const struct lease_limits *limits,
                  const struct lease_look *look);

/* Gives the row up locally: the lease is in LEASE_NONE. Nothing is sent to Odoo. */
void lease_dropped(struct lease *lease);

/* All rows of the lease model, as one look read them; borrowed for the call. */
struct lease_rows {
    const struct lease_row *rows; /* in any order; the agent's own may be among them */
    size_t count;
    struct lease_row own;
    int64_t waited_ms; /* from the end of the heartbeat that stamped `own` to the look */
};

/* The id of the lowest live row below `own`, or 0. *ret_live: how many rows other than `own` are
 * live, above it included. */
int64_t lease_lowest(const struct lease_rows *look, const struct lease_limits *limits,
                     size_t *ret_live);

/* "standby"... Never NULL. */
const char *lease_phase_name(enum lease_phase phase);

#endif
