/* shown.h - the credit that Odoo shows of each customer, and where it differs from what it is. */
#ifndef QUALIODOO_STORE_SHOWN_H
#define QUALIODOO_STORE_SHOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/store/store.h"
#include "qualiodoo/util/error.h"
#include "qualiodoo/util/units.h"

/* What is to be shown of a customer: one row of x_qualiodoo_account. */
struct shown_account {
    int64_t customer; /* commercial entity */
    bool none;        /* it has no account any more: no row. The members below are unset */
    const char *name; /* borrowed; NULL: names are not kept */
    minutes balance;
    bool has_last_day;
    civil_day last_day;
    const char *state; /* "ok", "low" (below the threshold), "empty" */
};

/* The customers of whom the mirrored rows show something else, have none, or have several: by id,
 * those without an account last. Customers that never had credit and have no row are left out. */
int shown_differences(struct store *store, minutes below,
                      int (*row)(void *context, const struct shown_account *account,
                                 struct error *error),
                      void *context, struct error *error);

/* The name of a row: the customer's, or its number where names are not kept. */
#define SHOWN_NAME_SIZE 256
const char *shown_name(const struct shown_account *account, char buffer[SHOWN_NAME_SIZE]);

#endif
