/* doctor_packs.h - the products of credit.packs; internal to doctor. */
#ifndef QUALIODOO_DOCTOR_PACKS_H
#define QUALIODOO_DOCTOR_PACKS_H

#include "doctor_context.h"

/* A check (doctor_context.h). Sets doctor->hour_unit. */
int doctor_packs(struct doctor *doctor, struct error *error);

#endif
