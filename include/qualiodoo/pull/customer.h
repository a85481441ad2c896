/* customer.h - partners of Odoo and the holders of their accounts. */
#ifndef QUALIODOO_PULL_CUSTOMER_H
#define QUALIODOO_PULL_CUSTOMER_H

#include <stdint.h>

#include "qualiodoo/config/config.h"
#include "qualiodoo/odoo/odoo.h"

/* Looks a customer up in Odoo: an id, or an exact name or reference. *ret_customer is the holder of
 * its account. ERR_NOT_FOUND, also when the name is not unique (the message lists ids). */
int customer_find_remote(struct odoo *odoo, enum config_account account, const char *text,
                         int64_t *ret_customer, struct error *error);

/* The account holder of one partner (credit.account); 0 when there is no such partner. */
int customer_of_partner(struct odoo *odoo, enum config_account account, int64_t partner,
                        int64_t *ret_customer, struct error *error);

#endif
