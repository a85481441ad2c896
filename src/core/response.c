#include "qualiodoo/response.h"

/* Measured on Odoo 17: an automation rule assigns a created ticket up to 9 s after its creation
 * date when a batch of 500 is created, at once otherwise. No person assigns that fast. */
#define CREATION_SECONDS 10

enum response_event response_first(const struct response_facts *facts, bool use_assigned,
                                   bool use_reply, instant *ret_when)
{
    enum response_event event = RESPONSE_NONE;
    instant when = 0;

    if (use_assigned && facts->assigned) {
        event = RESPONSE_ASSIGNED;
        when = facts->assigned;
    }
    if (use_reply && facts->replied && (!event || facts->replied < when)) {
        event = RESPONSE_REPLIED;
        when = facts->replied;
    }
    if (facts->closed && (!event || facts->closed < when)) {
        event = RESPONSE_CLOSED;
        when = facts->closed;
    }
    if (event)
        *ret_when = when;
    return event;
}

bool response_assigned_at_creation(instant created, instant assigned)
{
    return assigned <= created + CREATION_SECONDS;
}
