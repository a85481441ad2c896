/* adjustment_remote.h - writes an adjustment into Odoo; internal to adjust. */
#ifndef QUALIODOO_ADJUST_ADJUSTMENT_REMOTE_H
#define QUALIODOO_ADJUST_ADJUSTMENT_REMOTE_H

#include "qualiodoo/adjust/adjustment.h"
#include "qualiodoo/compute/compute_report.h"
#include "qualiodoo/pull/open.h"

/* One adjustment in progress. */
struct writer {
    const struct adjustment_request *request;
    struct pull pull;
    struct pull_report pulled;      /* required by the pull; not read */
    struct compute_report computed; /* required by accounts_update(); not read */
    int64_t customer;               /* the account holder; set by adjustment_write_remote() */
    bool told;                      /* about_to_write() was called */
};

/* Looks the key up in Odoo and writes the adjustment unless Odoo has it, or in a dry run. Fills
 * *ret but for the name and the balance. Errors: ERR_NOT_FOUND, ERR_REFUSED (see
 * adjustment_write()), and those of the calls. */
int adjustment_write_remote(struct writer *writer, struct adjustment_outcome *ret,
                            struct error *error);

#endif
