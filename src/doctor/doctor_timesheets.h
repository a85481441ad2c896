/* doctor_timesheets.h - which tickets and timesheet lines count; internal to doctor. */
#ifndef QUALIODOO_DOCTOR_TIMESHEETS_H
#define QUALIODOO_DOCTOR_TIMESHEETS_H

#include "doctor_context.h"

/* A check (doctor_context.h). */
int doctor_timesheets(struct doctor *doctor, struct error *error);

#endif
