/* lease.h - the lease that lets exactly one of several agents write into an Odoo.
 *
 * An agent keeps its lease in its state (meta value "lease"), so that the service and the commands
 * on that state share one row in Odoo. Every function but lease_status_read() is called under the
 * cycle lock. */
#ifndef QUALIODOO_WRITEBACK_LEASE_H
#define QUALIODOO_WRITEBACK_LEASE_H

#include "qualiodoo/core/lease.h"
#include "qualiodoo/odoo/made.h"
#include "qualiodoo/odoo/odoo.h"
#include "qualiodoo/store/store.h"

#define LEASE_TOKEN_SIZE 17

/* Who may write into Odoo, as the last cycle of this state saved it. */
#define LEASE_HOLDER_SIZE 256
struct lease_status {
    bool in_use;                    /* Odoo has the lease model: several agents may run */
    bool on_duty;                   /* this agent may write now */
    int64_t row;                    /* this agent's row; 0: none, or one that has expired */
    int64_t other;                  /* the live row with a lower id; 0: none */
    instant looked_at;              /* when the lease was last saved; 0: never */
    char holder[LEASE_HOLDER_SIZE]; /* of `other`: "HOST:STATE" */
};
/* Reads the status from the state; no call is made to Odoo.
 *
 * path: of the state; a lease that was saved at another place (a copied state) does not count.
 *
 * Errors: ERR_STATE, ERR_NO_MEMORY. */
int lease_status_read(struct store *store, const char *path, struct lease_status *ret,
                      struct error *error);

struct lease_keeper {
    struct odoo *odoo;
    struct store *store;
    const char *path;   /* of the state; borrowed */
    bool asked, in_use; /* this process asked Odoo for the lease model; Odoo has that model */
    bool taken;         /* this agent came on duty since lease_open() */
    struct lease lease;
    int64_t offset_ms;     /* wall clock minus boot clock at the last heartbeat */
    int64_t beat_ended_ms; /* boot clock when this process's last heartbeat was answered */
    int64_t looked_ms;     /* boot clock when this process's last look was begun; 0: none */
    instant kept_at;       /* when the lease was last saved; 0: never */
    instant stamp;         /* write_date of the agent's own row, as last read; 0: not read yet */
    char before[LEASE_TOKEN_SIZE];  /* the token of the heartbeat before the last one */
    char token[LEASE_TOKEN_SIZE];   /* the token that the last heartbeat wrote */
    char holder[LEASE_HOLDER_SIZE]; /* "HOST:STATE" of holder_row; "" when there is none */
    int64_t holder_row;             /* the live row with a lower id than the own one; 0: none */
    int64_t left_row;               /* this agent's row that it last left to expire; 0: none */
};

/* Fills `keeper` from the state; no call is made to Odoo. The keeper borrows `odoo`, `store` and
 * `path`, and owns nothing that would have to be freed. Errors: ERR_STATE, ERR_NO_MEMORY. */
int lease_open(struct lease_keeper *keeper, struct odoo *odoo, struct store *store,
               const char *path, struct error *error);

/* Does what is due to keep the agent's row alive (create, heartbeat, look), and saves the result.
 * Does nothing where Odoo has no lease model. Errors as odoo_execute()'s, or ERR_STATE. */
int lease_serve(struct lease_keeper *keeper, struct error *error);

/* Heartbeat and look, when due, in the middle of long work. Failures are ignored: the next call
 * tries again. NULL is allowed. */
void lease_keep(struct lease_keeper *keeper);

/* Before a batch of writes: finds out whether this agent may write, and saves the result.
 *
 * wait:     wait (with a warning in the log) for the second look that gives duty, unless another
 *           agent holds the lease. Used by commands; the service comes back by itself.
 * ret_duty: the agent may write; always true where Odoo has no lease model. False on failure.
 *
 * Errors as odoo_execute()'s, ERR_STATE, ERR_INTERRUPTED while waiting. */
int lease_take(struct lease_keeper *keeper, bool wait, bool *ret_duty, struct error *error);

/* Just before a write: 0, or ERR_BUSY when this agent is no longer on duty. Makes a heartbeat that
 * is due. NULL is allowed: there is no lease to hold. */
int lease_check(struct lease_keeper *keeper, struct error *error);

/* Whether the agent may write now, by its own clock; true where Odoo has no lease model. `context`
 * is the struct lease_keeper. */
bool lease_permits(void *context);

/* Makes every call to Odoo ask lease_permits() once its connection is established, until it is
 * switched off: a process that was suspended while it connected then sends nothing.
 *
 * keeper: must outlive the guard. NULL is allowed and does nothing.
 * on:     guard the calls, or no longer. */
void lease_guard(struct lease_keeper *keeper, bool on);

/* Releases the row on a clean stop, so that another agent need not wait for it to expire. The row
 * is kept while a write is in state SENDING, which may still reach Odoo. Failures are ignored: the
 * row then expires by itself. */
void lease_release(struct lease_keeper *keeper);

/* Saves the lease in the state. Errors: ERR_STATE, ERR_NO_MEMORY. */
int lease_save(struct lease_keeper *keeper, struct error *error);

/* Milliseconds until lease_serve() has something to do; negative where Odoo has no lease model. */
int64_t lease_due_in_ms(const struct lease_keeper *keeper);

#endif
