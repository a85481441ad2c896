/* doubt.h - is it sure that a ticket is late? Odoo rewrites the dates of assignment and closing: a
 * late one may hide an earlier one. */
#ifndef QUALIODOO_DOUBT_H
#define QUALIODOO_DOUBT_H

#include "qualiodoo/compute/respond.h"

/* What else there is to know. */
struct doubt_facts {
    bool count_from_response; /* credit.count_from: response */
    bool hides_responses;     /* this Odoo shows neither date while a ticket is open */
    bool wrong_clock;         /* of this machine */
};

/* Whether the history of a ticket must be asked before it is called late, or charged. `flags`: it
 * would be flagged. */
bool doubt_target(const struct doubt_facts *facts, const struct target_verdict *target, bool flags);

/* Whether the agent sees itself that the ticket was neither assigned nor closed after its deadline:
 * then it needs no history. */
bool doubt_proves_unanswered(const struct doubt_facts *facts, const struct target_verdict *target,
                             instant now);

#endif
