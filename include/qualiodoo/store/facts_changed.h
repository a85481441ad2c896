/* facts_changed.h - which accounts have facts, and which of them must be computed again. */
#ifndef QUALIODOO_STORE_FACTS_CHANGED_H
#define QUALIODOO_STORE_FACTS_CHANGED_H

#include <stdbool.h>

#include "qualiodoo/store/store.h"
#include "qualiodoo/util/array.h"
#include "qualiodoo/util/units.h"

/* The accounts that have at least one fact: a pack on an invoice, a timesheet line on a ticket, an
 * adjustment. Sorted; the caller frees ret->items. */
int facts_accounts(struct store *store, struct ids *ret, struct error *error);

/* Those of the accounts `among` that have at least one fact. Sorted; the caller frees ret->items.
 */
int facts_living(struct store *store, const struct ids *among, struct ids *ret,
                 struct error *error);

/* The accounts to compute again: those that noted changes touch, and those that change by the
 * calendar alone up to `today`. Where a change touches all, *ret_all is true and *ret has every
 * account. Sorted; the caller frees ret->items. ERR_STATE when the noted changes are damaged. */
int facts_changed_accounts(struct store *store, civil_day today, struct ids *ret, bool *ret_all,
                           struct error *error);

/* *ret: a changed record concerns every account, as a tag or a unit does. *ret_others: the accounts
 * that other noted changes touch; sorted, the caller frees ret_others->items; empty when *ret is
 * false. */
int facts_changed_words(struct store *store, civil_day today, bool *ret, struct ids *ret_others,
                        struct error *error);

#endif
