/* facts.h - the mirrored facts of one account, as the structures that the core computes with. */
#ifndef QUALIODOO_STORE_FACTS_H
#define QUALIODOO_STORE_FACTS_H

#include "qualiodoo/core/account.h"
#include "qualiodoo/store/store.h"
#include "qualiodoo/util/tz.h"

/* A pack: the products of an internal reference, or one product by its id. */
struct facts_pack {
    const char *product; /* internal reference; NULL: by id */
    int64_t id;          /* product.product, or 0 */
    minutes pack_minutes;
};

/* The settings that decide which facts are read. Everything is borrowed. */
struct facts_policy {
    const struct facts_pack *packs;
    size_t n_packs;
    const char *excluded_tags; /* names, as a JSON array */
    int64_t hour_unit;         /* 0: unknown, amounts are taken as hours */
    bool with_response;        /* responses are needed (credit.count_from: response) */
    unsigned responses;        /* sla.response: bits of response.h; RESPONSE_BY_WORK is ignored */
    const char *const *money_journals; /* codes: credit.money_journals */
    size_t n_money_journals;
    const struct tz *zone;
};

/* Reusable memory for the facts of one account: facts_load() overwrites it each time. */
struct facts;

/* Both arguments are borrowed until facts_free(). NULL: out of memory. */
struct facts *facts_new(struct store *store, const struct facts_policy *policy);
void facts_free(struct facts *facts); /* NULL is allowed */

/* Loads the facts of an account (the id of its partner). *ret points into `facts` and is valid
 * until the next load or facts_free(). After a failure `facts` can be used again. */
int facts_load(struct facts *facts, int64_t account_id, const struct account_facts **ret,
               struct error *error);

#endif
