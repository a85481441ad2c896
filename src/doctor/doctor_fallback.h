/* doctor_fallback.h - who gets the activity of a breach; internal to doctor. */
#ifndef QUALIODOO_DOCTOR_FALLBACK_H
#define QUALIODOO_DOCTOR_FALLBACK_H

#include "doctor_context.h"
#include "qualiodoo/store/store.h"

/* Part of doctor_writeback(): clears *fine when the user of writeback.breach.fallback, if it is
 * set, cannot be used. */
int doctor_fallback(const struct doctor *doctor, bool *fine, struct error *error);

/* Part of doctor_state(): tickets whose breach would give nobody an activity. */
int doctor_unassigned(const struct doctor *doctor, struct store *store, struct error *error);

#endif
