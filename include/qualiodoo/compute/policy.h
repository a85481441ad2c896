/* policy.h - how the configuration and the state say that accounts are computed. */
#ifndef QUALIODOO_COMPUTE_POLICY_H
#define QUALIODOO_COMPUTE_POLICY_H

#include "qualiodoo/config/config.h"
#include "qualiodoo/core/account.h"
#include "qualiodoo/store/facts.h"
#include "qualiodoo/store/store.h"
#include "qualiodoo/util/tz.h"

/* How the configuration and the state say that accounts are computed. Borrows from `config`. */
struct policy {
    struct account_policy account;
    struct facts_policy facts;
    struct facts_pack *packs; /* owned */
    char *excluded_tags;      /* owned */
    struct tz *zone;          /* owned */
};
int policy_open(const struct config *config, struct store *store, struct policy *ret,
                struct error *error);
void policy_close(struct policy *policy);

/* The civil date of clock_now() in the configured zone. */
civil_day policy_today(const struct policy *policy);

#endif
