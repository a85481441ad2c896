/* doctor_review.h - records that cannot be charged or credited; internal to doctor. */
#ifndef QUALIODOO_DOCTOR_REVIEW_H
#define QUALIODOO_DOCTOR_REVIEW_H

#include "doctor_context.h"
#include "qualiodoo/compute/policy.h"

/* Part of doctor_state(): asks the questions of store/review.h and reports what they find.
 * *ret_found: they found something. Errors: ERR_STATE, ERR_NO_MEMORY. */
int doctor_review(const struct doctor *doctor, struct store *store, const struct policy *policy,
                  bool *ret_found, struct error *error);

#endif
