/* adjustment_internal.h - what adjustment.c (the whole) and adjustment_remote.c (Odoo's side)
 * share. */
#ifndef QUALIODOO_ADJUSTMENT_INTERNAL_H
#define QUALIODOO_ADJUSTMENT_INTERNAL_H

#include "qualiodoo/adjust/adjustment.h"
#include "qualiodoo/compute/compute_report.h"
#include "qualiodoo/pull/pull.h"

struct writer {
    const struct adjustment_request *request;
    struct pull pull;
    struct pull_report pulled; /* nobody reads it, nor the next */
    struct compute_report computed;
    int64_t customer; /* the account's holder */
    bool told;        /* about_to_write() was called */
};

/* Looks the key up and writes unless it is there, or nothing shall be written. *ret gets all but
 * the name and the balance. */
int adjustment_write_remote(struct writer *writer, struct adjustment_outcome *ret,
                            struct error *error);

#endif
