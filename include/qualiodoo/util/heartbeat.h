/* heartbeat.h - whether work goes on: what the service's watchdog looks at. */
#ifndef QUALIODOO_UTIL_HEARTBEAT_H
#define QUALIODOO_UTIL_HEARTBEAT_H

/* One more step was done: an answer of Odoo, a page stored, an account computed, a write sent. From
 * any thread. */
void heartbeat_beat(void);

/* How many since the process began. A number that stays the same for minutes is work that hangs. */
unsigned long heartbeat_count(void);

#endif
