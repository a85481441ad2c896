/* agent.h - the service: sync in the background until told to stop. */
#ifndef QUALIODOO_AGENT_AGENT_H
#define QUALIODOO_AGENT_AGENT_H

#include "qualiodoo/config/config.h"
#include "qualiodoo/util/error.h"

/* Runs until SIGTERM or SIGINT; SIGHUP reads config->path again. Takes over `config`. Returns 0
 * when it was told to stop. ERR_BUSY: another service works on the same state. */
int agent_run(struct config *config, struct error *error);

#endif
