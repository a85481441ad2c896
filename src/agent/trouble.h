/* trouble.h - cycles that fail: which failure is told, and when it is over; internal to the agent.
 * No I/O, no clock.
 *
 *     WELL --- trouble_failed, trouble_waited ---> FAILING --- trouble_ended ---> WELL
 *
 * Invariants: of a trouble that lasts, the first failure is told at once, or within
 * REPEATS_FIRST_MS where the same was told in another trouble just before; equal ones at growing
 * intervals with their count; the end is told of each trouble of which a failure was. */
#ifndef QUALIODOO_AGENT_TROUBLE_H
#define QUALIODOO_AGENT_TROUBLE_H

#include "repeats.h"

/* Zeroed to begin with: WELL. Times are of a clock that never goes back. */
struct trouble {
    struct repeats repeats;
    bool failing, told; /* told: one of its failures was */
    int64_t since_ms;   /* its first failure */
    int64_t failures;
};

/* Odoo did not answer for a while, which was told at `since_ms`; the cycle may succeed yet. */
void trouble_waited(struct trouble *trouble, int64_t since_ms);

/* A cycle failed with this message. Returns whether `line` is to be logged, and fills it. */
bool trouble_failed(struct trouble *trouble, const char *message, int64_t now_ms,
                    struct repeats_line line);

/* A whole cycle succeeded. *ret_length_ms is how long the trouble was that it ended; 0: there was
 * none. Returns whether `line` is to be logged, and fills it. */
bool trouble_ended(struct trouble *trouble, int64_t now_ms, int64_t *ret_length_ms,
                   struct repeats_line line);

#endif
