/* account.h - one customer's account, from mirrored facts to balance. Pure.
 *
 * account_compute() turns the facts of Odoo into the ledger's input (credit.h, charge.h), runs
 * the ledger and keeps every intermediate verdict, so that `explain` shows what was computed and
 * never computes again in its own way. */
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

struct account_facts {
    const struct credit_move *moves; /* by id */
    size_t n_moves;
    const struct credit_move *related; /* by id: the moves of whomever, without packs of this
                                          account, on which the payment of its moves depends */
    size_t n_related;
    const struct charge_ticket *tickets; /* by id */
    size_t n_tickets;
    const struct ledger_adjustment *adjustments;
    size_t n_adjustments;
};

struct account_result {
    struct credit_outcome *outcomes;  /* one per move, in the facts' order */
    const struct credit_move **moves; /* of the book */
    struct money_book book;           /* how its moves and the related ones were judged */
    struct charge *charges;           /* one per line, tickets in the facts' order */
    size_t n_charges;
    minutes held;
    struct ledger ledger;
    bool has_next_change;
    civil_day next_change; /* as the ledger's, and facts dated after today */
};

/* ERR_NO_MEMORY is the only failure. On success the caller calls account_result_free(); the result
 * refers to the moves of `facts`. */
int account_compute(const struct account_facts *facts, const struct account_policy *policy,
                    civil_day today, struct account_result *ret, struct error *error);
void account_result_free(struct account_result *result);

/* The posted, unpaid invoice whose payment from today on would bring back what expired in `lot`
 * ("lost unless INV/... is paid"); the earliest by id, or NULL. `facts`, `policy` and `today` are
 * those of the result. */
const struct credit_move *account_lost_unless_paid(const struct account_facts *facts,
                                                   const struct account_policy *policy,
                                                   const struct account_result *result,
                                                   const struct ledger_lot *lot, civil_day today);

/* What happened to the minutes of an account: in = grants + adjusted_in + reinstated,
 * out = debits + clawbacks + adjusted_out + expired + balance; the two are equal. */
struct account_totals {
    minutes grants, adjusted_in, reinstated;
    minutes debits, clawbacks, adjusted_out, expired; /* positive when taken */
};
struct account_totals account_totals(const struct account_result *result);

#endif
