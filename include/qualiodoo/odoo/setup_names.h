/* setup_names.h - the names of what `setup` creates in Odoo, or created in earlier versions. */
#ifndef QUALIODOO_ODOO_SETUP_NAMES_H
#define QUALIODOO_ODOO_SETUP_NAMES_H

/* The model of the adjustments. */
#define ADJUSTMENT_MODEL "x_qualiodoo_adjustment"

/* The model of the credit that Odoo shows. */
#define ACCOUNT_MODEL "x_qualiodoo_account"

/* The fields on customers that 0.1.0 created: used where ACCOUNT_MODEL does not exist. */
#define PARTNER_MINUTES "x_qualiodoo_credit_minutes"
#define PARTNER_LAST_DAY "x_qualiodoo_last_day"

/* The model of the lease (of several agents, one writes), and its fields. */
#define LEASE_MODEL "x_qualiodoo_lease"
#define LEASE_HOLDER_FIELD "x_holder"   /* the holder, and a word that each heartbeat changes */
#define LEASE_PURPOSE_FIELD "x_purpose" /* LEASE_WRITES, or LEASE_RELEASED for good */
#define LEASE_WRITES "writeback"
#define LEASE_RELEASED "released"

/* The module of the external ids, the name of the rule that calls the agent, and that of the rule
 * of 0.1.0. */
#define SETUP_MODULE "qualiodoo"
#define SETUP_RULE "automation_settlement"
#define SETUP_OLD_RULE "automation_payment"

#endif
