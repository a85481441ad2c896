/* open.h - one pull, and what must be known of this Odoo before it. */
#ifndef QUALIODOO_PULL_OPEN_H
#define QUALIODOO_PULL_OPEN_H

#include "qualiodoo/config/config.h"
#include "qualiodoo/odoo/odoo.h"
#include "qualiodoo/pull/models.h"
#include "qualiodoo/pull/pull_report.h"
#include "qualiodoo/store/store.h"

/* The caller fills the first part; everything in it is borrowed. pull_close() frees the rest. */
struct pull {
    struct odoo *odoo;
    struct store *store;
    const struct config *config;
    struct pull_report *report;
    bool full;    /* read every record again, not only changes */
    bool force;   /* ignore safety.max_delete; products that are no longer packs leave the mirror */
    bool trusted; /* an earlier cycle of this process compared the identity: identity_confirm()
                     compares it again before anything is stored or written */
    bool quick;   /* leave out what changes rarely; set by settings_choose() */
    bool take_identity; /* set by identity_check(): the state lacks an identity, or part of it, and
                           pull_open() calls identity_take() */
    const int64_t *customers;      /* pull only these account holders; sorted */
    size_t n_customers;            /* 0: all */
    void (*stored)(void *context); /* called after each stored page; NULL: none */
    void *context;                 /* of `stored` */

    /* set by pull_open() */
    const struct flavour *flavour;
    json_t *fields[MODEL_COUNT]; /* names of the fields that exist; NULL: the model is missing */
    json_t *ids;                 /* object: "@name" in a domain -> what replaces it */
    bool units_absolute;         /* see flavour_units_absolute() */
    bool payments_apart;         /* see flavour_payments_apart() */
    int64_t agent_uid, agent_partner; /* res.users and res.partner of the agent */
    bool has_unreadable;  /* the state notes records that an earlier pull could not read */
    bool schema_kept;     /* flavour and fields come from the state and may be outdated */
    bool history_retried; /* history_retry() was called in this pull */
    bool whole;           /* inside pull_run(): progress shows "model 3 of 17" */
    bool compares;        /* of a full pull: records that do not differ are not read (compare.h) */
    bool first_pulls;     /* a mirror completed its first pull: its rows are history, not events */

    struct ids referred[MODEL_COUNT]; /* see settings_note() */
    const struct model *unchanged;    /* model.beside of one that was asked for; NULL: none */

    struct ids held; /* products that opened lots: they stay mirrored when they are no longer packs,
                        so that a person decides about their credit */
};

/* Finds the flavour, the fields that exist and the agent's user: from the state when it has them,
 * else by asking Odoo (always with pull->full). ERR_STATE: the state is another database's.
 * ERR_MISSING_MODEL, ERR_MISSING_FIELD: the message names the module to install. After a failure
 * pull_close() is still due. */
int pull_open(struct pull *pull, struct error *error);
/* Frees what pull_open() and pull_run() set; may be called twice. */
void pull_close(struct pull *pull);

/* ERR_STATE when the state belongs to another database than odoo.database. A new state passes. */
int pull_check_database(const struct config *config, struct store *store, struct error *error);

/* Drops the stored flavour and fields: the next pull_open() asks Odoo. */
int pull_forget_schema(struct pull *pull, struct error *error);

/* Whether pull_open() found the model in this Odoo. */
bool pull_has_model(const struct pull *pull, enum model_id id);

/* Whether pull_open() found the field `name` (as Odoo calls it) of the model. */
bool pull_has_field(const struct pull *pull, enum model_id id, const char *name);

#endif
