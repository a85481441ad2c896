/* accounts.h - computes and stores the accounts whose facts changed. */
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
    bool force;               /* accept revoked credit of the accounts in `customers` */
    const int64_t *customers; /* account holders, sorted; borrowed */
    size_t n_customers;       /* 0: all accounts */
};

/* Computes and saves the accounts that changed, or all of them when the rules or the version of the
 * program did, and forgets the noted changes, in one transaction. ERR_SAFETY when that would revoke
 * credit; report->revoked and report->revoked_because then name the accounts and the causes. After
 * any failure nothing in the state has changed, and the report lists no changed accounts or events
 * of this call. */
int accounts_update(struct store *store, const struct config *config,
                    const struct accounts_order *order, struct compute_report *report,
                    struct error *error);

#endif
