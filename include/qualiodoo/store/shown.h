/* shown.h - the credit that Odoo shows of each customer, compared with the computed one. */
#ifndef QUALIODOO_STORE_SHOWN_H
#define QUALIODOO_STORE_SHOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/store/store.h"
#include "qualiodoo/util/error.h"
#include "qualiodoo/util/units.h"

/* The row of x_qualiodoo_account that a customer should have. */
struct shown_account {
    int64_t customer; /* commercial entity */
    bool none;        /* no account any more: the row goes; the members below are unset */
    const char *name; /* borrowed; NULL: names are not kept */
    minutes balance;
    bool has_last_day;
    civil_day last_day;
    const char *state; /* "ok", "low" (below the threshold), "empty" */
};

/* To be called before the functions below: `how` ("rows", "fields") says where Odoo shows credit.
 * When it is another place than the last time, all customers are compared next. */
int shown_begin(struct store *store, const char *how, struct error *error);

/* To be called where Odoo shows none: what changes is not noted for a comparison. */
int shown_forget(struct store *store, struct error *error);

/* Calls `row` for each customer whose mirrored rows differ from this one, are missing, or are
 * several: by id, those without an account last. Only customers are compared of which something
 * changed since the last call. `below` is the threshold of "low", in minutes.
 * Customers that never had credit and have no row are left out. A negative code of `row` stops and
 * is returned. */
int shown_differences(struct store *store, minutes below,
                      int (*row)(void *context, const struct shown_account *account,
                                 struct error *error),
                      void *context, struct error *error);

/* The name of the row: the customer's or, where names are not kept, its id. Points into `account`
 * or `buffer`. */
#define SHOWN_NAME_SIZE 256
const char *shown_name(const struct shown_account *account, char buffer[SHOWN_NAME_SIZE]);

#endif
