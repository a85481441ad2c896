/* setup.h - what setup.c (the whole) and setup_model.c (the model of adjustments) share. */
#ifndef QUALIODOO_SYNC_SETUP_H
#define QUALIODOO_SYNC_SETUP_H

#include "qualiodoo/sync.h"

#define SETUP_FIELDS 6 /* of the model of adjustments */

struct setup {
    const struct config *config;
    const struct setup_options *options;
    struct odoo *odoo;
    const char *group_users; /* the field of res.groups */
    int64_t agent;           /* res.users */
    int64_t group, model, system_group;
    int64_t field_ids[SETUP_FIELDS], agent_access, system_access;
};

/* Tells a thing made or found. */
void setup_step(const struct setup *setup, bool made, const char *what);

/* The first record of a domain; 0 when there is none. Takes over `domain`. */
int setup_find(const struct setup *setup, const char *model, json_t *domain, int64_t *ret_id,
               struct error *error);

/* Makes a record that `domain` finds once it is there: after an answer that was lost it is looked
 * for before it is made again. Takes over both. */
int setup_make(const struct setup *setup, const char *model, json_t *domain, json_t *values,
               int64_t *ret_id, struct error *error);

/* The model, its fields, and the rights on it: model, field_ids and accesses of `setup`. */
int setup_model(struct setup *setup, struct error *error);

/* The name of a field, for its external id. */
const char *setup_field_name(size_t index);

#endif
