/* facts_response.h - the first response of a ticket, for facts.c. */
#ifndef QUALIODOO_STORE_FACTS_RESPONSE_H
#define QUALIODOO_STORE_FACTS_RESPONSE_H

#include "qualiodoo/store/facts.h"

/* Sets the response of a ticket, for credit.count_from: response. */
int facts_response(struct store *store, const struct facts_policy *policy,
                   struct charge_ticket *ticket, struct error *error);

#endif
