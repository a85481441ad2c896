/* doubt.h - whether it is certain that a ticket is late. Odoo overwrites the dates of assignment
 * and closing: a late date may hide an earlier one, which only the history shows. No I/O. */
#ifndef QUALIODOO_DOUBT_H
#define QUALIODOO_DOUBT_H

#include "qualiodoo/compute/respond.h"

/* What the decision depends on beside the ticket. */
struct doubt_facts {
    bool count_from_response; /* credit.count_from: response */
    bool hides_responses;     /* this Odoo shows neither date while a ticket is open (flavour.h) */
    bool wrong_clock;         /* this machine's clock is wrong (skew.h) */
};

/* Whether the history of a ticket must be read before its verdict is stored, as being late or being
 * charged depends on it. `flags`: a breach would be flagged in Odoo. */
bool doubt_target(const struct doubt_facts *facts, const struct target_verdict *target, bool flags);

/* Whether the present data proves that the ticket was neither assigned nor closed by `now`, after
 * its deadline: then no history is needed. */
bool doubt_proves_unanswered(const struct doubt_facts *facts, const struct target_verdict *target,
                             instant now);

#endif
