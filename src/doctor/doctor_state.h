/* doctor_state.h - the local state; internal to doctor. */
#ifndef QUALIODOO_DOCTOR_STATE_H
#define QUALIODOO_DOCTOR_STATE_H

#include "doctor_context.h"

/* Checks the local state; doctor->odoo may be NULL. ERR_NO_MEMORY; other failures are findings. */
int doctor_state(struct doctor *doctor, struct error *error);

#endif
