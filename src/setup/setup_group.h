/* setup_group.h - the group of the agent's rights, and its member; internal to setup. */
#ifndef QUALIODOO_SETUP_GROUP_H
#define QUALIODOO_SETUP_GROUP_H

#include "setup_context.h"

#define SETUP_GROUP_NAME "qualiodoo agent"

/* Makes the group, and the agent's user its member. Sets setup->group. ERR_NOT_FOUND: there is no
 * such user, or it is archived. Other errors as odoo_execute()'s, and ERR_NO_MEMORY. */
int setup_group(struct setup *setup, struct error *error);

/* Sets setup->group, 0 when there is none. The external id comes first, as a person may have
 * renamed the group; then the name. Errors as odoo_execute()'s, and ERR_NO_MEMORY. */
int setup_find_group(struct setup *setup, struct error *error);

#endif
