/* adjustment.h - credit added or removed by hand: Odoo first, the state second. */
#ifndef QUALIODOO_ADJUST_ADJUSTMENT_H
#define QUALIODOO_ADJUST_ADJUSTMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/config/config.h"
#include "qualiodoo/util/units.h"

#define ADJUSTMENT_KEY_SIZE 65    /* of 1 to 64 letters, digits, '.', '-', '_', and its NUL */
#define ADJUSTMENT_REASON_MAX 500 /* bytes */
#define ADJUSTMENT_MAX_HOURS 10000
struct adjustment_request {
    int64_t customer;   /* res.partner, any contact of the customer */
    minutes amount;     /* not 0, of ADJUSTMENT_MAX_HOURS at most */
    const char *reason; /* one line of UTF-8 */
    civil_day day;
    bool day_by_default; /* nobody gave the day: when the key is found, its own day is right */
    bool has_end;
    civil_day end;   /* after `day`; only with a positive amount */
    const char *key; /* the one to repeat, or a new one from adjustment_key() */
    void (*about_to_write)(const char *key); /* called once before Odoo is written; NULL: not */
    bool dry_run; /* nothing is written, here or in Odoo: what the balance would be */
};
struct adjustment_outcome {
    int64_t id;       /* of the row or note; 0 in a dry run that finds none */
    bool repeated;    /* the key was there already: nothing was written */
    int64_t customer; /* the account's holder */
    char *name;       /* of the customer, on the heap; NULL: names are not kept */
    civil_day day;    /* as it stands in Odoo */
    minutes balance;  /* of the account, afterwards */
};

/* A new unique key. */
int adjustment_key(char key[ADJUSTMENT_KEY_SIZE], struct error *error);

/* What can be refused without asking Odoo: an impossible request, shadow mode. */
int adjustment_check(const struct config *config, const struct adjustment_request *request,
                     struct error *error);

/* Frees what an outcome holds. */
void adjustment_outcome_free(struct adjustment_outcome *outcome);

/* Writes the adjustment unless its key is in Odoo already with the same figures (ERR_REFUSED with
 * others), then computes the account. When only the second part fails, the message says so. */
int adjustment_write(const struct config *config, const struct adjustment_request *request,
                     struct adjustment_outcome *ret, struct error *error);

#endif
