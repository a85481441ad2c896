/* cycle_report.c - what a cycle did, for its report. */
#include "cycle_report.h"

#include <stdlib.h>
#include <string.h>

#include "qualiodoo/lookup.h"

int cycle_report_open(struct cycle_report *report, struct error *error)
{
    *report = (struct cycle_report){
        .checked = json_object(),
        .created = json_object(),
        .updated = json_object(),
        .deleted = json_object(),
        .accounts_changed = json_array(),
        .moves = json_array(),
        .differences = json_array(),
        .events = json_array(),
        .lost = json_array(),
        .written = json_array(),
        .revoked = json_array(),
        .revoked_because = json_array(),
        .lease_in_ms = -1,
    };
    if (report->checked && report->created && report->updated && report->deleted &&
        report->accounts_changed && report->moves && report->differences && report->events &&
        report->lost && report->written && report->revoked && report->revoked_because)
        return 0;
    return error_memory(error);
}

void cycle_report_free(struct cycle_report *report)
{
    json_decref(report->checked);
    json_decref(report->created);
    json_decref(report->updated);
    json_decref(report->deleted);
    json_decref(report->accounts_changed);
    json_decref(report->moves);
    json_decref(report->differences);
    json_decref(report->events);
    json_decref(report->lost);
    json_decref(report->written);
    json_decref(report->revoked);
    json_decref(report->revoked_because);
    *report = (struct cycle_report){0};
}

void cycle_report_event(struct cycle_report *report, const char *event, int64_t ticket,
                        int64_t customer, minutes amount)
{
    json_t *found = json_pack("{ss}", "event", event);

    if (ticket)
        json_object_set_new(found, "ticket", json_integer(ticket));
    if (customer) {
        json_object_set_new(found, "customer", json_integer(customer));
        json_object_set_new(found, "minutes", json_integer(amount));
    }
    json_array_append_new(report->events, found);
}

void cycle_report_undo_events(struct cycle_report *report, size_t count)
{
    while (json_array_size(report->events) > count)
        json_array_remove(report->events, json_array_size(report->events) - 1);
}

bool cycle_report_drift(const struct cycle_report *report)
{
    return json_object_size(report->created) || json_object_size(report->updated) ||
           json_object_size(report->deleted) || json_array_size(report->accounts_changed);
}

json_t *cycle_report_json(const struct cycle_report *report)
{
    return json_pack(
        "{sO sO sO sO sI sO s{sI sI} s{sI sI sI} sb sI sO sO sO sO sO}", "checked", report->checked,
        "created", report->created, "updated", report->updated, "deleted", report->deleted,
        "accounts_recomputed", (json_int_t)report->accounts_recomputed, "accounts_changed",
        report->accounts_changed, "breaches", "new", (json_int_t)report->breaches_new, "cleared",
        (json_int_t)report->breaches_cleared, "writes", "queued", (json_int_t)report->writes_queued,
        "sent", (json_int_t)report->writes_sent, "refused", (json_int_t)report->writes_refused,
        "drift", cycle_report_drift(report), "duration_ms", (json_int_t)report->duration_ms,
        "moves", report->moves, "revoked", report->revoked, "revoked_because",
        report->revoked_because, "lost", report->lost, "written", report->written);
}

/* Every list holds objects with "ticket" or "customer"; ids without a name keep their id alone. */
static int name_each(json_t *list, struct store *store, struct error *error)
{
    json_t *found;
    size_t i;
    int rc = 0;

    json_array_foreach(list, i, found)
    {
        int64_t ticket = json_integer_value(json_object_get(found, "ticket"));
        int64_t customer = json_integer_value(json_object_get(found, "customer"));
        char *name = NULL;

        if (ticket)
            rc = lookup_ticket_number(store, ticket, &name, error);
        else if (customer)
            rc = lookup_partner_name(store, customer, &name, error);
        if (rc < 0)
            return rc;
        if (name)
            json_object_set_new(found, "name", json_string(name));
        free(name);
    }
    return 0;
}

int cycle_report_name(struct cycle_report *report, struct store *store, struct error *error)
{
    int rc = name_each(report->events, store, error);

    if (rc == 0)
        rc = name_each(report->lost, store, error);
    return rc < 0 ? rc : name_each(report->written, store, error);
}

void cycle_report_lost(struct cycle_report *report, int64_t account, minutes before, minutes after)
{
    json_array_append_new(report->lost,
                          json_pack("{sI sI sI}", "customer", (json_int_t)account, "before_minutes",
                                    (json_int_t)before, "after_minutes", (json_int_t)after));
}

void cycle_report_written(struct cycle_report *report, const struct outbox_row *row)
{
    bool credit = strcmp(row->model, "res.partner") == 0 || row->part == OUTBOX_ACCOUNT;

    report->writes_sent++;
    json_array_append_new(report->written,
                          json_pack("{ss ss sI}", "part", outbox_part_name(row->part), "key",
                                    row->key, credit ? "customer" : "ticket",
                                    (json_int_t)row->subject));
}
