/* policy.h - the rules by which accounts are computed, from the configuration and the state. */
#ifndef QUALIODOO_COMPUTE_POLICY_H
#define QUALIODOO_COMPUTE_POLICY_H

#include "qualiodoo/config/config.h"
#include "qualiodoo/core/account.h"
#include "qualiodoo/store/facts.h"
#include "qualiodoo/store/store.h"
#include "qualiodoo/util/tz.h"

/* Borrows from `config`, which must outlive it. */
struct policy {
    struct account_policy account;
    struct facts_policy facts;
    struct facts_pack *packs; /* owned */
    char *excluded_tags;      /* JSON array of names; owned */
    struct tz *zone;          /* of the configuration; owned */
};
/* Fills *ret; free it with policy_close(). ERR_NO_MEMORY, or the error of the store; *ret is then
 * untouched. */
int policy_open(const struct config *config, struct store *store, struct policy *ret,
                struct error *error);
void policy_close(struct policy *policy);

/* The civil date of clock_now() in the configured zone. */
civil_day policy_today(const struct policy *policy);

#endif
