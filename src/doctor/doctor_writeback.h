/* doctor_writeback.h - whether Odoo would accept what is written; internal to doctor. */
#ifndef QUALIODOO_DOCTOR_WRITEBACK_H
#define QUALIODOO_DOCTOR_WRITEBACK_H

#include "doctor_context.h"

/* A check (doctor_context.h). */
int doctor_writeback(struct doctor *doctor, struct error *error);

#endif
