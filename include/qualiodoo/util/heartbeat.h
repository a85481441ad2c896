/* heartbeat.h - a count of the work done: the service feeds its watchdog while it rises. */
#ifndef QUALIODOO_UTIL_HEARTBEAT_H
#define QUALIODOO_UTIL_HEARTBEAT_H

/* Counts one step: an answer of Odoo, a page stored, an account computed, a write sent. May be
 * called from any thread. */
void heartbeat_beat(void);

/* The steps counted since the process began. A count that does not rise for minutes means that work
 * hangs. May be called from any thread. */
unsigned long heartbeat_count(void);

#endif
