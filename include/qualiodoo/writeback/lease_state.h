/* lease_state.h - the lease of an agent as its state keeps it, and the clock of the lease.
 *
 * The lease is a meta value of the state ("lease"), so that the service and the commands on that
 * state share one row in Odoo. Every function but lease_status_read() is called under the cycle
 * lock. */
#ifndef QUALIODOO_WRITEBACK_LEASE_STATE_H
#define QUALIODOO_WRITEBACK_LEASE_STATE_H

#include <jansson.h>

#include "qualiodoo/core/lease.h"
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

/* Saves the lease in the state. Errors: ERR_STATE, ERR_NO_MEMORY. */
int lease_save(struct lease_keeper *keeper, struct error *error);

/* Whether the agent may write now, by its own clock; true where Odoo has no lease model. `context`
 * is the struct lease_keeper. */
bool lease_permits(void *context);

/* Whether the agent is on duty now, by its own clock, whatever in_use says. */
bool lease_may_write_now(const struct lease_keeper *keeper);

/* The agent's clock in milliseconds (head of lease_state.c), and by how much the wall clock is
 * ahead of the boot clock. */
int64_t lease_now_ms(const struct lease_keeper *keeper);
int64_t lease_wall_ahead_ms(void);

/* Copies a JSON string, truncated to `size` bytes with the NUL; "" when `from` is no string. */
void lease_copy_text(char *to, size_t size, json_t *from);

#endif
