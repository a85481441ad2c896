/* replies.h - the messages of tickets, as far as they can be responses. */
#ifndef QUALIODOO_STORE_REPLIES_H
#define QUALIODOO_STORE_REPLIES_H

#include "qualiodoo/core/response.h"
#include "qualiodoo/store/store.h"

struct reply {
    int64_t id; /* mail.message; 0: none */
    instant date;
};

/* The first message of a ticket that is a response, by date, then id: response_is_reply() decides.
 */
int replies_first(struct store *store, int64_t id, const struct response_ticket *ticket,
                  struct reply *ret, struct error *error);

#endif
