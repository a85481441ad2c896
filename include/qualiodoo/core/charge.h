/* charge.h - what the timesheet lines of a ticket cost, and how they are rounded (DOMAIN.md,
 * section 4). No I/O, no clock. */
#ifndef QUALIODOO_CORE_CHARGE_H
#define QUALIODOO_CORE_CHARGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/util/units.h"

struct charge_policy {
    minutes step;       /* >= 1 */
    bool by_entry;      /* credit.rounding: entry */
    bool from_response; /* credit.count_from: response */
    bool has_since;
    civil_day since; /* credit.since: earlier lines cost nothing */
};

/* A line of more hours than this, positive or negative, is a mistake and is not charged. */
#define CHARGE_MAX_HOURS 10000

enum charge_quantity {
    QUANTITY_HOURS,
    QUANTITY_NO_TIME,   /* in a unit that does not measure time: kilometres, units */
    QUANTITY_NO_NUMBER, /* the amount in Odoo is not a number */
};

struct charge_line {
    int64_t id; /* account.analytic.line */
    civil_day day;
    nano hours; /* signed; meaningful with QUANTITY_HOURS */
    enum charge_quantity quantity;
    bool outside; /* timesheets.domain does not hold it */
};

struct charge_ticket {
    int64_t id;
    bool excluded;    /* by tag or domain */
    bool born_closed; /* created in a closed stage: the work came first, so every line counts */
    bool has_response;
    civil_day response;              /* day of the response, in the configured zone */
    const struct charge_line *lines; /* borrowed, by (day, id) */
    size_t n_lines;
};

enum charge_reason {
    CHARGE_COUNTED,
    CHARGE_EXCLUDED,
    CHARGE_BEFORE_SINCE,
    CHARGE_FUTURE,
    CHARGE_BEFORE_RESPONSE,
    CHARGE_OUTSIDE, /* timesheets.domain */
    CHARGE_NO_TIME,
    CHARGE_UNFIT, /* not a number, or more than CHARGE_MAX_HOURS */
    CHARGE_HELD,  /* the ticket has no response yet: `charged` is what the line would cost */
};

/* What one line costs. */
struct charge {
    int64_t line; /* account.analytic.line */
    enum charge_reason reason;
    minutes recorded; /* the line's hours, to the nearest minute */
    minutes running;  /* the ticket's total after this line, before the step (rounding: ticket) */
    minutes charged;  /* signed; what this line adds to the ticket's charge */
};

/* The amount of a timesheet line as Odoo keeps it. */
struct charge_amount {
    bool is_number; /* false: `amount` says nothing */
    nano amount;
    int64_t unit, hour_unit;       /* uom.uom: the line's, and Odoo's "Hours"; 0: none or unknown */
    bool same_kind;                /* the unit measures time, as "Hours" does */
    nano unit_factor, hour_factor; /* 0: unknown */
    bool absolute;                 /* how to read the factors: see quantity_in_unit() */
};

/* Sets `hours` and `quantity` of a line from its amount in Odoo. An amount without a unit is hours,
 * and so is every amount while Odoo's unit "Hours" is unknown. An amount in a unit that does not
 * measure time gives QUANTITY_NO_TIME. */
void charge_set_hours(struct charge_line *line, const struct charge_amount *amount);

/* Whether the line has hours, at most CHARGE_MAX_HOURS either way. */
bool charge_line_fits(const struct charge_line *line);

/* qsort() comparison of two struct charge_line by (day, id), the order in which they are
 * charged. */
int charge_line_compare(const void *left, const void *right);

/* Charges the lines of `ticket` as of `today`: fills ret_charges, with room for ticket->n_lines, in
 * the lines' order. Returns the minutes that the CHARGE_HELD lines would be charged together. */
minutes charge_ticket_lines(const struct charge_ticket *ticket, const struct charge_policy *policy,
                            civil_day today, struct charge *ret_charges);

#endif
