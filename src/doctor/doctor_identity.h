/* doctor_identity.h - whether the local state belongs to the Odoo that answers; internal to doctor.
 */
#ifndef QUALIODOO_DOCTOR_IDENTITY_H
#define QUALIODOO_DOCTOR_IDENTITY_H

#include "doctor_context.h"

/* A check (doctor_context.h). Sets doctor->foreign_state. */
int doctor_identity(struct doctor *doctor, struct error *error);

#endif
