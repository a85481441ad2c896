/* skew.h - whether this machine's clock agrees with Odoo's: with a wrong clock, deadlines and
 * expiries are judged wrongly, and nothing may be written about them. */
#ifndef QUALIODOO_PULL_SKEW_H
#define QUALIODOO_PULL_SKEW_H

#include "qualiodoo/odoo/odoo.h"
#include "qualiodoo/store/store.h"

/* A difference of more than this is a wrong clock. */
#define SKEW_MAX_SECONDS 120

struct skew {
    bool found;              /* the clocks differ by more than SKEW_MAX_SECONDS */
    int64_t ahead_seconds;   /* of this machine's clock; negative: it is behind */
    instant machine, server; /* the same moment on both */
};

/* Compares the clocks by the Date of Odoo's answers. Without one, or when it stands still (a proxy
 * that answers from a store), nothing is known: ret->found is false. A difference is looked at
 * twice, two seconds apart. Errors: those of the second call. */
int skew_look(struct odoo *odoo, struct skew *ret, struct error *error);

/* What is wrong and what to do, as one sentence. Returns ERR_REFUSED. */
int skew_error(const struct skew *skew, struct error *error);

/* Keeps what was found for `status`, or forgets it. */
int skew_note(struct store *store, const struct skew *skew, struct error *error);

#endif
