/* made.h - the names of what `setup` makes in Odoo, and of what earlier versions made. */
#ifndef QUALIODOO_ODOO_MADE_H
#define QUALIODOO_ODOO_MADE_H

/* The model of the adjustments. */
#define ADJUSTMENT_MODEL "x_qualiodoo_adjustment"

/* The model of the credit that Odoo shows. */
#define ACCOUNT_MODEL "x_qualiodoo_account"

/* The stored fields of customers up to 0.1.0: used where that model is not. */
#define PARTNER_MINUTES "x_qualiodoo_credit_minutes"
#define PARTNER_LAST_DAY "x_qualiodoo_last_day"

/* The model of the lease of writing, and its fields. */
#define LEASE_MODEL "x_qualiodoo_lease"
#define LEASE_HOLDER_FIELD "x_holder"   /* whose row, and a word that each heartbeat changes */
#define LEASE_PURPOSE_FIELD "x_purpose" /* LEASE_WRITES, or LEASE_RELEASED for good */
#define LEASE_WRITES "writeback"
#define LEASE_RELEASED "released"

/* The external ids: their module, the rule that calls the agent, and the one that versions up to
 * 0.1.0 made. */
#define SETUP_MODULE "qualiodoo"
#define SETUP_RULE "automation_settlement"
#define SETUP_OLD_RULE "automation_payment"

#endif
