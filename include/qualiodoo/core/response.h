/* response.h - when a ticket was first responded to (DOMAIN.md, section 8). No I/O, no clock. */
#ifndef QUALIODOO_CORE_RESPONSE_H
#define QUALIODOO_CORE_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/util/units.h"

/* When the events of a ticket happened; 0: never. */
struct response_facts {
    instant created;
    instant assigned; /* earliest assignment seen, unless the creation made it */
    instant replied;  /* first public reply by an agent: see response_is_reply() */
    instant worked;   /* creation of the first timesheet line */
    instant closed;   /* earliest closing seen; it always counts as a response */
    /* An assignment or closing before those known may have been overwritten: Odoo keeps only the
     * last of each. */
    bool history_unknown;
    instant unanswered; /* last time the ticket was seen neither assigned nor closed; 0: never */
};

/* The numbers are stored: new events come last. */
enum response_event {
    RESPONSE_NONE,
    RESPONSE_ASSIGNED,
    RESPONSE_REPLIED,
    RESPONSE_CLOSED,
    RESPONSE_WORKED,
};

/* What counts as a response (sla.response), as bits; a closing always does. The bits are stored:
 * they never change their meaning. */
enum { RESPONSE_BY_ASSIGNMENT = 1, RESPONSE_BY_REPLY = 2, RESPONSE_BY_WORK = 4 };

/* The earliest event that counts as a response; *ret_when is its time, untouched for RESPONSE_NONE.
 * `counted` is a mask of RESPONSE_BY_... bits. */
enum response_event response_first(const struct response_facts *facts, unsigned counted,
                                   instant *ret_when);

/* When `event` happened; 0: it did not. */
instant response_when(const struct response_facts *facts, enum response_event event);

/* Whether the creation itself (an automation rule or a default) made the assignment: Odoo stamps
 * the creation with the start of its transaction and such an assignment up to seconds later. */
bool response_assigned_at_creation(instant created, instant assigned);

/* A public message of an internal user on a ticket; 0: none, or not known. */
struct response_message {
    instant date;
    int64_t author, author_account; /* res.partner, and its commercial entity */
    bool opening;                   /* the mail that opened the ticket */
    bool automatic;                 /* Odoo's own robot wrote it */
};

/* What response_is_reply() needs of the ticket. */
struct response_ticket {
    instant created;
    int64_t contact, account; /* res.partner, and its commercial entity; 0: none */
};

/* Whether the message is a response: neither written by the customer's side or by Odoo's robot, nor
 * the mail that opened the ticket, nor dated up to its creation. */
bool response_is_reply(const struct response_message *message,
                       const struct response_ticket *ticket);

#endif
