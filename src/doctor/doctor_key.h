/* doctor_key.h - when the API key of the agent's user expires; internal to doctor. */
#ifndef QUALIODOO_DOCTOR_KEY_H
#define QUALIODOO_DOCTOR_KEY_H

#include "doctor_context.h"
#include "qualiodoo/store/store.h"

/* Part of the check of the login. Sets doctor->saw_key. */
int doctor_key(struct doctor *doctor, struct error *error);

/* Part of doctor_state(): the problem that the state knows of a key that Odoo did not accept, or
 * was not asked about. ERR_STATE, ERR_NO_MEMORY. */
int doctor_kept_key(const struct doctor *doctor, struct store *store, struct error *error);

#endif
