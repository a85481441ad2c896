/* listener.h - what Odoo's automation rule calls over HTTP, served within the event loop; internal
 * to the agent.
 *
 *     POST /hook/SECRET, or POST /hook with the header X-Qualiodoo-Secret
 *
 *     GET /metrics, for Prometheus: no secret, since it names no customer
 *
 *     GET /health, for a monitor: 200 or 503 and one line, without a name
 *
 * A hook is answered with 204; 403 to another secret, 404 and 405 to anything else, 413 to more
 * than 64 KiB, 429 to more than a few in a second; 400 to what is not strict HTTP. Only numbers of
 * answers leave this room, and a hint of what to look at: nothing of what a caller says is
 * believed. */
#ifndef QUALIODOO_AGENT_LISTENER_H
#define QUALIODOO_AGENT_LISTENER_H

#include <systemd/sd-event.h>

#include "qualiodoo/config/config.h"
#include "qualiodoo/util/error.h"
#include "schedule.h"

struct listener;

#define LISTENER_LINE_SIZE 128

/* Is told what to look at, and says how it goes. */
struct listener_handler {
    void (*hook)(void *context, enum schedule_cycle cycle);
    char *(*metrics)(void *context); /* on the heap; NULL: memory is short */
    bool (*health)(void *context, char line[LISTENER_LINE_SIZE]); /* whether all is well */
    void *context;
};

#ifdef QUALIODOO_WEBHOOK

/* Listens as config->webhook says. *ret is NULL when it says nothing. ERR_CONFIG: the secret cannot
 * be used; ERR_STATE: the address cannot. */
int listener_open(sd_event *event, const struct config *config, struct listener_handler handler,
                  struct listener **ret, struct error *error);

/* Takes the secret of another configuration (the address stays), or fails and keeps the old one.
 * NULL is allowed. */
int listener_reload(struct listener *listener, const struct config *config, struct error *error);

void listener_close(struct listener *listener); /* NULL is allowed */

#else /* built without libmicrohttpd */

static inline int listener_open(sd_event *event, const struct config *config,
                                struct listener_handler handler, struct listener **ret,
                                struct error *error)
{
    (void)event;
    (void)handler;
    *ret = NULL;
    return config->webhook.listen
               ? error_set(error, ERR_CONFIG,
                           "webhook.listen: this program was built without it (WEBHOOK=0)")
               : 0;
}

static inline int listener_reload(struct listener *listener, const struct config *config,
                                  struct error *error)
{
    (void)listener;
    (void)config;
    (void)error;
    return 0;
}

static inline void listener_close(struct listener *listener)
{
    (void)listener;
}

#endif

#endif
