/* setup_session.h - the administrator's connection; internal to setup. */
#ifndef QUALIODOO_SETUP_SESSION_H
#define QUALIODOO_SETUP_SESSION_H

#include "setup_context.h"

/* Opens the administrator's client, setup->odoo, without a call. */
int setup_connect(struct setup *setup, struct error *error);

/* Makes each further call name a language that is installed (head of setup_session.c). The
 * administrator must have authenticated. */
int setup_set_language(const struct setup *setup, struct error *error);

#endif
