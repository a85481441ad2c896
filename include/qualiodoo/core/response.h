/* response.h - when a ticket was taken in (DOMAIN.md, section 8). Pure. */
#ifndef QUALIODOO_CORE_RESPONSE_H
#define QUALIODOO_CORE_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/util/units.h"

/* 0 means "never": no ticket dates from 1970. */
struct response_facts {
    instant created;
    instant assigned; /* earliest assignment seen that was not made at the creation */
    instant replied;  /* first public reply by an agent: see response_is_reply() */
    instant worked;   /* creation of the first timesheet line: recording work is taking it in */
    instant closed;   /* earliest closing seen: a ticket closed without response */
    /* Odoo keeps the last assignment and closing only, and does not tell what was before. */
    bool history_unknown;
    instant unanswered; /* the ticket was seen neither assigned nor closed so late; 0: it was not */
};

/* The numbers are stored: new events come last. */
enum response_event {
    RESPONSE_NONE,
    RESPONSE_ASSIGNED,
    RESPONSE_REPLIED,
    RESPONSE_CLOSED,
    RESPONSE_WORKED,
};

/* What counts as a response (sla.response), as bits; a closing always does. Stored. */
enum { RESPONSE_BY_ASSIGNMENT = 1, RESPONSE_BY_REPLY = 2, RESPONSE_BY_WORK = 4 };

/* The event that answered the ticket, and when (*ret_when, untouched for RESPONSE_NONE). `counted`
 * is a mask of RESPONSE_BY_... bits. */
enum response_event response_first(const struct response_facts *facts, unsigned counted,
                                   instant *ret_when);

/* When an event happened; 0: it did not. */
instant response_when(const struct response_facts *facts, enum response_event event);

/* Whether an assignment at `assigned` was made by the creation itself (a rule or a default): Odoo
 * stamps the creation with the start of its transaction and the assignment a moment later. */
bool response_assigned_at_creation(instant created, instant assigned);

/* A public message of an internal user on a ticket; 0: none, or not known. */
struct response_message {
    instant date;
    int64_t author, author_account; /* res.partner, and its commercial entity */
    bool opening;                   /* the mail that opened the ticket */
    bool automatic;                 /* Odoo's own robot wrote it */
};

/* What a ticket's messages are judged by. */
struct response_ticket {
    instant created;
    int64_t contact, account; /* res.partner, and its commercial entity; 0: none */
};

/* Whether such a message is a response: not one of the customer's side, nor of before the ticket,
 * nor the mail that opened it. */
bool response_is_reply(const struct response_message *message,
                       const struct response_ticket *ticket);

#endif
