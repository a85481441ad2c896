/* credit.h - what an invoice or a credit note does to the account (DOMAIN.md, section 3). Pure. */
#ifndef QUALIODOO_CORE_CREDIT_H
#define QUALIODOO_CORE_CREDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/util/units.h"

enum credit_move_type {
    MOVE_INVOICE, /* or a sales receipt */
    MOVE_CREDIT_NOTE,
    MOVE_ENTRY, /* anything else: it grants nothing and is never paid */
};
enum credit_move_state { MOVE_DRAFT, MOVE_POSTED, MOVE_CANCELLED };
enum credit_payment_state {
    MOVE_NOT_PAID,
    MOVE_IN_PAYMENT,
    MOVE_PAID,
    MOVE_PARTIAL,
    MOVE_REVERSED, /* settled by credit notes, with or without miscellaneous entries */
    MOVE_OTHER_STATE,
};

/* The other side of a reconciliation. */
enum credit_counterpart {
    COUNTERPART_MONEY,         /* in a journal of money */
    COUNTERPART_OWN_REFUND,    /* a credit note that reverses this very invoice */
    COUNTERPART_REFUND,        /* another credit note: money when its own invoice was paid */
    COUNTERPART_MISCELLANEOUS, /* a write-off, a transfer */
};

/* Whether Odoo stands by the counterpart. */
enum credit_counterpart_state {
    COUNTERPART_POSTED,
    COUNTERPART_NOT_POSTED, /* a draft, or cancelled: the invoice may stay `paid` all the same */
    COUNTERPART_REJECTED,   /* posted, and the payment behind it is rejected or cancelled */
};

struct credit_settlement {
    int64_t partial; /* account.partial.reconcile */
    int64_t line;    /* the counterpart account.move.line */
    civil_day date;  /* that line's own date */
    enum credit_counterpart kind;
    enum credit_counterpart_state state;
    int64_t move;     /* of the counterpart */
    int64_t reverses; /* the move that this one reverses, or 0 */
    micro amount;     /* settled, in the invoice's own currency; 0 for an exchange difference */
    bool exchange;    /* the entry of an exchange difference: it must stand, and settles nothing */
};

/* A line that carries a pack. */
struct credit_line {
    int64_t id;
    int64_t product;
    nano quantity;         /* in the product's unit, signed */
    micro untaxed;         /* signed, in the move's currency */
    micro untaxed_company; /* signed as `untaxed`, in the company's currency */
    minutes pack_minutes;  /* of one pack */
};

struct credit_move {
    int64_t id;
    const char *name; /* borrowed; "" when Odoo gave none */
    enum credit_move_type type;
    enum credit_move_state state;
    enum credit_payment_state payment_state;
    bool residual_zero;
    micro total; /* in the move's currency */
    bool has_date;
    civil_day date; /* invoice date */
    int64_t currency;
    int64_t customer;
    const char *origin; /* the sales order; borrowed; NULL: none */
    bool bills_down_payment, deducts_down_payment;
    int64_t reversed_entry;          /* or 0 */
    const struct credit_line *lines; /* borrowed, by id */
    size_t n_lines;
    const struct credit_settlement *settlements; /* borrowed */
    size_t n_settlements;
};

enum credit_verdict {
    CREDIT_GRANTED, /* an invoice that grants, a credit note that takes back */
    CREDIT_NOT_POSTED,
    CREDIT_NOT_PAID, /* nothing before full payment; credit note: not settled */
    CREDIT_NO_MONEY, /* settled by credit notes or miscellaneous entries alone */
    CREDIT_REVERSED, /* settled by its own credit note alone */
    CREDIT_NO_DATE,
    CREDIT_BEFORE_SINCE,
    CREDIT_FUTURE,          /* dated after today */
    CREDIT_NOTHING_GRANTED, /* a credit note whose invoice granted nothing */
    CREDIT_NO_INVOICE,      /* a credit note that reverses none: takes like a debit */
    CREDIT_NOT_BEHIND,      /* settled by a payment or entry that is a draft or cancelled */
    CREDIT_REJECTED,        /* settled by a payment that was rejected or cancelled */
    CREDIT_WRITTEN_OFF,     /* more is written off than credit.max_write_off allows */
    CREDIT_NO_DOWN_PAYMENT, /* deducts a down payment that no posted invoice carries */
    CREDIT_DOWN_UNPAID,     /* the invoice of its down payment is not effectively paid */
    CREDIT_OFFSET,          /* of amount zero, with packs that have a price */
    CREDIT_UNDONE,          /* a credit note that was itself undone */
    CREDIT_UNDOES,          /* an invoice that only undoes a credit note */
    CREDIT_VERDICTS,
};

struct credit_policy {
    bool accept_in_payment;
    bool has_since;
    civil_day since;
    int max_write_off_percent;         /* of the invoice's total */
    const char *const *money_journals; /* codes that count as money; borrowed */
    size_t n_money_journals;
};

struct credit_outcome {
    enum credit_verdict verdict;
    bool has_payment;  /* of an invoice: money came in */
    civil_day payment; /* latest date of its money counterparts (invoice date when offered) */
    civil_day start;   /* of the lots; of a credit note: the day it takes effect */
    civil_day renewed;
};

/* What a counterpart is. `reverses` is the move it reverses (0: none), `own` the invoice it
 * settles; the texts are Odoo's and may be NULL. */
struct credit_counterpart_facts {
    const char *move_type, *journal_type, *journal_code;
    int64_t reverses, own;
};
enum credit_counterpart credit_counterpart_kind(const struct credit_counterpart_facts *facts,
                                                const struct credit_policy *policy);

/* Whether a counterpart stands: `move_state` is that of its entry (state of account.move, or
 * parent_state of its line; NULL: not known, posted), `payment_state` that of the payment behind it
 * (account.payment; NULL: none). A payment that is rejected or cancelled may leave its entry
 * posted.
 */
enum credit_counterpart_state credit_counterpart_state(const char *move_state,
                                                       const char *payment_state);

/* Whether an invoice was paid, and when: see money.h. */
struct credit_money {
    enum credit_verdict verdict; /* CREDIT_GRANTED: effectively paid; or why not */
    bool has_date;               /* money came in, perhaps not all of it */
    civil_day date;              /* the payment date */
};

/* What an invoice gives, and from when its lots run. */
struct credit_outcome credit_invoice(const struct credit_move *invoice,
                                     const struct credit_money *money,
                                     const struct credit_policy *policy, civil_day today);

/* When and whether a credit note that was not undone takes effect. `invoice` is the one it reverses
 * with its outcome, or NULL when it reverses none of this account (reversed_entry tells the two
 * cases apart). */
struct credit_outcome credit_note(const struct credit_move *note, const struct credit_move *invoice,
                                  const struct credit_outcome *invoice_outcome,
                                  const struct credit_policy *policy, civil_day today);

/* Whether a line of an invoice may grant: on one of amount zero only an offered pack does, unless
 * the amount is zero because a down payment was deducted. */
bool credit_line_grants(const struct credit_move *invoice, const struct credit_line *line);

/* The first counterpart that is not COUNTERPART_POSTED tells why nothing was settled:
 * CREDIT_NOT_BEHIND or CREDIT_REJECTED; CREDIT_GRANTED when all stand. */
enum credit_verdict credit_standing(const struct credit_move *move);

/* Minutes of a line of an invoice: quantity x pack, to the nearest; signed. */
minutes credit_line_minutes(const struct credit_line *line);

/* Minutes that `line` of `move` (a credit note, or the invoice itself for a negative line) takes
 * back from `invoice` (NULL: none), reduced when it refunds less than as many packs cost there.
 * >= 0. */
minutes credit_clawback_minutes(const struct credit_move *move, const struct credit_line *line,
                                const struct credit_move *invoice);

const char *credit_verdict_text(enum credit_verdict verdict);

#endif
