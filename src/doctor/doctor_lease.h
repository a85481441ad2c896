/* doctor_lease.h - that one of several agents writes; internal to doctor. */
#ifndef QUALIODOO_DOCTOR_LEASE_H
#define QUALIODOO_DOCTOR_LEASE_H

#include "doctor_context.h"
#include "qualiodoo/store/store.h"

/* A check (doctor_context.h). */
int doctor_lease(struct doctor *doctor, struct error *error);

/* Part of doctor_state(): notes that several agents wrote twice. *ret_found: there are some. */
int doctor_doubled(const struct doctor *doctor, struct store *store, bool *ret_found,
                   struct error *error);

#endif
