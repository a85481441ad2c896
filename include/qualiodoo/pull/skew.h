/* skew.h - whether this machine's clock agrees with that of Odoo's server. With a wrong clock,
 * deadlines and expiries are judged wrongly: nothing may then be written into Odoo. */
#ifndef QUALIODOO_PULL_SKEW_H
#define QUALIODOO_PULL_SKEW_H

#include "qualiodoo/odoo/odoo.h"
#include "qualiodoo/store/store.h"

/* A larger difference means that one of the clocks is wrong. */
#define SKEW_MAX_SECONDS 120

struct skew {
    bool found;              /* the clocks differ by more than SKEW_MAX_SECONDS */
    int64_t ahead_seconds;   /* of this machine's clock; negative: it is behind */
    instant machine, server; /* the same moment on both */
};

/* Compares this machine's clock with the Date header of Odoo's last answer. A difference is
 * confirmed by a second call two seconds later. ret->found is false when there is no Date, or when
 * it did not advance (a proxy answers from its cache). Errors: those of the second call, and
 * ERR_INTERRUPTED. */
int skew_look(struct odoo *odoo, struct skew *ret, struct error *error);

/* Fills `error` with ERR_REFUSED and a sentence that says what is wrong and what to do; returns
 * that code. */
int skew_error(const struct skew *skew, struct error *error);

/* Saves the difference for `status`; without one (skew->found false) removes the saved one. */
int skew_note(struct store *store, const struct skew *skew, struct error *error);

#endif
