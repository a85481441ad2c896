/* doctor_webhook.h - the automation rules that setup made; internal to doctor. */
#ifndef QUALIODOO_DOCTOR_WEBHOOK_H
#define QUALIODOO_DOCTOR_WEBHOOK_H

#include "doctor_context.h"

/* A check (doctor_context.h). */
int doctor_webhook(struct doctor *doctor, struct error *error);

#endif
