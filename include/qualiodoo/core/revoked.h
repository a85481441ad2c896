/* revoked.h - whether a lot was revoked: a changed setting took its credit away, although Odoo says
 * the same as before (DOMAIN.md, section 3). No I/O, no clock. */
#ifndef QUALIODOO_CORE_REVOKED_H
#define QUALIODOO_CORE_REVOKED_H

#include <stdbool.h>

#include "qualiodoo/util/units.h"

/* A lot as an earlier computation stored it, or as it is computed now. */
struct revoked_lot {
    minutes granted;
    civil_day start, end; /* [start, end) */
    bool reversed;        /* a credit note closed it, so `end` is not the end of its validity */
};

enum revoked_loss {
    REVOKED_NOTHING, /* it grants as much, and ends as late, as before or more */
    REVOKED_LOT,     /* the lot no longer exists */
    REVOKED_MINUTES, /* fewer minutes are granted */
    REVOKED_DAYS,    /* it ends earlier, and no credit note closed it */
};

/* What a lot lost between two computations. `after` is NULL when no account has the lot any more. A
 * lot that starts after `today` (the clock was set back) does not exist yet and loses nothing. */
enum revoked_loss revoked_loss(const struct revoked_lot *before, const struct revoked_lot *after,
                               civil_day today);

/* What Odoo said of the invoice, the line and the payments of a lot, at one time; borrowed. `said`
 * NULL: Odoo no longer has the records. `more` NULL: the same, or the version that granted the lot
 * did not store it. */
struct revoked_evidence {
    const char *said, *more;
};

/* Whether a lot that lost something was revoked: Odoo says the same `now` as `then`, when the lot
 * was granted. */
bool revoked_by_words(const struct revoked_evidence *then, const struct revoked_evidence *now);

#endif
