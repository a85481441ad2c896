/* ask.h - single calls to Odoo, written in one expression: they steal the references they are
 * given.
 *
 * Errors are those of odoo_execute(); outputs are untouched on failure. A stolen NULL means that
 * its maker lacked memory: ERR_NO_MEMORY. */
#ifndef QUALIODOO_ODOO_ASK_H
#define QUALIODOO_ODOO_ASK_H

#include "qualiodoo/odoo/execute.h"

/* odoo_execute() that steals call.arguments and call.keywords. The caller owns *ret_result. */
int ask(struct odoo *odoo, struct odoo_call call, json_t **ret_result, struct error *error);

/* Which records are read, and what of them. */
struct ask_query {
    const char *model;
    json_t *domain; /* an array; archived records match too */
    json_t *fields; /* an array of names; `id` is always returned */
};
/* Reads the records of a query, in order of id: an array of objects with `id` and the fields,
 * many2one as bare ids. Any other answer is ERR_PROTOCOL, so that it is never taken for "no
 * record". Steals query.domain and query.fields; the caller owns *ret_records. */
int ask_records(struct odoo *odoo, struct ask_query query, json_t **ret_records,
                struct error *error);

/* Creates a record and gives its id. The call is not repeated by itself: after a failure
 * ask_unknown_effect() says whether the record may exist. Steals `values`. */
int ask_create(struct odoo *odoo, const char *model, json_t *values, int64_t *ret_id,
               struct error *error);

/* Makes a call that creates one record (create, message_post) and gives its id, which Odoo 19
 * returns as a list of one; any other answer is ERR_PROTOCOL. Steals what ask() steals. */
int ask_made(struct odoo *odoo, struct odoo_call call, int64_t *ret_id, struct error *error);

/* Writes values on a record. The call may be repeated, so they must be fixed ones. Steals `values`.
 */
int ask_write(struct odoo *odoo, const char *model, int64_t id, json_t *values,
              struct error *error);

/* Whether a call that failed with `rc` may have been executed: Odoo must then be read before the
 * call is repeated. */
bool ask_unknown_effect(int rc);

/* The id in a many2one, bare or with its name ([id, name]); 0 for none. */
int64_t ask_id(json_t *value);

/* ask_id() of a field of a record. */
int64_t ask_field_id(json_t *record, const char *field);

/* The record of an id in an answer of ask_records(), borrowed; NULL when it is not there. */
json_t *ask_find(json_t *records, int64_t id);

#endif
