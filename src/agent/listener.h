/* listener.h - an HTTP server within the event loop, for Odoo's automation rule and for monitors;
 * internal to the agent.
 *
 *     POST /hook/SECRET, or POST /hook with the header X-Qualiodoo-Secret
 *
 *     GET /metrics, for Prometheus: no secret, since it names no customer
 *
 *     GET /health, for a monitor: 200 or 503 and one line, without a name
 *
 * A hook is answered with 204; 403 to another secret, 404 and 405 to anything else, 413 to more
 * than 64 KiB, 429 to more than a few in a second; 400 to what is not strict HTTP. A caller is not
 * trusted: a hook only makes a cycle start sooner, and nothing else of its body is used. */
#ifndef QUALIODOO_AGENT_LISTENER_H
#define QUALIODOO_AGENT_LISTENER_H

#include <systemd/sd-event.h>

#include "qualiodoo/config/config.h"
#include "qualiodoo/util/error.h"
#include "schedule.h"

struct listener;

#define LISTENER_LINE_SIZE 128

/* The functions that serve requests; called within the event loop, they must not block. */
struct listener_handler {
    void (*hook)(void *context, enum schedule_cycle cycle); /* run such a cycle soon */
    char *(*metrics)(void *context); /* text on the heap, freed by the caller; NULL: no memory */
    bool (*health)(void *context, char line[LISTENER_LINE_SIZE]); /* healthy, and a line about it */
    void *context;
};

#ifdef QUALIODOO_WEBHOOK

/* Listens at config->webhook.listen; *ret is NULL when that is not set. Borrows `event` and
 * handler.context until listener_close(). ERR_CONFIG: the secret cannot be used; ERR_STATE: the
 * address cannot; ERR_NO_MEMORY. */
int listener_open(sd_event *event, const struct config *config, struct listener_handler handler,
                  struct listener **ret, struct error *error);

/* Takes the secret from a new configuration; the address stays. After a failure (ERR_CONFIG,
 * ERR_NO_MEMORY) the old secret stays. NULL is allowed. */
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
