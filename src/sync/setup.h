/* setup.h - what the rooms of setup share: setup.c (the whole, the group), setup_model.c (the model
 * of adjustments and the rights on it), setup_fields.c (fields), setup_tag.c (the tag of a breach),
 * setup_webhook.c (the rule that calls the agent), setup_external.c (external ids) and
 * setup_remove.c (the way back). */
#ifndef QUALIODOO_SYNC_SETUP_H
#define QUALIODOO_SYNC_SETUP_H

#include "qualiodoo/sync.h"

#define SETUP_FIELDS 6         /* of the model of adjustments */
#define SETUP_PARTNER_FIELDS 2 /* of res.partner */

#define SETUP_GROUP_NAME "qualiodoo agent"
#define SETUP_MODULE "qualiodoo" /* of the external ids */

/* The external id of the rule that versions up to 0.1.0 made: doctor looks for it. */
#define SETUP_OLD_RULE "automation_payment"

struct setup {
    const struct config *config;
    const struct setup_options *options;
    struct odoo *odoo;
    const char *group_users; /* the field of res.groups */
    int64_t agent;           /* res.users */
    int64_t group, model, system_group;
    int64_t field_ids[SETUP_FIELDS], agent_access, system_access;
    int64_t partner_field_ids[SETUP_PARTNER_FIELDS];
    int64_t rule, rule_action; /* the webhook's */
    int64_t old_rule;          /* an earlier version's, or one whose model was changed; 0: none */
    bool with_rule;            /* there is to be a rule */
    char *webhook_url;         /* NULL: no rule is asked for. It holds a secret */
};

/* What the configuration asks for. */
bool setup_wants_model(const struct config *config);
bool setup_wants_partner_fields(const struct config *config);
bool setup_wants_tag(const struct config *config);

/* --- setup_session.c --- */

/* Opens the administrator's client; no call is made. */
int setup_connect(struct setup *setup, struct error *error);

/* From now on each call says a language that is installed. The administrator has authenticated. */
int setup_speak(const struct setup *setup, struct error *error);

/* --- setup.c --- */

/* Tells what became of a thing. */
void setup_step(const struct setup *setup, enum setup_outcome outcome, const char *what);

/* Made, or found as it should be. */
static inline void setup_step_made(const struct setup *setup, bool made, const char *what)
{
    setup_step(setup, made ? SETUP_MADE : SETUP_FOUND, what);
}

/* The first record of a domain; 0 when there is none. Takes over `domain`. */
int setup_find(const struct setup *setup, const char *model, json_t *domain, int64_t *ret_id,
               struct error *error);

/* Makes a record that `domain` finds once it is there: after an answer that was lost it is looked
 * for before it is made again. Takes over both. */
int setup_make(const struct setup *setup, const char *model, json_t *domain, json_t *values,
               int64_t *ret_id, struct error *error);

/* The group, by its external id first: it may have been renamed since. */
int setup_find_group(struct setup *setup, struct error *error);

/* --- setup_model.c --- */

/* The model, its fields, and the rights on it: model, field_ids and accesses of `setup`. */
int setup_model(struct setup *setup, struct error *error);

/* --- setup_fields.c --- */

/* The fields of the model of adjustments, as commands that make them with it. */
json_t *setup_fields_commands(const struct setup *setup);

/* Completes and repairs the fields of a model that was there before; *ret_changed tells whether
 * there was need. A field of another type is ERR_REFUSED: only a person can know what is in it. */
int setup_fields_of_model(struct setup *setup, bool *ret_changed, struct error *error);

/* The same of the fields of customers, made where they are missing. */
int setup_fields_of_partner(struct setup *setup, struct error *error);

/* Their names. */
const char *setup_field_name(size_t index);
const char *setup_partner_field_name(size_t index);

/* --- setup_tag.c --- */

/* The tag of a breach: one of that name is used as it is; one that is made gets the external id
 * SETUP_TAG in the same transaction, so that having it means having been made here. */
#define SETUP_TAG "tag_breach"
int setup_tag(struct setup *setup, struct error *error);

/* --- setup_webhook.c --- */

/* The rule and its action, with the address webhook_url; NULL: only where an earlier version made
 * one, whose address it then takes. The rule of an earlier version is removed after that, so that a
 * setup that is cut off leaves at least one. ERR_REFUSED: this Odoo has no such rules. */
#define SETUP_RULE "automation_settlement"
#define SETUP_RULE_ACTION "automation_settlement_action"
#define SETUP_OLD_RULE_ACTION SETUP_OLD_RULE "_action"
#define SETUP_OLD_RULE_WORDS                                                                       \
    "the automation rule of an earlier version, with which Odoo stores wrong payment states"
int setup_webhook(struct setup *setup, struct error *error);

/* The rules as they are there: rule and old_rule, or 0. ERR_MISSING_MODEL: their module is not
 * installed. */
int setup_find_rule(struct setup *setup, struct error *error);

/* --- setup_external.c --- */

/* An external id: its row, and the record it names; 0 where there is none. */
struct setup_external {
    int64_t row, record;
    char model[64]; /* of the record */
};
int setup_external_find(const struct setup *setup, const char *name, struct setup_external *ret,
                        struct error *error);

/* Gives all that was made or found its external id, but for the tag. */
int setup_externals(const struct setup *setup, struct error *error);

/* Those of the fields of customers, of the tag and of the rule, and with `adjustments` of all that
 * belongs to adjustments: the ids of their rows (new reference). */
int setup_externals_left(const struct setup *setup, bool adjustments, json_t **ret_ids,
                         struct error *error);
int setup_externals_remove(const struct setup *setup, bool adjustments, struct error *error);

/* The external ids of an earlier version's rule. */
int setup_externals_forget_old(const struct setup *setup, struct error *error);

/* --- setup_remove.c --- */

/* Removes one record, which may be gone already; `what` names it for the step and for a refusal. */
int setup_take_away(const struct setup *setup, const char *model, int64_t id, const char *what,
                    struct error *error);

int setup_remove(struct setup *setup, struct error *error);

#endif
