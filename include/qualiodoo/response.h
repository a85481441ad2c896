/* response.h - when a ticket was taken in (domain.md, section 8). Pure. */
#ifndef QUALIODOO_RESPONSE_H
#define QUALIODOO_RESPONSE_H

#include <stdbool.h>

#include "qualiodoo/units.h"

/* 0 means "never": no ticket dates from 1970. */
struct response_facts {
    instant created;
    instant assigned; /* earliest assignment seen that was not made at the creation */
    instant replied;  /* first public reply by an agent */
    instant closed;   /* earliest closing seen: a ticket closed without response */
    /* Odoo keeps the last assignment and closing only, and does not tell what was before. */
    bool history_unknown;
    instant unanswered; /* the ticket was seen neither assigned nor closed so late; 0: it was not */
};

enum response_event { RESPONSE_NONE, RESPONSE_ASSIGNED, RESPONSE_REPLIED, RESPONSE_CLOSED };

/* The event that answered the ticket, and when (*ret_when, untouched for RESPONSE_NONE). */
enum response_event response_first(const struct response_facts *facts, bool use_assigned,
                                   bool use_reply, instant *ret_when);

/* Whether an assignment at `assigned` was made by the creation itself (a rule or a default): Odoo
 * stamps the creation with the start of its transaction and the assignment a moment later. */
bool response_assigned_at_creation(instant created, instant assigned);

#endif
