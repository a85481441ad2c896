/* accounts.h - the accounts whose facts changed, computed and stored. */
#ifndef QUALIODOO_COMPUTE_ACCOUNTS_H
#define QUALIODOO_COMPUTE_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/compute/compute_report.h"
#include "qualiodoo/config/config.h"
#include "qualiodoo/store/store.h"
#include "qualiodoo/util/units.h"

/* For which day accounts are computed, and whose credit may be revoked (DOMAIN.md, section 3). */
struct accounts_order {
    civil_day today;
    bool force;               /* accept revoked credit, of these accounts only: */
    const int64_t *customers; /* sorted */
    size_t n_customers;       /* 0: of all */
};

/* Computes the accounts that changed (all of them when the policy did), saves them and forgets the
 * noted changes, in one transaction. ERR_SAFETY when that would revoke credit: nothing is changed
 * then, and the report names the accounts and the cause. */
int accounts_update(struct store *store, const struct config *config,
                    const struct accounts_order *order, struct compute_report *report,
                    struct error *error);

#endif
