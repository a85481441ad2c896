/* journal.h - logs to the systemd journal, with fields; internal to the agent. */
#ifndef QUALIODOO_AGENT_JOURNAL_H
#define QUALIODOO_AGENT_JOURNAL_H

#include "qualiodoo/cycle/cycle_report.h"

/* MESSAGE_ID of the events that an administrator may filter by (journalctl MESSAGE_ID=...). They
 * never change. */
#define JOURNAL_BREACH "b5b1a5e1c6a94d1f9a7e0c3a54f7d201"
#define JOURNAL_CREDIT "0f9d3f6e2b7c4c58a1e66d3c8b90e802"
#define JOURNAL_EXPIRY "7c2e48d90a534f3b8d15b6f2e97ac103"
#define JOURNAL_FAILURE "e86a0b7f35d24a3c9c4f1d72a68be504"
#define JOURNAL_LOSS "5ce06b5f2befb1ded3f53b5e7df727ed"
#define JOURNAL_RECOVERY "9892f82da2df69c6285bb1f062ca3b00"

/* Sends log lines to the journal when standard error is connected to it and it listens, else to
 * standard error. */
void journal_open(void);

/* Logs the breaches, credits, losses and expiries of a report, with the field QUALIODOO_TICKET= or
 * QUALIODOO_CUSTOMER=. */
void journal_events(const struct cycle_report *report);

#endif
