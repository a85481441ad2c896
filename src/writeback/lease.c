/* lease.c - when the lease of several agents on one Odoo is kept, taken, checked and released. The
 * state machine and its invariants are at the head of core/lease.c, the calls in lease_row.c.
 *
 *     lease_next()   calls
 *     CREATE         create {holder and token, purpose}, then a look. When the answer is lost, the
 *                    row is searched by its token and released.
 *     TEND           read the own row, write {holder and a new token}, then a look
 *     DROP           write {purpose: released}, once; after a failure the row expires by itself
 *
 * DROP does not release the row of an agent on duty: a write that timed out may still reach Odoo,
 * so the others must wait until the row expires.
 *
 * `adjust` needs no lease: it searches Odoo for its key before it writes, and a person waits for
 * it. */
#include "qualiodoo/writeback/lease.h"

#include "lease_row.h"
#include "qualiodoo/odoo/setup_names.h"
#include "qualiodoo/store/outbox.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/heartbeat.h"
#include "qualiodoo/util/interrupt.h"
#include "qualiodoo/util/log.h"
#include "qualiodoo/util/progress.h"

enum {
    CREATES_MAX = 3,        /* attempts of one lease_take() to get a row */
    CREATE_AGAIN_MS = 5000, /* a failed create is not repeated at once */
    LOOK_AGAIN_MS = 5000,   /* a younger look is not repeated before a batch of writes */
    SAY_WAIT_MS = 5000,     /* a longer wait is logged */
    WAIT_SLICE_MS = 100,
};

/* ---- Steps ---- */

static int tend(struct lease_keeper *keeper, struct error *error)
{
    int rc = lease_row_check(keeper, error);

    if (rc == 0 && keeper->lease.row)
        rc = lease_row_heartbeat(keeper, error);
    return rc < 0 || !keeper->lease.row ? rc : lease_row_look(keeper, error);
}

/* Does what lease_next() says. `fresh`: heartbeat and look even when they are not due. */
static int step(struct lease_keeper *keeper, bool fresh, struct error *error)
{
    enum lease_action action = lease_next(&keeper->lease, &lease_limits, lease_now_ms(keeper));
    int rc = 0;

    if (action == LEASE_DROP) {
        lease_row_expire(keeper);
        action = LEASE_CREATE;
    }
    if (action == LEASE_CREATE) {
        rc = lease_row_create(keeper, error);
        return rc < 0 || !keeper->lease.row ? rc : lease_row_look(keeper, error);
    }
    return action == LEASE_TEND || fresh ? tend(keeper, error) : 0;
}

/* ERR_MISSING_MODEL is success: the lease model was removed, so no lease is needed. */
static int without_model(struct lease_keeper *keeper, int rc)
{
    if (rc != ERR_MISSING_MODEL)
        return rc;
    lease_dropped(&keeper->lease);
    keeper->in_use = false;
    return 0;
}

static int step_and_save(struct lease_keeper *keeper, bool fresh, struct error *error)
{
    struct error own;
    int rc = without_model(keeper, step(keeper, fresh, error));
    int saved = lease_save(keeper, rc < 0 ? &own : error);

    return rc < 0 ? rc : saved;
}

int lease_serve(struct lease_keeper *keeper, struct error *error)
{
    int rc = lease_row_model(keeper, error);

    return rc < 0 || !keeper->in_use ? rc : step_and_save(keeper, false, error);
}

void lease_keep(struct lease_keeper *keeper)
{
    struct error ignored;

    if (keeper && keeper->in_use && keeper->lease.row &&
        lease_next(&keeper->lease, &lease_limits, lease_now_ms(keeper)) == LEASE_TEND)
        (void)without_model(keeper, tend(keeper, &ignored));
}

/* ---- Before writes ---- */

static bool is_fresh(const struct lease_keeper *keeper)
{
    return keeper->looked_ms && clock_boot_ms() - keeper->looked_ms < LOOK_AGAIN_MS;
}

/* Waits until the second look, which gives duty, is due. */
static int wait_for_look(const struct lease_keeper *keeper, struct error *error)
{
    int64_t left = lease_due_ms(&keeper->lease, &lease_limits) - lease_now_ms(keeper);
    int64_t until = clock_boot_ms() + left;

    if (left > SAY_WAIT_MS)
        log_warning(
            "waiting %lld s before the first write, until no other agent can hold the lease "
            "for writing into this Odoo (" LEASE_MODEL ")",
            (long long)(left + 999) / 1000);
    progress_step("waiting before the first write");
    while (clock_boot_ms() < until && !interrupt_requested(NULL)) {
        clock_sleep_ms(WAIT_SLICE_MS);
        heartbeat_beat();
    }
    return interrupt_check(error);
}

/* Two to three minutes after its last heartbeat, the lower row may be the one this agent left. */
static void log_standby(const struct lease_keeper *keeper)
{
    if (keeper->left_row && keeper->holder_row == keeper->left_row)
        log_warning("the row that this agent had before (%lld of " LEASE_MODEL
                    ") holds the lease for writing into this Odoo until three minutes after its "
                    "last heartbeat: the writes wait; repeat the command in a minute",
                    (long long)keeper->left_row);
    else
        log_warning("another agent writes into this Odoo: %s (row %lld of " LEASE_MODEL
                    "); the writes of this agent wait until that one ends",
                    *keeper->holder ? keeper->holder : "it is not known which",
                    (long long)keeper->holder_row);
}

int lease_take(struct lease_keeper *keeper, bool wait, bool *ret_duty, struct error *error)
{
    int rc = lease_row_model(keeper, error);

    for (int tries = 0; rc == 0 && keeper->in_use; tries++) {
        rc = step_and_save(keeper, !is_fresh(keeper), error);
        if (rc < 0 || !wait || lease_may_write_now(keeper) || keeper->lease.phase == LEASE_STANDBY)
            break;
        if (keeper->lease.phase == LEASE_CANDIDATE)
            rc = wait_for_look(keeper, error);
        else if (tries >= CREATES_MAX)
            break;
    }
    *ret_duty = rc == 0 && (!keeper->in_use || lease_may_write_now(keeper));
    if (rc == 0 && wait && !*ret_duty)
        log_standby(keeper);
    return rc;
}

int lease_check(struct lease_keeper *keeper, struct error *error)
{
    if (!keeper || !keeper->in_use)
        return 0;
    lease_keep(keeper);
    if (!keeper->in_use || lease_may_write_now(keeper))
        return 0;
    return error_set(error, ERR_BUSY,
                     "this agent no longer holds the lease for writing into Odoo: the remaining "
                     "writes wait");
}

void lease_guard(struct lease_keeper *keeper, bool on)
{
    if (keeper)
        odoo_set_permit(keeper->odoo, on ? lease_permits : NULL, keeper);
}

void lease_release(struct lease_keeper *keeper)
{
    int64_t row = keeper->lease.row;
    struct outbox_counts writes;
    struct error ignored;

    if (!row || outbox_count(keeper->store, &writes, &ignored) < 0)
        return;
    if (writes.by_state[OUTBOX_SENDING])
        return;                    /* a write may still reach Odoo: let the row expire by itself */
    lease_dropped(&keeper->lease); /* also when the release fails: the row is not used again */
    if (lease_save(keeper, &ignored) == 0)
        lease_row_release(keeper, row);
}

int64_t lease_due_in_ms(const struct lease_keeper *keeper)
{
    int64_t left;

    if (!keeper->in_use)
        return -1;
    if (!keeper->lease.row)
        return CREATE_AGAIN_MS;
    left = lease_due_ms(&keeper->lease, &lease_limits) - lease_now_ms(keeper);
    return left > 0 ? left : 0;
}
