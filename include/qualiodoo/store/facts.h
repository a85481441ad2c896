/* facts.h - the mirrored facts of one account, as the core wants them. */
#ifndef QUALIODOO_STORE_FACTS_H
#define QUALIODOO_STORE_FACTS_H

#include "qualiodoo/core/account.h"
#include "qualiodoo/store/store.h"
#include "qualiodoo/util/array.h"
#include "qualiodoo/util/tz.h"

/* Products that are a pack: those of an internal reference, or one by its id. */
struct facts_pack {
    const char *product; /* internal reference; NULL: by id */
    int64_t id;          /* product.product, or 0 */
    minutes pack_minutes;
};

/* What the configuration says about reading facts; everything is borrowed. */
struct facts_policy {
    const struct facts_pack *packs;
    size_t n_packs;
    const char *excluded_tags; /* names, as a JSON array */
    int64_t hour_unit;         /* 0: unknown, amounts are taken as hours */
    bool with_response;        /* responses are needed (credit.count_from: response) */
    unsigned responses;        /* sla.response: bits of response.h; recorded work is none here */
    const char *const *money_journals; /* codes: credit.money_journals */
    size_t n_money_journals;
    const struct tz *zone;
};

/* A reusable holder: facts_load() fills it again and again without freeing in between. */
struct facts;

struct facts *facts_new(void);        /* NULL when out of memory */
void facts_free(struct facts *facts); /* NULL is allowed */

/* Loads the account of a commercial entity. *ret points into `facts`, valid until the next load. */
int facts_load(struct facts *facts, struct store *store, const struct facts_policy *policy,
               int64_t account_id, const struct account_facts **ret, struct error *error);

/* Every commercial entity that has a fact: a pack on an invoice, a timesheet line on a ticket, an
 * adjustment; sorted. The caller frees ret->items. */
int facts_accounts(struct store *store, struct ids *ret, struct error *error);

/* The accounts that noted changes touch, and those on which the calendar alone changes something
 * by `today`; sorted, or every account (with *ret_all true) when a change touches all. */
int facts_changed_accounts(struct store *store, civil_day today, struct ids *ret, bool *ret_all,
                           struct error *error);

#endif
