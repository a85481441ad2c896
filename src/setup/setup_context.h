/* setup_context.h - what the steps of setup work on; internal to setup. The order of the steps is
 * in setup.c. */
#ifndef QUALIODOO_SETUP_CONTEXT_H
#define QUALIODOO_SETUP_CONTEXT_H

#include "qualiodoo/odoo/odoo.h"
#include "qualiodoo/setup/setup.h"

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
    int64_t group;              /* id of SETUP_GROUP_NAME; 0: it does not exist */
    int64_t models[SETUP_SETS]; /* ids in ir.model; 0: the model does not exist */
    int64_t rule, rule_action;  /* ids of the automation rule and its action; 0: none */
    int64_t old_rule;  /* a rule of an earlier version, or one whose model was changed; 0: none */
    char *webhook_url; /* owned, with a secret in it; NULL: no rule is asked for */
    struct setup_record records[SETUP_RECORDS_MAX];
    size_t n_records;
};

/* Reports a thing to options->step. */
void setup_step(const struct setup *setup, enum setup_outcome outcome, const char *what);

/* Reports SETUP_MADE or SETUP_FOUND. */
static inline void setup_step_made(const struct setup *setup, bool made, const char *what)
{
    setup_step(setup, made ? SETUP_MADE : SETUP_FOUND, what);
}

/* Remembers a record for setup_externals(). `model` is borrowed until then. */
void setup_remember(struct setup *setup, const char *name, const char *model, int64_t id);

#endif
