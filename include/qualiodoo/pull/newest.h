/* newest.h - the records that were written last in Odoo. */
#ifndef QUALIODOO_PULL_NEWEST_H
#define QUALIODOO_PULL_NEWEST_H

#include "qualiodoo/pull/open.h"

/* Which records, and what of them. */
struct newest {
    const struct model *model;
    const char *field; /* read beside id and write_date; NULL: none. With one, the records are those
                          of model.poll_domain, else of model.change_domain */
    int limit;         /* the largest number of records */
};

/* Asks for the records that were written last, the latest first. The caller owns *ret, an array of
 * objects. Errors: those of the call. */
int newest_records(struct pull *pull, const struct newest *newest, json_t **ret,
                   struct error *error);

/* A fingerprint of the invoices, credit notes and payments that were written last in Odoo: another
 * text than `seen` (the last one, or NULL) means that one was created or written since. Costs one
 * call. On the heap; the caller frees *ret, which is NULL after a failure. */
int newest_invoices(struct pull *pull, const char *seen, char **ret, struct error *error);

#endif
