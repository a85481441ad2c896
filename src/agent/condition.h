/* condition.h - health and problems of the service, read from the state after its last cycle;
 * internal to the agent. The event loop answers monitors from it without reading the state. */
#ifndef QUALIODOO_AGENT_CONDITION_H
#define QUALIODOO_AGENT_CONDITION_H

#include "qualiodoo/config/config.h"
#include "qualiodoo/store/health.h"

struct condition {
    bool has_health; /* `health` could be read */
    struct health health;
    bool has_key_expiry; /* the API key expires, as of the last look at it */
    instant key_expires; /* when; 0: Odoo lists it no more */
    bool judged;         /* the problems could be counted */
    size_t problems;     /* as many as `status` lists */
    bool has_lapse;      /* lapses_at is set */
    instant lapses_at;   /* when one more problem arises, unless a cycle succeeds before */
};

/* Reads the state. After a failure has_health or `judged` is false; it is not reported. */
void condition_read(const struct config *config, struct condition *ret);

/* Whether the service is healthy at `now`: the problems could be counted, and there are none.
 * Writes one line that says so, without a customer's name, into `line` of `size` bytes. */
bool condition_is_healthy(const struct condition *condition, instant now, char *line, size_t size);

#endif
