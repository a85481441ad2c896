/* charge.c - what timesheet lines cost: which count, and how they are rounded to steps. */
#include "qualiodoo/core/charge.h"

#include "qualiodoo/core/duration.h"

int charge_line_compare(const void *left, const void *right)
{
    const struct charge_line *a = left, *b = right;

    if (a->day != b->day)
        return a->day < b->day ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

void charge_set_hours(struct charge_line *line, const struct charge_amount *amount)
{
    bool in_hours = !amount->hour_unit || !amount->unit || amount->unit == amount->hour_unit;
    bool is_time = amount->same_kind && amount->unit_factor > 0 && amount->hour_factor > 0;

    line->hours = amount->amount;
    line->quantity = amount->is_number ? QUANTITY_HOURS : QUANTITY_NO_NUMBER;
    if (in_hours)
        return;
    if (is_time)
        line->hours = quantity_in_unit(amount->amount, amount->unit_factor, amount->hour_factor,
                                       amount->absolute);
    else
        line->quantity = QUANTITY_NO_TIME;
}

bool charge_line_fits(const struct charge_line *line)
{
    const nano most = CHARGE_MAX_HOURS * NANO_ONE;

    return line->quantity == QUANTITY_HOURS && line->hours >= -most && line->hours <= most;
}

static enum charge_reason line_reason(const struct charge_ticket *ticket,
                                      const struct charge_line *line,
                                      const struct charge_policy *policy, civil_day today)
{
    if (line->day > today)
        return CHARGE_FUTURE;
    if (ticket->excluded)
        return CHARGE_EXCLUDED;
    if (line->outside)
        return CHARGE_OUTSIDE;
    if (policy->has_since && line->day < policy->since)
        return CHARGE_BEFORE_SINCE;
    if (line->quantity == QUANTITY_NO_TIME)
        return CHARGE_NO_TIME;
    if (!charge_line_fits(line))
        return CHARGE_UNFIT;
    if (!policy->from_response || ticket->born_closed)
        return CHARGE_COUNTED;
    if (!ticket->has_response || ticket->response > today)
        return CHARGE_HELD;
    return line->day < ticket->response ? CHARGE_BEFORE_RESPONSE : CHARGE_COUNTED;
}

/* The ticket's whole charge with this line; `charged` is its charge without it. */
static minutes charged_so_far(minutes charged, const struct charge *charge,
                              const struct charge_policy *policy)
{
    if (policy->by_entry) {
        charged += duration_step_away(charge->recorded, policy->step);
        return charged > 0 ? charged : 0; /* never gives back more than was charged */
    }
    return charge->running > 0 ? duration_step_up(charge->running, policy->step) : 0;
}

minutes charge_ticket_lines(const struct charge_ticket *ticket, const struct charge_policy *policy,
                            civil_day today, struct charge *ret_charges)
{
    minutes running = 0, charged = 0, held = 0;

    for (size_t i = 0; i < ticket->n_lines; i++) {
        const struct charge_line *line = &ticket->lines[i];
        struct charge *charge = &ret_charges[i];
        minutes before = charged;

        *charge = (struct charge){
            .line = line->id,
            .reason = line_reason(ticket, line, policy, today),
            .recorded = line->quantity == QUANTITY_HOURS ? duration_minutes(line->hours) : 0,
            .running = running};
        if (charge->reason != CHARGE_COUNTED && charge->reason != CHARGE_HELD)
            continue;
        running += charge->recorded;
        charge->running = running;
        charged = charged_so_far(charged, charge, policy);
        charge->charged = charged - before;
        if (charge->reason == CHARGE_HELD)
            held += charge->charged;
    }
    return held;
}
