/* read.h - the fields of records, in pages. */
#ifndef QUALIODOO_ODOO_READ_H
#define QUALIODOO_ODOO_READ_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/odoo/records.h"
#include "qualiodoo/util/error.h"

struct odoo;

#define ODOO_FALLBACKS 2 /* how many narrower reads of a damaged record are tried */

/* Reads records in chunks of `chunk` ids; a thread of the client fetches and parses the next chunks
 * while `page` handles one. Records that are gone are absent. A record that breaks the answer (a
 * character that XML forbids) is read again with fewer fields, and marked as damaged; one of which
 * nothing can be read is passed to `bad` and skipped. many2one come as bare ids (`load: ''`). */
struct odoo_read {
    const char *model;
    const int64_t *ids;
    size_t count;
    size_t chunk; /* >= 1 */
    /* Asks by search_read: records that rights hide are absent, instead of ERR_ACCESS_RIGHTS. Of
     * mail.message Odoo reads this way in a fifth of the time: `read` judges the rights to each
     * message one by one. */
    bool search;
    /* Not NULL (an array, borrowed): instead of `ids`, all records that match, archived ones
     * included, in order of id and in one answer: for small models. `page` gets them once, with
     * their own ids. A record that breaks the answer makes it ERR_UNPARSABLE. */
    json_t *domain;
    json_t *fields; /* array of names, borrowed; `id` is always returned */
    /* Gets the ids asked for in this page, without those that were skipped, and the records
     * (borrowed). Returns 0, or a negative code with `error` filled, which stops. */
    int (*page)(void *context, const int64_t *requested, size_t count,
                const struct odoo_records *records, struct error *error);
    /* Narrower lists of fields, for a record that breaks the answer: tried in order until one does
     * not; NULL: no more. */
    json_t *fallbacks[ODOO_FALLBACKS];
    void (*bad)(void *context, int64_t id, const char *reason); /* NULL: ignored */
    void *context;
};
int odoo_read(struct odoo *odoo, const struct odoo_read *read, struct error *error);

#endif
