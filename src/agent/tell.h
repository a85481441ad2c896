/* tell.h - what the service logs of its cycles, beside their events; internal to the agent. */
#ifndef QUALIODOO_AGENT_TELL_H
#define QUALIODOO_AGENT_TELL_H

#include "qualiodoo/cycle/cycle_report.h"
#include "qualiodoo/store/store.h"
#include "trouble.h"

/* From now on equal warnings and errors of the cycles, which run in other threads than the caller,
 * are told at growing intervals, with their count. */
void tell_open(void);

/* The accounts that changed, by name, as far as they fit: "'Exemple SARL' (12), ... and 3 more".
 * `store` NULL: by number alone. */
#define TELL_ACCOUNTS_SIZE 1024
void tell_accounts(struct store *store, const json_t *accounts, char text[TELL_ACCOUNTS_SIZE]);

/* A cycle that ended: its failure, the end of a trouble, what it changed. `accounts` is what
 * tell_accounts() made of the report's. */
void tell_outcome(struct trouble *trouble, const struct error *error,
                  const struct cycle_report *report, const char *accounts);

#endif
