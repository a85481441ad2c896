/* doctor_shown.h - whether the credit can be shown in Odoo; internal to doctor. */
#ifndef QUALIODOO_DOCTOR_SHOWN_H
#define QUALIODOO_DOCTOR_SHOWN_H

#include "doctor_context.h"

/* Part of doctor_writeback(): clears *fine when the credit cannot be shown. */
int doctor_shown_credit(const struct doctor *doctor, bool *fine, struct error *error);

#endif
