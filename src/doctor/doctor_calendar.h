/* doctor_calendar.h - whether response times can be counted; internal to doctor. */
#ifndef QUALIODOO_DOCTOR_CALENDAR_H
#define QUALIODOO_DOCTOR_CALENDAR_H

#include "doctor_context.h"

/* A check (doctor_context.h). */
int doctor_calendar(struct doctor *doctor, struct error *error);

#endif
