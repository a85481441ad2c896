/* cycle_report.c - what a cycle did. */
#include "qualiodoo/cycle/cycle_report.h"

#include <stdlib.h>

#include "qualiodoo/store/lookup.h"

int cycle_report_open(struct cycle_report *report, struct error *error)
{
    int rc;

    *report = (struct cycle_report){.differences = json_array(), .lease_in_ms = -1};
    rc = report->differences ? pull_report_open(&report->pull, error) : error_memory(error);
    if (rc == 0)
        rc = compute_report_open(&report->compute, error);
    return rc < 0 ? rc : writeback_report_open(&report->writeback, error);
}

int cycle_report_check(const struct cycle_report *report, struct error *error)
{
    int rc = pull_report_check(&report->pull, error);

    if (rc == 0)
        rc = compute_report_check(&report->compute, error);
    if (rc == 0)
        rc = writeback_report_check(&report->writeback, error);
    return rc < 0 || report->differences ? rc : error_memory(error);
}

void cycle_report_free(struct cycle_report *report)
{
    pull_report_free(&report->pull);
    compute_report_free(&report->compute);
    writeback_report_free(&report->writeback);
    json_decref(report->differences);
    *report = (struct cycle_report){0};
}

bool cycle_report_drift(const struct cycle_report *report)
{
    return pull_report_changed(&report->pull) || json_array_size(report->compute.accounts_changed);
}

json_t *cycle_report_json(const struct cycle_report *report)
{
    const struct pull_report *pull = &report->pull;
    const struct compute_report *compute = &report->compute;
    const struct writeback_report *writeback = &report->writeback;

    return json_pack(
        "{sO sO sO sO sI sO s{sI sI} s{sI sI sI} sb sI sO sO sO sO sO}", "checked", pull->checked,
        "created", pull->created, "updated", pull->updated, "deleted", pull->deleted,
        "accounts_recomputed", (json_int_t)compute->accounts_recomputed, "accounts_changed",
        compute->accounts_changed, "breaches", "new", (json_int_t)compute->breaches_new, "cleared",
        (json_int_t)compute->breaches_cleared, "writes", "queued", (json_int_t)writeback->queued,
        "sent", (json_int_t)writeback->sent, "refused", (json_int_t)writeback->refused, "drift",
        cycle_report_drift(report), "duration_ms", (json_int_t)report->duration_ms, "moves",
        pull->moves, "revoked", compute->revoked, "revoked_because", compute->revoked_because,
        "lost", compute->lost, "written", writeback->written);
}

/* Adds "name" to the objects of a list, which have "ticket" or "customer". An id without a name in
 * the state gets none. */
static int name_each(json_t *list, struct store *store, struct error *error)
{
    json_t *found;
    size_t i;
    int rc = 0;

    json_array_foreach(list, i, found) {
        int64_t ticket = json_integer_value(json_object_get(found, "ticket"));
        int64_t customer = json_integer_value(json_object_get(found, "customer"));
        char *name = NULL;

        if (ticket)
            rc = lookup_ticket_number(store, ticket, &name, error);
        else if (customer)
            rc = lookup_partner_name(store, customer, &name, error);
        if (rc < 0)
            return rc;
        if (name && json_object_set_new(found, "name", json_string(name)) < 0)
            rc = error_memory(error);
        free(name);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int cycle_report_name(struct cycle_report *report, struct store *store, struct error *error)
{
    int rc = name_each(report->compute.events, store, error);

    if (rc == 0)
        rc = name_each(report->compute.lost, store, error);
    return rc < 0 ? rc : name_each(report->writeback.written, store, error);
}
