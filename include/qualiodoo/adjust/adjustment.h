/* adjustment.h - adds or removes credit by hand: writes into Odoo first, then updates the state. */
#ifndef QUALIODOO_ADJUST_ADJUSTMENT_H
#define QUALIODOO_ADJUST_ADJUSTMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/config/config.h"
#include "qualiodoo/util/units.h"

#define ADJUSTMENT_KEY_SIZE 65    /* 1 to 64 letters, digits, '.', '-' or '_', and the NUL */
#define ADJUSTMENT_REASON_MAX 500 /* bytes */
#define ADJUSTMENT_MAX_HOURS 10000

/* What is asked for. Texts are borrowed. */
struct adjustment_request {
    int64_t customer;    /* res.partner: the customer or any of its contacts */
    minutes amount;      /* not 0, at most ADJUSTMENT_MAX_HOURS either way */
    const char *reason;  /* one line of UTF-8, at most ADJUSTMENT_REASON_MAX */
    civil_day day;       /* from which it counts */
    bool day_by_default; /* `day` was not given: an adjustment with this key may have another */
    bool has_end;
    civil_day end;   /* first day on which it no longer counts; after `day`; amount > 0 only */
    const char *key; /* of the adjustment to repeat, or a new one from adjustment_key() */
    void (*about_to_write)(const char *key); /* called once before the first write; NULL: none */
    bool dry_run; /* write nothing, into Odoo or the state: compute what the balance would be */
};

/* What was done. Free it with adjustment_outcome_free(). */
struct adjustment_outcome {
    int64_t id;       /* of the record or note in Odoo; 0: a dry run that found none */
    bool repeated;    /* Odoo had the key already: nothing was written */
    int64_t customer; /* the account holder */
    char *name;       /* its name; NULL: names are not kept (privacy.keep_names) */
    civil_day day;    /* as in Odoo */
    minutes balance;  /* of the account, afterwards */
};

/* Makes a new random key. ERR_STATE when the system gives no random numbers. */
int adjustment_key(char key[ADJUSTMENT_KEY_SIZE], struct error *error);

/* The checks that need no call to Odoo. ERR_USAGE: an impossible request. ERR_REFUSED: shadow mode,
 * unless dry_run, or a day before credit.since. */
int adjustment_check(const struct config *config, const struct adjustment_request *request,
                     struct error *error);

/* Frees the name and clears the outcome. */
void adjustment_outcome_free(struct adjustment_outcome *outcome);

/* Checks the request, writes the adjustment into Odoo unless Odoo has its key with the same
 * figures, then pulls and computes the account. ERR_REFUSED: Odoo has the key with other figures,
 * or the clock is wrong; ERR_NOT_FOUND: no such partner; ERR_BUSY: the cycle lock is held. After a
 * failure *ret is untouched; the message says when the adjustment is in Odoo all the same, or may
 * be: repeating with the same key is safe. */
int adjustment_write(const struct config *config, const struct adjustment_request *request,
                     struct adjustment_outcome *ret, struct error *error);

#endif
