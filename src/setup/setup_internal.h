/* setup_internal.h - what the files of setup share: setup.c (the whole, the group),
 * setup_records.c (one record of Odoo), setup_session.c
 * (the administrator's connection), setup_model.c (the models), setup_fields.c (fields),
 * setup_access.c (rights), setup_tag.c (the tag of a breach), setup_webhook.c (the rule that calls
 * the agent), setup_external.c (external ids) and setup_remove.c (the way back). */
#ifndef QUALIODOO_SETUP_INTERNAL_H
#define QUALIODOO_SETUP_INTERNAL_H

#include "qualiodoo/odoo/made.h"
#include "qualiodoo/setup/setup.h"

#define SETUP_GROUP_NAME "qualiodoo agent"

#define SETUP_NAME_SIZE 64 /* of an external id */
#define SETUP_RECORDS_MAX 40

/* Fields that are made together. */
enum setup_set { SETUP_ADJUSTMENT, SETUP_ACCOUNT, SETUP_LEASE, SETUP_PARTNER, SETUP_SETS };

/* What was made or found, with the external id it is to have. */
struct setup_record {
    char name[SETUP_NAME_SIZE];
    const char *model;
    int64_t id; /* 0: with `dry_run` */
};

struct setup {
    const struct config *config;
    const struct setup_options *options;
    struct odoo *odoo;
    const char *group_users; /* the field of res.groups */
    int64_t agent;           /* res.users */
    int64_t group;           /* the agent's */
    int64_t models[SETUP_SETS];
    int64_t rule, rule_action; /* the webhook's */
    int64_t old_rule;          /* an earlier version's, or one whose model was changed; 0: none */
    char *webhook_url;         /* NULL: no rule is asked for. It holds a secret */
    struct setup_record records[SETUP_RECORDS_MAX];
    size_t n_records;
};

/* --- setup_session.c --- */

/* Opens the administrator's client; no call is made. */
int setup_connect(struct setup *setup, struct error *error);

/* From now on each call says a language that is installed. The administrator has authenticated. */
int setup_speak(const struct setup *setup, struct error *error);

/* --- setup_records.c --- */

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

/* What the external id `module.name` of Odoo itself names. */
int setup_reference(const struct setup *setup, const char *module, const char *name,
                    int64_t *ret_id, struct error *error);

/* Removes one record, which may be gone already; `what` names it for the step and for a refusal. */
int setup_take_away(const struct setup *setup, const char *model, int64_t id, const char *what,
                    struct error *error);

/* An external id: its row, and the record it names; 0 where there is none. */
struct setup_external {
    int64_t row, record;
    char model[64]; /* of the record */
};
int setup_external_find(const struct setup *setup, const char *name, struct setup_external *ret,
                        struct error *error);

/* Notes a record that is to have an external id. */
void setup_note(struct setup *setup, const char *name, const char *model, int64_t id);

/* --- setup_model.c --- */

/* A model of ours with its fields and the rights on it: models[set]. */
int setup_model(struct setup *setup, enum setup_set set, struct error *error);

/* The id of the model that has a set's fields, in models[set]; 0: it is not there. */
int setup_find_model(struct setup *setup, enum setup_set set, struct error *error);

/* --- setup_fields.c --- */

/* The fields of a set, as commands that make them with their model. */
json_t *setup_fields_commands(const struct setup *setup, enum setup_set set);

/* Completes and repairs the fields of a model that is there; *ret_changed tells whether there was
 * need. A field of another type is ERR_REFUSED: only a person can know what is in it. */
int setup_fields(struct setup *setup, enum setup_set set, bool *ret_changed, struct error *error);

/* The name of a set's field, NULL after the last one, and its external id. */
const char *setup_field_name(enum setup_set set, size_t index);
void setup_field_external(enum setup_set set, size_t index, char name[SETUP_NAME_SIZE]);

/* --- setup_access.c --- */

/* The access lines of a set's model. */
int setup_accesses(struct setup *setup, enum setup_set set, struct error *error);

/* The agent's right to read who was assigned when. */
#define SETUP_HISTORY_MODEL "mail.tracking.value"
int setup_history_access(struct setup *setup, struct error *error);
int setup_find_history_access(const struct setup *setup, int64_t *ret_id, struct error *error);

/* The external id of an access line, NULL after the last one; `ret_adjustments`: it belongs to
 * adjustments. */
const char *setup_access_external(size_t index, bool *ret_adjustments);

/* --- setup_tag.c --- */

/* The tag of a breach: one of that name is used as it is; one that is made gets the external id
 * SETUP_TAG in the same transaction, so that having it means having been made here. */
#define SETUP_TAG "tag_breach"
int setup_tag(struct setup *setup, struct error *error);

/* --- setup_webhook.c --- */

/* The rule and its action, with the address webhook_url; NULL: only where an earlier version made
 * one, whose address it then takes. The rule of an earlier version is removed after that, so that a
 * setup that is cut off leaves at least one. ERR_REFUSED: this Odoo has no such rules. */
#define SETUP_RULE_ACTION "automation_settlement_action"
#define SETUP_OLD_RULE_ACTION SETUP_OLD_RULE "_action"
#define SETUP_OLD_RULE_WORDS                                                                       \
    "the automation rule of an earlier version, with which Odoo stores wrong payment states"
int setup_webhook(struct setup *setup, struct error *error);

/* The rules as they are there: rule and old_rule, or 0. ERR_MISSING_MODEL: their module is not
 * installed. */
int setup_find_rule(struct setup *setup, struct error *error);

/* --- setup_external.c --- */

/* Gives all that was noted its external id. The tag has its own. */
int setup_externals(const struct setup *setup, struct error *error);

/* Those that setup gives, without those of adjustments unless `adjustments`: the ids of their rows
 * (new reference). */
int setup_externals_left(const struct setup *setup, bool adjustments, json_t **ret_ids,
                         struct error *error);
int setup_externals_remove(const struct setup *setup, bool adjustments, struct error *error);

/* The external ids of an earlier version's rule. */
int setup_externals_forget_old(const struct setup *setup, struct error *error);

/* --- setup_remove.c --- */

/* Removes the stored fields of customers that versions up to 0.1.0 made. */
int setup_remove_old_fields(const struct setup *setup, struct error *error);

int setup_remove(struct setup *setup, struct error *error);

#endif
