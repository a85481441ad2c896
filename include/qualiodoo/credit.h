/* credit.h - what an invoice or a credit note does to the account (domain.md, section 3). Pure. */
#ifndef QUALIODOO_CREDIT_H
#define QUALIODOO_CREDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/units.h"

enum credit_move_type { MOVE_INVOICE, MOVE_CREDIT_NOTE };
enum credit_move_state { MOVE_DRAFT, MOVE_POSTED, MOVE_CANCELLED };
enum credit_payment_state { MOVE_NOT_PAID, MOVE_IN_PAYMENT, MOVE_PAID, MOVE_OTHER_STATE };

/* The other side of a reconciliation. */
enum credit_counterpart {
    COUNTERPART_MONEY,         /* in a bank, cash or credit-card journal */
    COUNTERPART_OWN_REFUND,    /* a credit note that reverses this very invoice */
    COUNTERPART_REFUND,        /* another credit note */
    COUNTERPART_MISCELLANEOUS, /* a write-off, a transfer */
};

struct credit_settlement {
    int64_t partial; /* account.partial.reconcile */
    int64_t line;    /* the counterpart account.move.line */
    civil_day date;  /* that line's own date */
    enum credit_counterpart kind;
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
    bool residual_zero, total_zero;
    bool has_date;
    civil_day date; /* invoice date */
    int64_t currency;
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
};

struct credit_policy {
    bool accept_in_payment;
    bool has_since;
    civil_day since;
};

struct credit_outcome {
    enum credit_verdict verdict;
    bool has_payment;  /* of an invoice: money came in */
    civil_day payment; /* latest date of its money counterparts (invoice date when offered) */
    civil_day start;   /* of the lots; of a credit note: the day it takes effect */
    civil_day renewed;
};

/* Whether the invoice is effectively paid, and from when its lots run. */
struct credit_outcome credit_invoice(const struct credit_move *invoice,
                                     const struct credit_policy *policy, civil_day today);

/* When and whether a credit note takes effect. `invoice` is the one it reverses with its outcome,
 * or NULL when it reverses none of this account (reversed_entry tells the two cases apart). */
struct credit_outcome credit_note(const struct credit_move *note, const struct credit_move *invoice,
                                  const struct credit_outcome *invoice_outcome,
                                  const struct credit_policy *policy, civil_day today);

/* Minutes of a line of an invoice: quantity x pack, to the nearest; signed. */
minutes credit_line_minutes(const struct credit_line *line);

/* Minutes that `line` of `move` (a credit note, or the invoice itself for a negative line) takes
 * back from `invoice` (NULL: none), reduced when it refunds less than as many packs cost there.
 * >= 0. */
minutes credit_clawback_minutes(const struct credit_move *move, const struct credit_line *line,
                                const struct credit_move *invoice);

const char *credit_verdict_text(enum credit_verdict verdict);

#endif
