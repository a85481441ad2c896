/* pull.h - one pull from Odoo into the mirror. */
#ifndef QUALIODOO_PULL_PULL_H
#define QUALIODOO_PULL_PULL_H

#include "qualiodoo/config/config.h"
#include "qualiodoo/odoo/odoo.h"
#include "qualiodoo/pull/models.h"
#include "qualiodoo/pull/pull_report.h"
#include "qualiodoo/store/store.h"

struct pull {
    struct odoo *odoo;
    struct store *store;
    const struct config *config;
    struct pull_report *report;
    bool full;          /* read everything again */
    bool force;         /* go past safety.max_delete */
    bool take_identity; /* identity_check() found that the state does not know its Odoo, or not
                           wholly: identity_take() is due */
    const int64_t *customers;
    size_t n_customers;            /* 0: everybody */
    void (*stored)(void *context); /* is called after each page; NULL: not */
    void *context;                 /* of `stored` */

    /* set by pull_open() */
    const struct flavour *flavour;
    json_t *fields[MODEL_COUNT]; /* names that exist; NULL: the model is not there */
    json_t *ids;                 /* what "@..." of a domain stands for */
    bool units_absolute;
    int64_t agent_uid, agent_partner;
    bool has_unreadable;  /* some records could not be read before */
    bool schema_kept;     /* flavour and fields are those of an earlier run */
    bool history_retried; /* history_retry() has looked */
    bool whole;           /* pull_run() is at work */
    bool first_pulls;     /* at least one mirror completed its first pull in this run */

    struct ids held; /* products that opened lots: mirrored even when they are packs no more */
};

/* Flavour, fields, identity of the database. Errors name what to install. */
int pull_open(struct pull *pull, struct error *error);
void pull_close(struct pull *pull);

/* ERR_STATE when the state is that of another database than the configuration's. */
int pull_check_database(const struct config *config, struct store *store, struct error *error);

/* What was learned of this Odoo may be wrong: the next pull_open() asks again. */
int pull_forget_schema(struct pull *pull, struct error *error);

/* Whether this Odoo has a model, and the agent uses it. */
bool pull_has_model(const struct pull *pull, enum model_id id);

/* Whether this Odoo has that field of a model. */
bool pull_has_field(const struct pull *pull, enum model_id id, const char *name);

/* Every mirror, in the order in which they need each other. */
int pull_run(struct pull *pull, struct error *error);

/* pull_open() and pull_run(). What was kept of this Odoo's fields may be old (it was upgraded, a
 * module came or went): then it is asked for again, and the pull begun again. */
int pull_open_and_run(struct pull *pull, struct error *error);

/* Only the adjustments, and the customer of the one just written. */
int pull_adjustments(struct pull *pull, int64_t customer, struct error *error);

/* These tickets and the replies to them, now. */
int pull_tickets(struct pull *pull, const struct ids *tickets, struct error *error);

/* What was written to, again, and the agent's own notes that are new. */
struct pull_written {
    const struct ids *tickets, *partners;
    const struct ids *shown; /* rows of the credit that Odoo shows */
};
int pull_read_back(struct pull *pull, const struct pull_written *written, struct error *error);

/* The invoices, credit notes and payments that were written last in Odoo, and when, as a text on
 * the heap that differs when one of them was written since, or one more. */
int pull_newest_invoices(struct pull *pull, char **ret, struct error *error);

#endif
