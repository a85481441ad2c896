/* results_totals.h - the minutes that an account was credited, consumed and lost; for results.c. */
#ifndef QUALIODOO_STORE_RESULTS_TOTALS_H
#define QUALIODOO_STORE_RESULTS_TOTALS_H

#include "qualiodoo/store/results.h"

/* Sets the credited, consumed and expired minutes of `change`: the entries of `ledger` less the
 * stored ones. */
int results_totals_compare(struct store *store, int64_t account, const struct ledger *ledger,
                           struct results_change *change, struct error *error);

#endif
