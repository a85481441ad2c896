/* ledger.h - the ledger of one account: a pure function of dated facts (DOMAIN.md, sections 3-7).
 *
 * ledger(grants, clawbacks, adjustments, debits, policy, today) -> entries, lots, overdraft.
 * The same input gives the same output, to the byte, in whatever order the input arrives. */
#ifndef QUALIODOO_CORE_LEDGER_H
#define QUALIODOO_CORE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/util/error.h"
#include "qualiodoo/util/units.h"

/* What an invoice line that carries a pack grants. */
struct ledger_grant {
    int64_t id;        /* account.move.line */
    int64_t invoice;   /* account.move */
    civil_day start;   /* the lot opens: the later of payment date and invoice date */
    civil_day renewed; /* the contract is renewed: the earlier of the two dates */
    minutes amount;    /* > 0 */
};

/* What a credit-note line that carries a pack, or a negative line of an invoice, takes back. */
struct ledger_clawback {
    int64_t id;      /* account.move.line */
    int64_t move;    /* account.move of the line */
    int64_t invoice; /* the invoice it reverses; 0: none, taken as a debit is, without a limit */
    civil_day day;   /* never before the start of the lots it reverses */
    minutes amount;  /* > 0 */
};

/* Minutes that an administrator gives or takes by hand. */
struct ledger_adjustment {
    int64_t id;
    civil_day day;
    minutes amount; /* not 0 */
    bool has_end;   /* an explicit end: the minutes neither roll over nor are reinstated */
    civil_day end;  /* exclusive, after `day` */
};

/* What a timesheet line costs after rounding to the step; negative gives minutes back. */
struct ledger_debit {
    int64_t id; /* account.analytic.line */
    civil_day day;
    minutes amount; /* not 0 */
};

/* Arrays in any order; borrowed for the call. */
struct ledger_input {
    const struct ledger_grant *grants;
    size_t n_grants;
    const struct ledger_clawback *clawbacks;
    size_t n_clawbacks;
    const struct ledger_adjustment *adjustments;
    size_t n_adjustments;
    const struct ledger_debit *debits;
    size_t n_debits;
};

struct ledger_policy {
    int validity_years, validity_months, validity_days; /* two of the three are 0 */
    int renewal_grace_days;                             /* >= 0 */
};

enum ledger_kind {
    LEDGER_GRANT,
    LEDGER_CLAWBACK,
    LEDGER_DEBIT,
    LEDGER_OVERDRAFT_REPAID,
    LEDGER_ROLLOVER_OUT,
    LEDGER_ROLLOVER_IN,
    LEDGER_EXPIRE,
    LEDGER_REINSTATE,
    LEDGER_ADJUST,
};

enum ledger_origin { LOT_NONE, LOT_INVOICE, LOT_ADJUSTMENT };

/* Names a lot by the record that opened it: account.move.line or adjustment. LOT_NONE names the
 * overdraft. */
struct ledger_lot_name {
    enum ledger_origin origin;
    int64_t id;
};

enum ledger_source { SOURCE_MOVE, SOURCE_ANALYTIC_LINE, SOURCE_ADJUSTMENT };

struct ledger_entry {
    civil_day day;
    enum ledger_kind kind;
    minutes amount;  /* signed, never 0 */
    minutes balance; /* of the account, after this entry */
    struct ledger_lot_name lot;
    enum ledger_source source; /* the record that caused it; for a rollover or a reinstatement, the
                                  one that opened the other lot */
    int64_t source_id;
};

enum ledger_state { LOT_OPEN, LOT_SPENT, LOT_REVERSED, LOT_ROLLED_OVER, LOT_EXPIRED };

struct ledger_lot {
    struct ledger_lot_name name;
    int64_t invoice; /* 0 for an adjustment */
    minutes granted, left;
    civil_day start, end; /* [start, end) */
    civil_day renewed;
    bool explicit_end;
    enum ledger_state state;
    minutes counted; /* how much of `granted` the clawbacks of its invoice took back */
    minutes lost;    /* expired in this lot and not reinstated, `barred` included */
    minutes barred;  /* the part of `lost` that a clawback keeps from being reinstated */
    bool reversed, moved, expired; /* all was taken back; minutes rolled over; minutes expired */
};

struct ledger {
    struct ledger_entry *entries; /* in the ledger's own order */
    size_t n_entries;
    struct ledger_lot *lots; /* by start, then invoices before adjustments, then id */
    size_t n_lots;
    minutes balance, available, overdraft; /* balance = available - overdraft */
    bool has_next_expiry;
    civil_day next_expiry; /* earliest end of an open lot with minutes left */
    bool has_next_change;
    civil_day next_change; /* first day after today on which the result differs without new facts */
};

/* Computes the ledger as of `today`; facts dated later are ignored. On success the caller frees
 * *ret with ledger_free(). ERR_NO_MEMORY is the only failure; *ret is then untouched. */
int ledger_compute(const struct ledger_input *input, const struct ledger_policy *policy,
                   civil_day today, struct ledger *ret, struct error *error);
void ledger_free(struct ledger *ledger);

/* The words of the interface: "grant", "open", "account.move"... Never NULL. */
const char *ledger_kind_name(enum ledger_kind kind);
const char *ledger_state_name(enum ledger_state state);
const char *ledger_source_name(enum ledger_source source);
const char *ledger_origin_name(enum ledger_origin origin); /* "account.move.line", "adjustment" */

#endif
