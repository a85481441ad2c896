/* revoked.h - whether a lot was revoked: credit that a changed word took away, not an event in Odoo
 * (DOMAIN.md, section 3). Pure. */
#ifndef QUALIODOO_CORE_REVOKED_H
#define QUALIODOO_CORE_REVOKED_H

#include <stdbool.h>

#include "qualiodoo/util/units.h"

/* A lot as it was kept, or as it is computed now. */
struct revoked_lot {
    minutes granted;
    civil_day start, end; /* [start, end) */
    bool reversed;        /* its credit note closed it: its end says nothing of its validity */
};

enum revoked_loss {
    REVOKED_NOTHING, /* the lot is there, as large and as long as it was, or more */
    REVOKED_LOT,     /* it is gone */
    REVOKED_MINUTES, /* fewer minutes are granted */
    REVOKED_DAYS,    /* it ends earlier, and no credit note closed it */
};

/* What a lot lost between two computations. `after` is NULL when no account has it any more. A lot
 * that starts after `today` does not exist yet, and loses nothing (the clock was set back). */
enum revoked_loss revoked_loss(const struct revoked_lot *before, const struct revoked_lot *after,
                               civil_day today);

/* What Odoo said of the invoice, the line and the payments of a lot, when it was granted and now.
 * NULL: `more` was not kept by the version that granted the lot; as `now`, Odoo says nothing of it
 * any more. */
struct revoked_evidence {
    const char *said, *more;
};

/* Whether a lot that lost something was revoked: Odoo still says what it said. */
bool revoked_by_words(const struct revoked_evidence *then, const struct revoked_evidence *now);

#endif
