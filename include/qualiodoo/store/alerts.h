/* alerts.h - what happened to accounts that a salesperson should hear of, and the credit that is to
 * be shown on customers. */
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
    int lot_origin; /* of ALERT_EXPIRING and ALERT_EXPIRED: what opened the lot (ledger.h) */
    minutes amount;
    civil_day day;
    const char *name; /* of the customer; borrowed, may be NULL */
    const char *move; /* of ALERT_CREDITED: the invoice's; borrowed, may be NULL */
};

struct alert_query {
    enum alert kind;
    const char *customers; /* JSON array of ids; NULL: all */
    civil_day today;
    civil_day since; /* what is dated before it is no news */
    minutes below;   /* for ALERT_LOW */
    int within_days; /* for ALERT_EXPIRING */
};

/* Rows by customer, then record. Customers without a salesperson are left out. */
int alerts_each(struct store *store, const struct alert_query *query,
                int (*row)(void *context, const struct alert_row *row, struct error *error),
                void *context, struct error *error);

/* Notes that say "credited" of an invoice that grants nothing any more, and were not taken back. */
struct alert_untrue {
    const char *key;  /* credited.CUSTOMER.INVOICE, and .N from the second time on; borrowed */
    int64_t customer; /* whose record the note is on */
    const char *move; /* the invoice's name; borrowed */
};
int alerts_untrue(struct store *store, const char *customers,
                  int (*row)(void *context, const struct alert_untrue *untrue, struct error *error),
                  void *context, struct error *error);

/* The credit of customers whose mirrored fields say something else. */
struct shown_credit {
    int64_t customer;
    minutes balance;
    bool has_last_day;
    civil_day last_day;
};
int alerts_credit(struct store *store, const char *customers,
                  int (*row)(void *context, const struct shown_credit *credit, struct error *error),
                  void *context, struct error *error);

#endif
