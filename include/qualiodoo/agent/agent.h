/* agent.h - the service: runs cycles in the background until it is told to stop. */
#ifndef QUALIODOO_AGENT_AGENT_H
#define QUALIODOO_AGENT_AGENT_H

#include "qualiodoo/config/config.h"
#include "qualiodoo/util/error.h"

/* Runs until SIGTERM or SIGINT; SIGHUP reads config->path again. May be called once in a process,
 * from its main thread.
 *
 * config: taken over, also on failure.
 *
 * Returns 0 when it was told to stop. A cycle that fails is logged and repeated, and is no error.
 * ERR_BUSY: another service works on the same state. ERR_STATE, ERR_CONFIG: the event loop, its
 * sockets or the secret of the webhook cannot be used. */
int agent_run(struct config *config, struct error *error);

#endif
