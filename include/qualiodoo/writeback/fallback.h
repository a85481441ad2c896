/* fallback.h - writeback.breach.fallback: who is told of tickets of nobody. */
#ifndef QUALIODOO_FALLBACK_H
#define QUALIODOO_FALLBACK_H

#include <stdint.h>

#include "qualiodoo/odoo/odoo.h"

/* The user of that login (NULL: the key is not set). ERR_REFUSED when there is none who would see
 * an activity: an unknown login, an archived user, a portal user. */
int fallback_find(struct odoo *odoo, const char *login, int64_t *ret_user, struct error *error);

#endif
