/* lease_internal.h - what lease_state.c does for lease.c: the agent's clock, the saved lease. */
#ifndef QUALIODOO_WRITEBACK_LEASE_INTERNAL_H
#define QUALIODOO_WRITEBACK_LEASE_INTERNAL_H

#include <jansson.h>

#include "qualiodoo/writeback/lease.h"

/* The agent's clock in milliseconds (defined at the head of lease.c), and by how much the wall
 * clock is ahead of the boot clock. */
int64_t lease_now_ms(const struct lease_keeper *keeper);
int64_t lease_wall_ahead_ms(void);

/* Whether the agent is on duty now, by its own clock, whatever in_use says. */
bool lease_may_write_now(const struct lease_keeper *keeper);

/* Copies a JSON string, truncated to `size` bytes with the NUL; "" when `from` is no string. */
void lease_copy_text(char *to, size_t size, json_t *from);

#endif
