/* doctor_money.h - payment states that contradict what is left to pay; internal to doctor. */
#ifndef QUALIODOO_DOCTOR_MONEY_H
#define QUALIODOO_DOCTOR_MONEY_H

#include "doctor_context.h"

/* A check (doctor_context.h). */
int doctor_money(struct doctor *doctor, struct error *error);

#endif
