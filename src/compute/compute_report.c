/* compute_report.c - adds the events and the lost credit of a cycle to its report, and takes them
 * back when its transaction fails. */
#include "qualiodoo/compute/compute_report.h"
#include "qualiodoo/util/json_build.h"

int compute_report_open(struct compute_report *report, struct error *error)
{
    *report = (struct compute_report){
        .accounts_changed = json_array(),
        .lost = json_array(),
        .revoked = json_array(),
        .revoked_because = json_array(),
        .events = json_array(),
    };
    return compute_report_check(report, error);
}

int compute_report_check(const struct compute_report *report, struct error *error)
{
    return report->accounts_changed && report->lost && report->revoked && report->revoked_because &&
                   report->events
               ? 0
               : error_memory(error);
}

void compute_report_free(struct compute_report *report)
{
    json_decref(report->accounts_changed);
    json_decref(report->lost);
    json_decref(report->revoked);
    json_decref(report->revoked_because);
    json_decref(report->events);
    *report = (struct compute_report){0};
}

void compute_report_event(struct compute_report *report, const char *event, int64_t ticket,
                          int64_t customer, minutes amount)
{
    json_t *found = json_pack("{ss}", "event", event);

    if (ticket)
        json_build_set(&found, "ticket", json_integer(ticket));
    if (customer) {
        json_build_set(&found, "customer", json_integer(customer));
        json_build_set(&found, "minutes", json_integer(amount));
    }
    json_build_add(&report->events, found);
}

static void shorten(json_t *list, size_t count)
{
    while (json_array_size(list) > count)
        json_array_remove(list, json_array_size(list) - 1);
}

void compute_report_undo_events(struct compute_report *report, size_t count)
{
    shorten(report->events, count);
}

static minutes above_zero(minutes amount)
{
    return amount > 0 ? amount : 0;
}

void compute_report_lost(struct compute_report *report, int64_t account,
                         const struct results_change *change)
{
    minutes lost = change->before - change->after - above_zero(change->consumed);
    minutes unexplained = lost - above_zero(change->expired);
    json_int_t before = change->before, after = change->after;

    if (lost <= 0)
        return;
    json_build_add(&report->lost, json_pack("{sI sI sI}", "customer", (json_int_t)account,
                                            "before_minutes", before, "after_minutes", after));
    if (unexplained > 0)
        json_build_add(&report->events,
                       json_pack("{ss sI sI sI sI}", "event", "lost", "customer",
                                 (json_int_t)account, "minutes", (json_int_t)unexplained,
                                 "before_minutes", before, "after_minutes", after));
}

struct compute_report_mark compute_report_mark(const struct compute_report *report)
{
    return (struct compute_report_mark){.n_changed = json_array_size(report->accounts_changed),
                                        .n_lost = json_array_size(report->lost),
                                        .n_events = json_array_size(report->events)};
}

void compute_report_undo(struct compute_report *report, struct compute_report_mark mark)
{
    shorten(report->accounts_changed, mark.n_changed);
    shorten(report->lost, mark.n_lost);
    shorten(report->events, mark.n_events);
}
