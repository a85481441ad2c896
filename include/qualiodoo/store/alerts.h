/* alerts.h - events of accounts that a salesperson is to be told of, and the credit to be shown on
 * customers. */
#ifndef QUALIODOO_STORE_ALERTS_H
#define QUALIODOO_STORE_ALERTS_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/store/store.h"
#include "qualiodoo/util/error.h"
#include "qualiodoo/util/units.h"

enum alert {
    ALERT_CREDITED,  /* record: account.move; amount credited */
    ALERT_LOW,       /* record: the latest lot; amount left, below the threshold */
    ALERT_OVERDRAFT, /* record: the latest lot, 0 for none; amount of the overdraft */
    ALERT_EXPIRING,  /* record: the lot; amount left; day of its end, and nothing rolls over */
    ALERT_EXPIRED,   /* record: the lot; amount lost; day of its end */
    ALERT_COUNT,
};

struct alert_row {
    int64_t customer;    /* commercial entity */
    int64_t salesperson; /* res.users; never 0 */
    int64_t record;
    int lot_origin; /* ALERT_EXPIRING, ALERT_EXPIRED: what opened the lot (enum ledger_origin) */
    minutes amount;
    civil_day day;
    const char *move; /* ALERT_CREDITED: the invoice's name; borrowed, may be NULL */
};

struct alert_query {
    enum alert kind;
    const char *customers; /* JSON array of ids; NULL: all */
    civil_day today;
    civil_day since; /* earlier events are left out */
    minutes below;   /* for ALERT_LOW */
    int within_days; /* for ALERT_EXPIRING */
};

/* Calls `row` for each event of query->kind, by customer, then record. Customers without a
 * salesperson are left out. A negative code of `row` stops and is returned. ERR_STATE,
 * ERR_NO_MEMORY. */
int alerts_each(struct store *store, const struct alert_query *query,
                int (*row)(void *context, const struct alert_row *row, struct error *error),
                void *context, struct error *error);

/* A note "credited" about an invoice that grants nothing any more, and that no later note took
 * back. */
struct alert_untrue {
    const char *key;  /* credited.CUSTOMER.INVOICE, .N appended from the second on; borrowed */
    int64_t customer; /* the partner whose record has the note */
    const char *move; /* the invoice's name; borrowed */
};
/* Calls `row` for each such note, by key. `customers` is a JSON array of ids; NULL: all. A negative
 * code of `row` stops and is returned. */
int alerts_untrue(struct store *store, const char *customers,
                  int (*row)(void *context, const struct alert_untrue *untrue, struct error *error),
                  void *context, struct error *error);

/* The credit of a customer whose mirrored fields (of version 0.1.0) show another one. */
struct shown_credit {
    int64_t customer;
    minutes balance;
    bool has_last_day;
    civil_day last_day;
};
/* Calls `row` for each such customer, by id, of those of which something changed since the last
 * call (shown_begin() in shown.h); errors as above. */
int alerts_credit(struct store *store,
                  int (*row)(void *context, const struct shown_credit *credit, struct error *error),
                  void *context, struct error *error);

#endif
