/* service_log.h - what the service logs about its cycles: failure, recovery, changes; internal to
 * the agent. journal.h logs the events of tickets and customers. */
#ifndef QUALIODOO_AGENT_SERVICE_LOG_H
#define QUALIODOO_AGENT_SERVICE_LOG_H

#include "outage.h"
#include "qualiodoo/cycle/cycle_report.h"
#include "qualiodoo/store/store.h"

/* Makes equal warnings and errors of the cycles be logged at growing intervals, with their count.
 * Called by the thread of the event loop, whose own lines are always logged. */
void service_log_open(void);

/* Names the accounts that changed, at most ten: "'Exemple SARL' (12), ... and 3 more".
 *
 * store:    where the names are read; NULL: numbers only.
 * accounts: JSON array of customer ids. */
#define SERVICE_LOG_ACCOUNTS_SIZE 1024
void service_log_accounts(struct store *store, const json_t *accounts,
                          char text[SERVICE_LOG_ACCOUNTS_SIZE]);

/* Logs the end of a cycle: its failure, or the recovery from failures, and what it changed.
 *
 * error:    of the cycle; code 0: it succeeded.
 * accounts: the text of service_log_accounts() for the accounts of the report. */
void service_log_outcome(struct outage *outage, const struct error *error,
                         const struct cycle_report *report, const char *accounts);

#endif
