/* identity.h - whether this Odoo is the one whose records the state holds. */
#ifndef QUALIODOO_PULL_IDENTITY_H
#define QUALIODOO_PULL_IDENTITY_H

#include "qualiodoo/pull/open.h"

/* Checks that the Odoo that answers is the one whose records the state holds. When it is another
 * one: ERR_SAFETY, or with `may_forget` the state is emptied and the check succeeds. A state
 * without an identity (new, or of an earlier version) accepts any Odoo. Costs one call as a rule.
 * Reads pull->odoo, pull->store and pull->config, and sets pull->take_identity when identity_take()
 * is due. */
int identity_check(struct pull *pull, bool may_forget, struct error *error);

/* Does so once in a pull that trusted the Odoo until then (pull->trusted): to be called before
 * anything is stored in the mirror or written into Odoo. Does nothing in another pull. Needs
 * pull_open(). */
int identity_confirm(struct pull *pull, struct error *error);

/* Saves the identity of this Odoo in the state and clears pull->take_identity. Needs pull->flavour
 * and pull->agent_uid: pull_open() calls it once both are known. */
int identity_take(struct pull *pull, struct error *error);

#endif
