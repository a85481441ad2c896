/* customer.h - partners of Odoo and their commercial entities; internal to sync. */
#ifndef QUALIODOO_SYNC_CUSTOMER_H
#define QUALIODOO_SYNC_CUSTOMER_H

#include "qualiodoo/array.h"
#include "qualiodoo/odoo.h"

/* The commercial entities of the partners of a domain, once each, sorted; archived ones included.
 * Takes over `domain`; the caller frees ret->items. */
int customer_entities(struct odoo *odoo, json_t *domain, struct ids *ret, struct error *error);

/* The commercial entity of one partner; 0 when there is no such partner. */
int customer_of_partner(struct odoo *odoo, int64_t partner, int64_t *ret_customer,
                        struct error *error);

#endif
