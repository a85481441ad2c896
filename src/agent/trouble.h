/* trouble.h - decides which failures of cycles are logged, and when the recovery is; internal to
 * the agent. A trouble is a time in which cycles fail. No I/O, no clock.
 *
 *     WELL --- trouble_failed, trouble_waited ---> FAILING --- trouble_ended ---> WELL
 *
 * Invariants:
 *  1. The first failure of a trouble is logged at once. One that was logged in another trouble just
 *     before is logged within REPEATS_FIRST_MS, if the trouble lasts.
 *  2. Equal failures are logged at growing intervals, with their count.
 *  3. The recovery is logged for each trouble of which a failure was logged. */
#ifndef QUALIODOO_AGENT_TROUBLE_H
#define QUALIODOO_AGENT_TROUBLE_H

#include "repeats.h"

/* Zeroed to begin with: WELL. Times are of a clock that never goes back. */
struct trouble {
    struct repeats repeats;
    bool failing, told; /* FAILING; a failure of this trouble was logged */
    int64_t since_ms;   /* when this trouble began */
    int64_t failures;   /* cycles that failed in this trouble */
};

/* A cycle waited for Odoo, which was logged at `since_ms`; the cycle may still have succeeded. */
void trouble_waited(struct trouble *trouble, int64_t since_ms);

/* A cycle failed with `message`. Fills `line`, and returns whether it is to be logged. */
bool trouble_failed(struct trouble *trouble, const char *message, int64_t now_ms,
                    struct repeats_line line);

/* A whole cycle succeeded. Fills `line` when that ended a trouble, and returns whether it is to be
 * logged. *ret_length_ms: how long the trouble lasted; 0: there was none. */
bool trouble_ended(struct trouble *trouble, int64_t now_ms, int64_t *ret_length_ms,
                   struct repeats_line line);

#endif
