/* cycle_outcome.c - how a cycle ended: for its report, and in the state for `status`. */
#include "cycle_outcome.h"

#include <stdlib.h>
#include <string.h>

#include "qualiodoo/store/audit.h"
#include "qualiodoo/store/lookup.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/json_build.h"

/* Most differences in the report; the audit trail has them all. */
#define DIFFERENCES_SHOWN 200

struct differences {
    struct store *store;
    struct cycle_report *report;
    bool first; /* a first pull: new rows are left out, as everything is new */
    struct error *error;
};

static int add_difference(void *context, const struct audit_row *row)
{
    struct differences *differences = context;
    struct cycle_report *report = differences->report;
    char *name = NULL;
    json_t *text;
    int rc;

    if ((differences->first && !row->before) || report->n_differences++ >= DIFFERENCES_SHOWN)
        return 0;
    rc = lookup_partner_name(differences->store, row->account, &name, differences->error);
    if (rc < 0)
        return rc;
    if (row->before && row->after && strcmp(row->before, row->after) == 0)
        text = json_sprintf("%s (%lld), %s: %s as before, by other movements (%s)",
                            name ? name : "customer", (long long)row->account, row->subject,
                            row->after, row->cause);
    else
        text = json_sprintf("%s (%lld), %s: %s -> %s (%s)", name ? name : "customer",
                            (long long)row->account, row->subject,
                            row->before ? row->before : "nothing",
                            row->after ? row->after : "nothing", row->cause);
    json_build_add(&report->differences, text);
    free(name);
    return 0;
}

int cycle_outcome_tell(struct cycle_report *report, const struct cycle_outcome *outcome,
                       struct error *error)
{
    struct differences differences = {
        .store = outcome->store, .report = report, .first = outcome->first_pulls, .error = error};
    int rc = audit_each(outcome->store, outcome->last_audit, add_difference, &differences, error);

    if (rc == 0)
        rc = cycle_report_name(report, outcome->store, error);
    return rc < 0 ? rc : cycle_report_check(report, error);
}

/* Saves when the state's first cycle succeeded. That was a first pull, which reads everything:
 * until the first reconcile, its age is the age of the data. */
static void note_first_success(struct store *store, const char *now)
{
    struct error ignored;
    char *last = NULL;

    if (store_meta_get(store, "last_success", &last, &ignored) == 0 && !last)
        store_meta_set(store, "first_success", now, &ignored);
    free(last);
}

void cycle_outcome_note(struct store *store, const struct error *error, bool reconcile)
{
    char now[INSTANT_TEXT_SIZE];
    struct error ignored;

    instant_format(clock_real(), now);
    store_meta_set(store, "last_outcome", error->code == 0 ? "done" : "failed", &ignored);
    if (error->code == 0) {
        note_first_success(store, now);
        store_meta_set(store, "last_success", now, &ignored);
        if (reconcile)
            store_meta_set(store, "last_reconcile", now, &ignored);
        return;
    }
    store_meta_set(store, "last_error_at", now, &ignored);
    store_meta_set(store, "last_error", error->message, &ignored);
}

void cycle_outcome_protocol(struct store *store, const char *name)
{
    struct error ignored;
    char *known = NULL;

    if (store_meta_get(store, "protocol", &known, &ignored) == 0 &&
        (!known || strcmp(known, name) != 0))
        store_meta_set(store, "protocol", name, &ignored);
    free(known);
}
