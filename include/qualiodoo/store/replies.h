/* replies.h - the first message of a ticket that is a response. */
#ifndef QUALIODOO_STORE_REPLIES_H
#define QUALIODOO_STORE_REPLIES_H

#include "qualiodoo/core/response.h"
#include "qualiodoo/store/store.h"

struct reply {
    int64_t id; /* mail.message; 0: none */
    instant date;
};

/* The first message of ticket `id`, by date, then id, that response_is_reply() accepts. `ticket`
 * describes the ticket to it. ret->id is 0 when there is none. */
int replies_first(struct store *store, int64_t id, const struct response_ticket *ticket,
                  struct reply *ret, struct error *error);

#endif
