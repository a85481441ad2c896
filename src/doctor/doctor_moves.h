/* doctor_moves.h - invoices and credit notes without their effect; internal to doctor. */
#ifndef QUALIODOO_DOCTOR_MOVES_H
#define QUALIODOO_DOCTOR_MOVES_H

#include "doctor_context.h"
#include "qualiodoo/compute/policy.h"

/* Part of doctor_state(): notes the invoices and credit notes of all accounts whose verdict a
 * person should know. *ret_found: there are some. Errors: ERR_STATE, ERR_NO_MEMORY. */
int doctor_moves(const struct doctor *doctor, struct store *store, const struct policy *policy,
                 bool *ret_found, struct error *error);

#endif
