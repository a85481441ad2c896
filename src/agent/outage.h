/* outage.h - decides which failures of cycles are logged, and when the recovery is; internal to
 * the agent. An outage is a time in which cycles fail. No I/O, no clock.
 *
 *     WELL --- outage_failed, outage_waited ---> FAILING --- outage_ended ---> WELL
 *
 * Invariants:
 *  1. The first failure of an outage is logged at once. One that was logged in another outage just
 *     before is logged within RATELIMIT_FIRST_MS, if the outage lasts.
 *  2. Equal failures are logged at growing intervals, with their count.
 *  3. The recovery is logged for each outage of which a failure was logged. */
#ifndef QUALIODOO_AGENT_OUTAGE_H
#define QUALIODOO_AGENT_OUTAGE_H

#include "ratelimit.h"

/* Zeroed to begin with: WELL. Times are of a clock that never goes back. */
struct outage {
    struct ratelimit ratelimit;
    bool failing, logged; /* FAILING; a failure of this outage was logged */
    int64_t since_ms;     /* when this outage began */
    int64_t failures;     /* cycles that failed in this outage */
};

/* A cycle waited for Odoo, which was logged at `since_ms`; the cycle may still have succeeded. */
void outage_waited(struct outage *outage, int64_t since_ms);

/* A cycle failed with `message`. Fills `line`, and returns whether it is to be logged. */
bool outage_failed(struct outage *outage, const char *message, int64_t now_ms,
                   struct ratelimit_line line);

/* A whole cycle succeeded. Fills `line` when that ended an outage, and returns whether it is to be
 * logged. *ret_length_ms: how long the outage lasted; 0: there was none. */
bool outage_ended(struct outage *outage, int64_t now_ms, int64_t *ret_length_ms,
                  struct ratelimit_line line);

#endif
