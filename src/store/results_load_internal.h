/* results_load_internal.h - reads a stored lot; of results_load.c, for audit.c. */
#ifndef QUALIODOO_STORE_RESULTS_LOAD_INTERNAL_H
#define QUALIODOO_STORE_RESULTS_LOAD_INTERNAL_H

#include <sqlite3.h>

#include "qualiodoo/core/ledger.h"
#include "qualiodoo/store/store.h"

/* Reads a row of "origin, id, granted, left, start, end, state", checked by store_check_row(). The
 * lot's invoice is left 0. */
int results_read_lot(struct store *store, sqlite3_stmt *row, struct ledger_lot *ret,
                     struct error *error);

#endif
