/* charge.h - what the timesheet lines of a ticket cost (DOMAIN.md, section 4). Pure. */
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
    civil_day since;
};

/* More than this in one line, either way, is no work of a person: it is not charged. */
#define CHARGE_MAX_HOURS 10000

enum charge_quantity {
    QUANTITY_HOURS,
    QUANTITY_NO_TIME,   /* in a unit that is no time: kilometres, units */
    QUANTITY_NO_NUMBER, /* what Odoo holds is no number that can be read */
};

struct charge_line {
    int64_t id; /* account.analytic.line */
    civil_day day;
    nano hours; /* signed; with QUANTITY_HOURS */
    enum charge_quantity quantity;
    bool outside; /* timesheets.domain */
};

struct charge_ticket {
    int64_t id;
    bool excluded;    /* by tag or domain */
    bool born_closed; /* created in a closed stage: answered before it was recorded, all counts */
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
    CHARGE_UNFIT, /* no number, or more than CHARGE_MAX_HOURS */
    CHARGE_HELD,  /* waits for a response: `charged` is what it would cost */
};

struct charge {
    int64_t line;
    enum charge_reason reason;
    minutes recorded; /* the line, to the nearest minute */
    minutes running;  /* the ticket's running total after it (rounding: ticket) */
    minutes charged;  /* signed; the line's part of the bill */
};

/* The amount of a timesheet line as Odoo keeps it. */
struct charge_amount {
    bool is_number; /* else nothing of the rest counts */
    nano amount;
    int64_t unit, hour_unit; /* uom.uom: the line's and Odoo's "Hours"; 0: none, or not known */
    bool same_kind;          /* the unit is one of time, as "Hours" is */
    nano unit_factor, hour_factor; /* 0: not known */
    bool absolute;                 /* factors as quantity_in_unit() takes them */
};

/* Fills in `hours` and `quantity` of a line. Without a unit, or where Odoo's unit "Hours" is not
 * known, amounts are hours; in a unit that is no time, the line has none. */
void charge_set_hours(struct charge_line *line, const struct charge_amount *amount);

/* Whether the quantity of a line is a number of hours that a line can have. */
bool charge_line_fits(const struct charge_line *line);

/* Orders lines by (day, id), the order in which they are charged. */
int charge_line_compare(const void *left, const void *right);

/* Fills one `struct charge` per line of the ticket, in order. Returns the minutes held: what the
 * held lines would be charged together. */
minutes charge_ticket_lines(const struct charge_ticket *ticket, const struct charge_policy *policy,
                            civil_day today, struct charge *ret_charges);

#endif
