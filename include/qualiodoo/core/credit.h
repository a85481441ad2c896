/* credit.h - what an invoice or a credit note does to the account (DOMAIN.md, section 3). No I/O,
 * no clock. */
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

/* What an invoice is reconciled with. */
enum credit_counterpart {
    COUNTERPART_MONEY,         /* in a bank, cash or card journal, or credit.money_journals */
    COUNTERPART_OWN_REFUND,    /* a credit note that reverses this invoice */
    COUNTERPART_REFUND,        /* another credit note: money when its own invoice is paid */
    COUNTERPART_MISCELLANEOUS, /* a write-off, a transfer */
};

/* Whether the counterpart is still valid in Odoo. */
enum credit_counterpart_state {
    COUNTERPART_POSTED,
    COUNTERPART_NOT_POSTED, /* a draft, or cancelled: the invoice may stay `paid` in Odoo */
    COUNTERPART_REJECTED,   /* the entry is posted, but its payment is rejected or cancelled */
};

/* One reconciliation of an invoice or a credit note with a counterpart. */
struct credit_settlement {
    int64_t partial; /* account.partial.reconcile */
    int64_t line;    /* the counterpart account.move.line */
    civil_day date;  /* that line's own date */
    enum credit_counterpart kind;
    enum credit_counterpart_state state;
    int64_t move;     /* the counterpart's account.move */
    int64_t reverses; /* the account.move that `move` reverses, or 0 */
    micro amount;     /* settled, in the invoice's own currency; 0 for an exchange difference */
    bool exchange;    /* an exchange difference: its entry must be posted, but it settles nothing */
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

/* An account.move of a customer, with its lines that carry packs. */
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
    int64_t reversed_entry;          /* the move it reverses, or 0 */
    const struct credit_line *lines; /* borrowed, by id */
    size_t n_lines;
    const struct credit_settlement *settlements; /* borrowed */
    size_t n_settlements;
};

/* What a move counts for, or why it counts for nothing. */
enum credit_verdict {
    CREDIT_GRANTED, /* an invoice that grants, a credit note that takes back */
    CREDIT_NOT_POSTED,
    CREDIT_NOT_PAID, /* not fully paid; a credit note: not fully settled */
    CREDIT_NO_MONEY, /* settled by credit notes or miscellaneous entries alone */
    CREDIT_REVERSED, /* settled by its own credit note alone */
    CREDIT_NO_DATE,
    CREDIT_BEFORE_SINCE,
    CREDIT_FUTURE,          /* dated after today */
    CREDIT_NOTHING_GRANTED, /* a credit note whose invoice granted nothing */
    CREDIT_NO_INVOICE,      /* a credit note that reverses no invoice: takes as a debit does */
    CREDIT_NOT_BEHIND,      /* settled by a payment or entry that is a draft or cancelled */
    CREDIT_REJECTED,        /* settled by a payment that was rejected or cancelled */
    CREDIT_WRITTEN_OFF,     /* more is written off than credit.max_write_off allows */
    CREDIT_NO_DOWN_PAYMENT, /* deducts a down payment that no posted invoice carries */
    CREDIT_DOWN_UNPAID,     /* the invoice of its down payment is not effectively paid */
    CREDIT_OFFSET,          /* its total is zero although its packs have a price */
    CREDIT_UNDONE,          /* a credit note that was itself reversed: takes nothing back */
    CREDIT_UNDOES,          /* an invoice that only reverses a credit note: grants nothing */
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

/* What one move does, and on which days. */
struct credit_outcome {
    enum credit_verdict verdict;
    bool has_payment;  /* `payment` is known: money came in, or a credit note was settled */
    civil_day payment; /* latest date of the money (invoice date of an offered pack) */
    civil_day start;   /* the lots open; a credit note: it takes effect */
    civil_day renewed; /* an invoice: the contract is renewed (see struct ledger_grant) */
};

/* What tells the kind of a counterpart. The texts are Odoo's and may be NULL. */
struct credit_counterpart_facts {
    const char *move_type, *journal_type, *journal_code;
    int64_t reverses, own; /* the move that it reverses, or 0; the invoice that it settles */
};

/* The kind of a counterpart; `policy` names the journals that count as money. */
enum credit_counterpart credit_counterpart_kind(const struct credit_counterpart_facts *facts,
                                                const struct credit_policy *policy);

/* Whether a counterpart is valid. `move_state` is the state of its entry (state of account.move, or
 * parent_state of its line; NULL: unknown, taken as posted); `payment_state` the state of its
 * account.payment (NULL: it has none). A rejected or cancelled payment may leave its entry
 * posted. */
enum credit_counterpart_state credit_counterpart_state(const char *move_state,
                                                       const char *payment_state);

/* Whether an invoice was paid, and when: see money.h. */
struct credit_money {
    enum credit_verdict verdict; /* CREDIT_GRANTED: effectively paid; else why not */
    bool has_date;               /* some money came in, perhaps not all of it */
    civil_day date;              /* with has_date: the latest date of the money */
};

/* Whether `invoice` grants as of `today`, and from when its lots run. `money` is its verdict of
 * money_judge(). */
struct credit_outcome credit_invoice(const struct credit_move *invoice,
                                     const struct credit_money *money,
                                     const struct credit_policy *policy, civil_day today);

/* Whether `note`, which was not undone, takes minutes back as of `today`, and from when. `invoice`
 * is the invoice of this account that it reverses, `invoice_outcome` the outcome of
 * credit_invoice() for it. Both are NULL when there is none: note->reversed_entry then tells an
 * invoice of another account from none at all. */
struct credit_outcome credit_note(const struct credit_move *note, const struct credit_move *invoice,
                                  const struct credit_outcome *invoice_outcome,
                                  const struct credit_policy *policy, civil_day today);

/* Whether a line of `invoice` may grant. On an invoice whose total is zero, only a line without a
 * price (an offered pack) does, unless a deducted down payment makes the total zero. */
bool credit_line_grants(const struct credit_move *invoice, const struct credit_line *line);

/* CREDIT_GRANTED when every counterpart of `move` is COUNTERPART_POSTED; else CREDIT_NOT_BEHIND or
 * CREDIT_REJECTED, by the first that is not. */
enum credit_verdict credit_standing(const struct credit_move *move);

/* Minutes of a line of an invoice: quantity x pack_minutes, to the nearest minute; signed. */
minutes credit_line_minutes(const struct credit_line *line);

/* Minutes (>= 0) that `line` of `move` takes back from `invoice` (NULL: none). `move` is a credit
 * note, or `invoice` itself for a negative line. A line that refunds less than that many packs cost
 * on `invoice` takes back less, in proportion. */
minutes credit_clawback_minutes(const struct credit_move *move, const struct credit_line *line,
                                const struct credit_move *invoice);

/* The verdict in words for people. Never NULL. */
const char *credit_verdict_text(enum credit_verdict verdict);

#endif
