/* customer.h - partners of Odoo and the holders of their accounts; internal to sync. */
#ifndef QUALIODOO_SYNC_CUSTOMER_H
#define QUALIODOO_SYNC_CUSTOMER_H

#include "qualiodoo/config.h"
#include "qualiodoo/odoo.h"

/* The account holder of one partner (credit.account); 0 when there is no such partner. */
int customer_of_partner(struct odoo *odoo, enum config_account account, int64_t partner,
                        int64_t *ret_customer, struct error *error);

#endif
