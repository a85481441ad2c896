/* setup_records.h - one record of Odoo: find, make, remove; internal to setup. Errors, where
 * nothing else is said: as odoo_execute()'s, and ERR_NO_MEMORY. */
#ifndef QUALIODOO_SETUP_RECORDS_H
#define QUALIODOO_SETUP_RECORDS_H

#include "setup_context.h"

/* The id of the first record of a domain; 0 when there is none. Takes over `domain`. */
int setup_find(const struct setup *setup, const char *model, json_t *domain, int64_t *ret_id,
               struct error *error);

/* The record of an answer whose `name` that is, borrowed; NULL when there is none. */
json_t *setup_find_named(json_t *records, const char *name);

/* A record to make. setup_make() takes over what is JSON; NULL there is ERR_NO_MEMORY. */
struct setup_new {
    const char *model;
    json_t *domain; /* finds the record once it exists */
    json_t *values;
};
/* Makes a record. After a lost answer it is searched by its domain before the call is repeated. */
int setup_make(const struct setup *setup, struct setup_new wanted, int64_t *ret_id,
               struct error *error);

/* The id of the record that Odoo's own external id `module.name` names. */
int setup_reference(const struct setup *setup, const char *module, const char *name,
                    int64_t *ret_id, struct error *error);

/* Removes one record; one that is gone already counts as removed. `what` names it in the report and
 * in the message of ERR_REFUSED, when something in Odoo depends on it. */
int setup_unlink(const struct setup *setup, const char *model, int64_t id, const char *what,
                 struct error *error);

/* Looks up the external id SETUP_MODULE.name; all is 0 and "" when there is none. */
struct setup_external {
    int64_t row, record; /* ids: in ir.model.data, and of the record that it names */
    char model[64];      /* of the record */
};
int setup_external_find(const struct setup *setup, const char *name, struct setup_external *ret,
                        struct error *error);

#endif
