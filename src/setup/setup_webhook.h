/* setup_webhook.h - the automation rule that calls the agent; internal to setup. Errors, where
 * nothing else is said: as odoo_execute()'s, and ERR_NO_MEMORY. */
#ifndef QUALIODOO_SETUP_WEBHOOK_H
#define QUALIODOO_SETUP_WEBHOOK_H

#include "qualiodoo/odoo/setup_names.h"
#include "setup_context.h"

/* Makes or repairs the rule and its action with the address webhook_url. With webhook_url NULL it
 * does so only when there is a rule of an earlier version, whose address it takes. That rule is
 * removed last, so that an interrupted setup leaves at least one. ERR_REFUSED: the module of such
 * rules is not installed, or this Odoo is too old for them. */
#define SETUP_RULE_ACTION "automation_settlement_action"
#define SETUP_OLD_RULE_ACTION SETUP_OLD_RULE "_action"
#define SETUP_OLD_RULE_WORDS                                                                       \
    "the automation rule of an earlier version, with which Odoo stores wrong payment states"
int setup_webhook(struct setup *setup, struct error *error);

/* Sets setup->rule and setup->old_rule, 0 for none. ERR_MISSING_MODEL: their module is not
 * installed. */
int setup_find_rule(struct setup *setup, struct error *error);

#endif
