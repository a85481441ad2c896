/* doctor_adjustments.h - where adjustments are kept, and the rights on it; internal to doctor. */
#ifndef QUALIODOO_DOCTOR_ADJUSTMENTS_H
#define QUALIODOO_DOCTOR_ADJUSTMENTS_H

#include "doctor_context.h"

/* A check (doctor_context.h). */
int doctor_adjustments(struct doctor *doctor, struct error *error);

#endif
