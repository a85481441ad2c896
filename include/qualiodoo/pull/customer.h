/* customer.h - from a text or a partner of Odoo to the partner that holds the account. */
#ifndef QUALIODOO_PULL_CUSTOMER_H
#define QUALIODOO_PULL_CUSTOMER_H

#include <stdint.h>

#include "qualiodoo/config/config.h"
#include "qualiodoo/odoo/odoo.h"
#include "qualiodoo/store/store.h"

/* Looks a customer up in Odoo. `text` is an id, else a reference, else a name, each exactly as in
 * Odoo, else a reference or a name that differs only in case, accents or blanks. `account` is
 * credit.account. *ret_customer is the res.partner that holds the account. ERR_NOT_FOUND when no
 * partner or several accounts match; the message then proposes some. Other errors: those of the
 * calls. */
int customer_find_remote(struct odoo *odoo, enum config_account account, const char *text,
                         int64_t *ret_customer, struct error *error);

/* The same among the customers in the state, without a call to Odoo. */
int customer_find_local(struct store *store, const struct config *config, const char *text,
                        int64_t *ret_customer, struct error *error);

/* The account holder of the res.partner `partner`; *ret_customer is 0 when Odoo has no such
 * partner. Errors: those of the calls. */
int customer_of_partner(struct odoo *odoo, enum config_account account, int64_t partner,
                        int64_t *ret_customer, struct error *error);

#endif
