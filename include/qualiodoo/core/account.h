/* account.h - one customer's account, from mirrored facts to balance. No I/O, no clock.
 *
 * account_compute() turns the facts of Odoo into the ledger's input (credit.h, charge.h), runs
 * the ledger and keeps every intermediate verdict, so that `explain` shows the verdicts that were
 * used and does not compute them a second time. */
#ifndef QUALIODOO_CORE_ACCOUNT_H
#define QUALIODOO_CORE_ACCOUNT_H

#include "qualiodoo/core/charge.h"
#include "qualiodoo/core/credit.h"
#include "qualiodoo/core/ledger.h"
#include "qualiodoo/core/money.h"

struct account_policy {
    struct credit_policy credit;
    struct charge_policy charge;
    struct ledger_policy ledger;
};

/* Everything that Odoo and the local state say about one account; all of it borrowed. */
struct account_facts {
    const struct credit_move *moves; /* by id */
    size_t n_moves;
    const struct credit_move *related; /* by id, none of them in `moves`: moves of any customer on
                                          which the payment of this account's moves depends */
    size_t n_related;
    const struct charge_ticket *tickets; /* by id */
    size_t n_tickets;
    const struct ledger_adjustment *adjustments;
    size_t n_adjustments;
};

/* An account as of one day. */
struct account_result {
    struct credit_outcome *outcomes;  /* one per move, in the facts' order */
    const struct credit_move **moves; /* all of `book`: own and related, by id */
    struct money_book book;           /* which of these moves are effectively paid */
    struct charge *charges;           /* one per line, tickets in the facts' order */
    size_t n_charges;
    minutes held; /* what the lines that wait for a response would be charged */
    struct ledger ledger;
    bool has_next_change;
    civil_day next_change; /* first day after today on which the same facts give another result */
};

/* Computes the account as of `today`. On success the caller frees *ret with account_result_free()
 * and keeps `facts` as long: the result points to its moves. ERR_NO_MEMORY is the only failure;
 * *ret is then untouched. */
int account_compute(const struct account_facts *facts, const struct account_policy *policy,
                    civil_day today, struct account_result *ret, struct error *error);
void account_result_free(struct account_result *result);

/* The posted, unpaid invoice whose payment from today on would reinstate what expired in `lot`
 * ("lost unless INV/... is paid"): the lowest id of several, or NULL. `facts`, `policy` and `today`
 * are those that `result` was computed from; `lot` is one of its ledger. Borrowed from `facts`. */
const struct credit_move *account_lost_unless_paid(const struct account_facts *facts,
                                                   const struct account_policy *policy,
                                                   const struct account_result *result,
                                                   const struct ledger_lot *lot, civil_day today);

/* What happened to the minutes of an account. grants + adjusted_in + reinstated is equal to
 * debits + clawbacks + adjusted_out + expired + balance. */
struct account_totals {
    minutes grants, adjusted_in, reinstated;
    minutes debits, clawbacks, adjusted_out, expired; /* positive: taken from the account */
};
struct account_totals account_totals(const struct account_result *result);

#endif
