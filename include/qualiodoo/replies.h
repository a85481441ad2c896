/* replies.h - the messages of tickets, as far as they can be responses. */
#ifndef QUALIODOO_REPLIES_H
#define QUALIODOO_REPLIES_H

#include "qualiodoo/response.h"
#include "qualiodoo/store.h"

struct reply {
    int64_t id; /* mail.message; 0: none */
    instant date;
};

/* The first message of a ticket that is a response, by date, then id: response_is_reply() decides.
 */
int replies_first(struct store *store, int64_t id, const struct response_ticket *ticket,
                  struct reply *ret, struct error *error);

#endif
