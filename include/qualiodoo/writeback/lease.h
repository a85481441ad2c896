/* lease.h - the lease: of several agents on one Odoo, the one that writes.
 *
 * What an agent knows of it is kept in its state ("lease" of the meta values), so that the service
 * and commands by hand share one row. Every function is called under the cycle lock. */
#ifndef QUALIODOO_WRITEBACK_LEASE_H
#define QUALIODOO_WRITEBACK_LEASE_H

#include <jansson.h>

#include "qualiodoo/core/lease.h"
#include "qualiodoo/odoo/made.h"
#include "qualiodoo/odoo/odoo.h"
#include "qualiodoo/store/store.h"

#define LEASE_TOKEN_SIZE 17

/* Who may write into Odoo, as the last cycle of this state left it. */
#define LEASE_HOLDER_SIZE 256
struct lease_status {
    bool in_use;                    /* the model of the lease is there: several agents may run */
    bool on_duty;                   /* this one writes */
    int64_t row;                    /* of the agent; 0: none, or one that has expired */
    int64_t other;                  /* the row that comes before it; 0: none */
    instant looked_at;              /* 0: never */
    char holder[LEASE_HOLDER_SIZE]; /* of `other`: "HOST:STATE" */
};
int lease_status_read(struct store *store, const char *path, struct lease_status *ret,
                      struct error *error);

struct lease_keeper {
    struct odoo *odoo;
    struct store *store;
    const char *path;   /* of the state; borrowed */
    bool asked, in_use; /* Odoo was asked for the model, and has it */
    bool taken;         /* duty was taken up since lease_open() */
    struct lease lease;
    int64_t offset_ms;     /* of the wall clock against the boot clock, at the last heartbeat */
    int64_t beat_ended_ms; /* when the last heartbeat of this process was answered */
    int64_t looked_ms;     /* when the last look of this process was begun */
    instant kept_at;       /* when the state was written; 0: never */
    instant stamp;         /* of the own row, as last seen; 0: not yet */
    char before[LEASE_TOKEN_SIZE];  /* what the heartbeat before it wrote */
    char token[LEASE_TOKEN_SIZE];   /* what the last heartbeat wrote */
    char holder[LEASE_HOLDER_SIZE]; /* of the row that comes before the own one; "" for none */
    int64_t holder_row;
};

/* Takes up what the state says; no call is made. Borrows all. */
int lease_open(struct lease_keeper *keeper, struct odoo *odoo, struct store *store,
               const char *path, struct error *error);

/* What must be done now so that the service keeps its place: a row, a heartbeat, a look. */
int lease_serve(struct lease_keeper *keeper, struct error *error);

/* The same in the middle of long work: a heartbeat and a look, when they are due. Failures are
 * left to the next call. NULL is allowed. */
void lease_keep(struct lease_keeper *keeper);

/* Before a batch of writes: looks, and with `wait` waits (which is said on standard error) until
 * this agent is on duty or another one holds the lease. *ret_duty: it may write; always where the
 * model is not there. */
int lease_take(struct lease_keeper *keeper, bool wait, bool *ret_duty, struct error *error);

/* Just before a write: 0, or ERR_BUSY when this agent is not on duty any more. A heartbeat that is
 * due is made. NULL is allowed. */
int lease_check(struct lease_keeper *keeper, struct error *error);

/* Whether it may write at this moment, by its own clock. `context` is the keeper. */
bool lease_permits(void *context);

/* With `on`, calls belong to the writing of what waits: each asks lease_permits() when its
 * connection stands, so that a process that was stopped meanwhile sends nothing. NULL is allowed.
 */
void lease_guard(struct lease_keeper *keeper, bool on);

/* A clean stop: the row expires at once. */
void lease_release(struct lease_keeper *keeper);

/* Keeps in the state what is known now. */
int lease_save(struct lease_keeper *keeper, struct error *error);

/* Until something is due, in milliseconds; negative: the lease is not in use. */
int64_t lease_due_in_ms(const struct lease_keeper *keeper);

/* --- lease_state.c, for lease.c --- */

/* The agent's clock (head of lease.c), and by how much the wall clock is ahead of the boot clock.
 */
int64_t lease_now_ms(const struct lease_keeper *keeper);
int64_t lease_wall_ahead_ms(void);

/* Whether the agent is on duty at this moment, by its own clock. */
bool lease_may_write_now(const struct lease_keeper *keeper);

/* A text, "" for what is none. */
void lease_copy_text(char *to, size_t size, json_t *from);

#endif
