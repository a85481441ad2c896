/* condition.h - how the service is, as the state said after its last cycle; internal to the agent.
 * The loop answers monitors from it, and reads nothing for that. */
#ifndef QUALIODOO_AGENT_CONDITION_H
#define QUALIODOO_AGENT_CONDITION_H

#include "qualiodoo/config/config.h"
#include "qualiodoo/store/health.h"

struct condition {
    bool has_health; /* the state could be read */
    struct health health;
    bool judged; /* and its problems counted, as `status` would */
    size_t problems;
    bool has_lapse; /* another one at `lapses_at`, unless a cycle succeeds before */
    instant lapses_at;
};

/* Reads the state; what cannot be read is not known. */
void condition_read(const struct config *config, struct condition *ret);

/* Whether all is well at `now`, and one line that says so, without a name. */
bool condition_say(const struct condition *condition, instant now, char *line, size_t size);

#endif
