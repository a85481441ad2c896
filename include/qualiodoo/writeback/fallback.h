/* fallback.h - writeback.breach.fallback: who gets the activity about a ticket that has neither
 * assignee nor team leader. */
#ifndef QUALIODOO_WRITEBACK_FALLBACK_H
#define QUALIODOO_WRITEBACK_FALLBACK_H

#include <stdint.h>

#include "qualiodoo/odoo/odoo.h"

/* Asks Odoo for the user's id.
 *
 * login: the configured login; NULL when the key is not set, which is ERR_REFUSED.
 *
 * ERR_REFUSED also for an unknown login, an archived user and a portal user: none of them would see
 * the activity. Other errors as odoo_execute()'s. */
int fallback_find(struct odoo *odoo, const char *login, int64_t *ret_user, struct error *error);

#endif
