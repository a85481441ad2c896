/* ask.h - single calls to Odoo, written in one expression: what they are given is theirs. */
#ifndef QUALIODOO_ODOO_ASK_H
#define QUALIODOO_ODOO_ASK_H

#include "qualiodoo/odoo/odoo.h"

/* odoo_execute() that takes over call.arguments (NULL: memory was short) and call.keywords. */
int ask(struct odoo *odoo, struct odoo_call call, json_t **ret_result, struct error *error);

/* Records that match, by id, archived ones included: an array of objects with `id` and `fields`,
 * many2one as bare ids. An answer that is no such list is ERR_PROTOCOL, never "no record". Takes
 * over `domain` and `fields`. */
int ask_records(struct odoo *odoo, const char *model, json_t *domain, json_t *fields,
                json_t **ret_records, struct error *error);

/* Creates a record. Not repeated by itself: after a failure ask_unknown_effect() says whether it
 * may have been done all the same. Takes over `values`. */
int ask_create(struct odoo *odoo, const char *model, json_t *values, int64_t *ret_id,
               struct error *error);

/* A call that makes one record: create, or message_post. The number that it answers (19 gives a
 * list of one); any other answer is ERR_PROTOCOL. Takes over what ask() takes over. */
int ask_made(struct odoo *odoo, struct odoo_call call, int64_t *ret_id, struct error *error);

/* Writes fixed values, which may be repeated. Takes over `values`. */
int ask_write(struct odoo *odoo, const char *model, int64_t id, json_t *values,
              struct error *error);

/* Whether the user may do `operation` (read, create, write, unlink) on records of a model: 17's
 * question, which 18 and 19 still answer, or the one that replaces it. */
int ask_may(struct odoo *odoo, const char *model, const char *operation, bool *ret,
            struct error *error);

/* Whether a call that failed this way may have been executed: read before writing again. */
bool ask_unknown_effect(int code);

/* The id in a result of create or message_post (19 gives a list), or in a many2one; 0 for none. */
int64_t ask_id(json_t *value);

/* The same of a field of a record. */
int64_t ask_field_id(json_t *record, const char *field);

/* The record of that id among those of an answer (borrowed); NULL: it is not there. */
json_t *ask_find(json_t *records, int64_t id);

#endif
