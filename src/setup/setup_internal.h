/* setup_internal.h - what the files of setup share.
 *
 *     setup.c           the order of the steps, the group
 *     setup_session.c   the administrator's connection
 *     setup_records.c   one record of Odoo: find, make, remove
 *     setup_model.c     models
 *     setup_fields.c    fields
 *     setup_access.c    rights
 *     setup_tag.c       the tag of a breach
 *     setup_webhook.c   the automation rule that calls the agent
 *     setup_external.c  external ids
 *     setup_remove.c    removal
 *
 * Errors, where nothing else is said: as odoo_execute()'s, and ERR_NO_MEMORY. */
#ifndef QUALIODOO_SETUP_INTERNAL_H
#define QUALIODOO_SETUP_INTERNAL_H

#include "qualiodoo/odoo/made.h"
#include "qualiodoo/setup/setup.h"

#define SETUP_GROUP_NAME "qualiodoo agent"

#define SETUP_NAME_SIZE 64 /* of an external id */
#define SETUP_RECORDS_MAX 40

/* A set: the fields made on one model. SETUP_PARTNER is Odoo's own res.partner, the others are
 * models of qualiodoo. */
enum setup_set { SETUP_ADJUSTMENT, SETUP_ACCOUNT, SETUP_LEASE, SETUP_PARTNER, SETUP_SETS };

/* A record that was made or found, and the external id that setup_externals() gives it. */
struct setup_record {
    char name[SETUP_NAME_SIZE];
    const char *model;
    int64_t id; /* 0: not made, because of `dry_run` */
};

struct setup {
    const struct config *config;
    const struct setup_options *options;
    struct odoo *odoo;
    const char *group_users;    /* name of the field of res.groups with its members */
    int64_t agent;              /* id of the agent's user */
    int64_t group;              /* id of SETUP_GROUP_NAME; 0: it does not exist */
    int64_t models[SETUP_SETS]; /* ids in ir.model; 0: the model does not exist */
    int64_t rule, rule_action;  /* ids of the automation rule and its action; 0: none */
    int64_t old_rule;  /* a rule of an earlier version, or one whose model was changed; 0: none */
    char *webhook_url; /* owned, with a secret in it; NULL: no rule is asked for */
    struct setup_record records[SETUP_RECORDS_MAX];
    size_t n_records;
};

/* --- setup_session.c --- */

/* Opens the administrator's client, setup->odoo, without a call. */
int setup_connect(struct setup *setup, struct error *error);

/* Makes each further call name a language that is installed (head of setup_session.c). The
 * administrator must have authenticated. */
int setup_speak(const struct setup *setup, struct error *error);

/* --- setup_records.c --- */

/* Reports a thing to options->step. */
void setup_step(const struct setup *setup, enum setup_outcome outcome, const char *what);

/* Reports SETUP_MADE or SETUP_FOUND. */
static inline void setup_step_made(const struct setup *setup, bool made, const char *what)
{
    setup_step(setup, made ? SETUP_MADE : SETUP_FOUND, what);
}

/* The id of the first record of a domain; 0 when there is none. Takes over `domain`. */
int setup_find(const struct setup *setup, const char *model, json_t *domain, int64_t *ret_id,
               struct error *error);

/* The record of an answer whose `name` that is, borrowed; NULL when there is none. */
json_t *setup_find_named(json_t *records, const char *name);

/* Makes a record with `values`. `domain` must find it once it exists: after a lost answer the
 * record is searched by it before the call is repeated. Takes over both. */
int setup_make(const struct setup *setup, const char *model, json_t *domain, json_t *values,
               int64_t *ret_id, struct error *error);

/* Sets setup->group, 0 when there is none. The external id comes first, as a person may have
 * renamed the group; then the name. */
int setup_find_group(struct setup *setup, struct error *error);

/* The id of the record that Odoo's own external id `module.name` names. */
int setup_reference(const struct setup *setup, const char *module, const char *name,
                    int64_t *ret_id, struct error *error);

/* Removes one record; one that is gone already counts as removed. `what` names it in the report and
 * in the message of ERR_REFUSED, when something in Odoo depends on it. */
int setup_take_away(const struct setup *setup, const char *model, int64_t id, const char *what,
                    struct error *error);

/* Looks up the external id SETUP_MODULE.name; all is 0 and "" when there is none. */
struct setup_external {
    int64_t row, record; /* ids: in ir.model.data, and of the record that it names */
    char model[64];      /* of the record */
};
int setup_external_find(const struct setup *setup, const char *name, struct setup_external *ret,
                        struct error *error);

/* Remembers a record for setup_externals(). `model` is borrowed until then. */
void setup_note(struct setup *setup, const char *name, const char *model, int64_t id);

/* --- setup_model.c --- */

/* Makes or completes the model of a set with its fields and rights, and sets models[set]. */
int setup_model(struct setup *setup, enum setup_set set, struct error *error);

/* Sets models[set] to the id of the set's model, 0 when it does not exist. */
int setup_find_model(struct setup *setup, enum setup_set set, struct error *error);

/* --- setup_fields.c --- */

/* The name in Odoo of the model that the set's fields are on. */
const char *setup_model_name(enum setup_set set);

/* The fields of a set as a list of Odoo's (0, 0, values) commands, for the create of their model.
 * New reference; NULL when there is no memory. */
json_t *setup_fields_commands(const struct setup *setup, enum setup_set set);

/* Makes and repairs the fields of the existing model models[set]. *ret_changed: something was made
 * or repaired. ERR_REFUSED for a field of another type: only a person can decide about its data. */
int setup_fields(struct setup *setup, enum setup_set set, bool *ret_changed, struct error *error);

/* The name of the set's field at `index`, NULL after the last one; and its external id. */
const char *setup_field_name(enum setup_set set, size_t index);
void setup_field_external(enum setup_set set, size_t index, char name[SETUP_NAME_SIZE]);

/* --- setup_access.c --- */

/* Makes and repairs the access lines of a set's model. */
int setup_accesses(struct setup *setup, enum setup_set set, struct error *error);

/* The agent's right to read who was assigned when: makes or repairs its access line; finds it (0:
 * there is none). */
#define SETUP_HISTORY_MODEL "mail.tracking.value"
int setup_history_access(struct setup *setup, struct error *error);
int setup_find_history_access(const struct setup *setup, int64_t *ret_id, struct error *error);

/* The external id of the access line at `index`, NULL after the last one. *ret_adjustments: the
 * line belongs to the model of adjustments. */
const char *setup_access_external(size_t index, bool *ret_adjustments);

/* --- setup_tag.c --- */

/* Makes the tag of a breach, unless there is one of that name. A tag that is made gets the external
 * id SETUP_TAG in the same transaction: a tag with it was made by setup. */
#define SETUP_TAG "tag_breach"
int setup_tag(struct setup *setup, struct error *error);

/* --- setup_webhook.c --- */

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

/* --- setup_external.c --- */

/* Gives each record of setup_note() its external id. The tag got its own when it was made. */
int setup_externals(const struct setup *setup, struct error *error);

/* The external ids of setup that exist, as ids in ir.model.data (*ret_ids, a new reference); and
 * their removal. `adjustments`: include those of adjustments and of the group. */
int setup_externals_left(const struct setup *setup, bool adjustments, json_t **ret_ids,
                         struct error *error);
int setup_externals_remove(const struct setup *setup, bool adjustments, struct error *error);

/* Removes the external ids of an earlier version's rule. */
int setup_externals_forget_old(const struct setup *setup, struct error *error);

/* --- setup_remove.c --- */

/* Removes the stored fields of customers that versions up to 0.1.0 made. */
int setup_remove_old_fields(const struct setup *setup, struct error *error);

/* Removes what setup made, in the order at the head of setup_remove.c. */
int setup_remove(struct setup *setup, struct error *error);

#endif
