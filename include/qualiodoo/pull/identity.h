/* identity.h - whether this Odoo is the one whose records the state holds. */
#ifndef QUALIODOO_PULL_IDENTITY_H
#define QUALIODOO_PULL_IDENTITY_H

#include "qualiodoo/pull/pull.h"

/* ERR_SAFETY when it is another one, unless `may_forget`: then the state is emptied first. One call
 * to Odoo as a rule. A state that does not know its Odoo yet accepts any. Of `pull`, the client,
 * the store and the configuration are used; take_identity is set. */
int identity_check(struct pull *pull, bool may_forget, struct error *error);

/* Keeps by what this Odoo is known. After flavour and user were found: pull_open() calls it. */
int identity_take(struct pull *pull, struct error *error);

#endif
