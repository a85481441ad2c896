/* response.c - the earliest event that counts as a response, and which messages are replies. */
#include "qualiodoo/core/response.h"

#include <stddef.h>

/* Measured on Odoo 17: an automation rule assigns a created ticket up to 9 s after its creation
 * date when a batch of 500 is created, at once otherwise. No person assigns that fast. */
#define CREATION_SECONDS 10

instant response_when(const struct response_facts *facts, enum response_event event)
{
    switch (event) {
    case RESPONSE_ASSIGNED:
        return facts->assigned;
    case RESPONSE_REPLIED:
        return facts->replied;
    case RESPONSE_WORKED:
        return facts->worked;
    case RESPONSE_CLOSED:
        return facts->closed;
    case RESPONSE_NONE:
        break;
    }
    return 0;
}

enum response_event response_first(const struct response_facts *facts, unsigned counted,
                                   instant *ret_when)
{
    /* Of two events in the same second, the first of this list counts. */
    static const struct {
        enum response_event event;
        unsigned bit; /* 0: it always counts */
    } events[] = {{RESPONSE_ASSIGNED, RESPONSE_BY_ASSIGNMENT},
                  {RESPONSE_REPLIED, RESPONSE_BY_REPLY},
                  {RESPONSE_WORKED, RESPONSE_BY_WORK},
                  {RESPONSE_CLOSED, 0}};
    enum response_event found = RESPONSE_NONE;
    instant first = 0;

    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        instant when = response_when(facts, events[i].event);

        if (!when || (events[i].bit && !(counted & events[i].bit)) || (found && when >= first))
            continue;
        found = events[i].event;
        first = when;
    }
    if (found)
        *ret_when = first;
    return found;
}

bool response_assigned_at_creation(instant created, instant assigned)
{
    return assigned <= created + CREATION_SECONDS;
}

bool response_is_reply(const struct response_message *message, const struct response_ticket *ticket)
{
    if (message->opening || message->automatic || message->date <= ticket->created)
        return false;
    if (ticket->contact && message->author == ticket->contact)
        return false;
    return !ticket->account || message->author_account != ticket->account;
}
