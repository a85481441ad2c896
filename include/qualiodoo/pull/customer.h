/* customer.h - partners of Odoo and the holders of their accounts. */
#ifndef QUALIODOO_PULL_CUSTOMER_H
#define QUALIODOO_PULL_CUSTOMER_H

#include <stdint.h>

#include "qualiodoo/config/config.h"
#include "qualiodoo/odoo/odoo.h"
#include "qualiodoo/store/store.h"

/* Looks a customer up in Odoo: an id, a reference or a name to the letter, in this order, else a
 * reference or name that differs by case, accents or blanks alone. *ret_customer is the holder of
 * its account. ERR_NOT_FOUND, also when several are meant; the message then proposes them. */
int customer_find_remote(struct odoo *odoo, enum config_account account, const char *text,
                         int64_t *ret_customer, struct error *error);

/* The same among the customers of the state. */
int customer_find_local(struct store *store, const struct config *config, const char *text,
                        int64_t *ret_customer, struct error *error);

/* The account holder of one partner (credit.account); 0 when there is no such partner. */
int customer_of_partner(struct odoo *odoo, enum config_account account, int64_t partner,
                        int64_t *ret_customer, struct error *error);

#endif
