/* results_load.h - loads the stored results of accounts. */
#ifndef QUALIODOO_STORE_RESULTS_LOAD_H
#define QUALIODOO_STORE_RESULTS_LOAD_H

#include <stdbool.h>

#include "qualiodoo/core/account.h"
#include "qualiodoo/store/store.h"

/* A stored result, without the outcomes of its invoices and the charges of its lines. */
struct results_stored {
    bool found;    /* false: there is none, and the rest is empty */
    civil_day day; /* for which it was computed */
    struct account_result result;
};

/* Loads a stored result. The caller calls account_result_free(&ret->result). On failure *ret is
 * untouched. */
int results_load(struct store *store, int64_t account_id, struct results_stored *ret,
                 struct error *error);

#endif
