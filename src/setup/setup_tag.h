/* setup_tag.h - the tag of a breach; internal to setup. Errors: as odoo_execute()'s, ERR_REFUSED
 * when a person must make the tag or remove another one first, and ERR_NO_MEMORY. */
#ifndef QUALIODOO_SETUP_TAG_H
#define QUALIODOO_SETUP_TAG_H

#include "setup_context.h"

/* Makes the tag of a breach, unless there is one of that name. A tag that is made gets the external
 * id SETUP_TAG in the same transaction: a tag with it was made by setup. */
#define SETUP_TAG "tag_breach"
int setup_tag(struct setup *setup, struct error *error);

#endif
