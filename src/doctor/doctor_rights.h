/* doctor_rights.h - which models and fields exist, and who may read them; internal to doctor. */
#ifndef QUALIODOO_DOCTOR_RIGHTS_H
#define QUALIODOO_DOCTOR_RIGHTS_H

#include "doctor_context.h"

/* Checks (doctor_context.h). doctor_rights() sets doctor->sees_own_only. */
int doctor_models(struct doctor *doctor, struct error *error);
int doctor_rights(struct doctor *doctor, struct error *error);

#endif
