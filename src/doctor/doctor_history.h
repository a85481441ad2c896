/* doctor_history.h - whether the history of assignments can be read; internal to doctor. */
#ifndef QUALIODOO_DOCTOR_HISTORY_H
#define QUALIODOO_DOCTOR_HISTORY_H

#include "doctor_context.h"

/* A check (doctor_context.h). */
int doctor_history(struct doctor *doctor, struct error *error);

#endif
