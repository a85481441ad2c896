/* health.c - reads the figures for a monitor. */
#include "qualiodoo/store/health.h"

#include <stdio.h>
#include <stdlib.h>

#include "qualiodoo/store/lookup.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/store/targets.h"
#include "qualiodoo/store/transactions.h"
#include "qualiodoo/util/civil.h"
#include "statements.h"

static int read_mirrors(struct store *store, struct health *health, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(
        store, "SELECT mirror, first_done, pulled_at FROM cursor ORDER BY mirror LIMIT ?1",
        &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int(statement, 1, HEALTH_MIRRORS_MAX);
    while ((rc = store_step(store, statement, error)) == 1) {
        struct health_mirror *mirror = &health->mirrors[health->n_mirrors++];

        snprintf(mirror->name, sizeof mirror->name, "%s", column_text(statement, 0));
        mirror->complete = sqlite3_column_int(statement, 1);
        mirror->pulled_at = sqlite3_column_int64(statement, 2);
    }
    return rc;
}

static int read_reconciled(struct store *store, struct health *health, struct error *error)
{
    char *text = NULL;
    int rc = store_meta_get(store, "last_reconcile", &text, error);

    if (text && !instant_parse_iso(text, &health->reconciled_at))
        health->reconciled_at = 0;
    free(text);
    return rc;
}

_Static_assert(SLA_BREACHED == 3, "the index target_breached and its query know the number");

static int read_all(struct store *store, struct health *health, struct error *error)
{
    const struct store_query breached = {"SELECT count(*) FROM target WHERE state = 3"};
    struct state_summary summary = {0};
    bool found;
    int rc = read_mirrors(store, health, error);

    if (rc == 0)
        rc = outbox_count(store, &health->writes, error);
    if (rc == 0)
        rc = store_integer(store, breached, &found, &health->breached, error);
    if (rc == 0)
        rc = targets_deadline(store, &health->has_deadline, &health->deadline, error);
    if (rc == 0)
        rc = read_reconciled(store, health, error);
    if (rc == 0)
        rc = lookup_summary(store, &summary, error);
    health->accounts = summary.accounts;
    health->unreadable = summary.unreadable;
    return rc;
}

int health_read(struct store *store, struct health *ret, struct error *error)
{
    struct health health = {0};
    int rc = store_begin(store, error);

    if (rc < 0)
        return rc;
    rc = read_all(store, &health, error);
    store_rollback(store); /* ends the read transaction */
    if (rc == 0)
        *ret = health;
    return rc;
}
