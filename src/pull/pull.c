/* pull.c - one pull: the models in their order. listing.c decides which records of each are read,
 * page.c stores them, cursor.c keeps how far each has come. */
#include "qualiodoo/pull/pull.h"

#include <stdlib.h>

#include "compare.h"
#include "holders.h"
#include "listing.h"
#include "page.h"
#include "parts.h"
#include "pull_progress.h"
#include "qualiodoo/pull/identity.h"
#include "qualiodoo/pull/packs.h"
#include "qualiodoo/pull/record.h"
#include "qualiodoo/pull/settings.h"
#include "qualiodoo/store/evidence.h"
#include "qualiodoo/store/mirror_sets.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/log.h"
#include "qualiodoo/util/progress.h"
#include "vanished.h"

/* Records of the model that were read since the report was opened. */
static int64_t records_read(const struct pull *pull, const struct model *model)
{
    return pull_report_checked(pull->report, model_remote(model, pull->flavour));
}

static int pull_model(struct pull *pull, const struct model *model, struct error *error)
{
    int64_t began = clock_monotonic_ms(), before = records_read(pull, model);
    int rc;

    if (pull->whole && pull->fields[model - models])
        pull_progress_show(pull, model);
    rc = listing_read(pull, model, error);
    if (rc == 0 && pull->fields[model - models])
        log_step("pulled %s: %lld records, %lld ms", model->table.name,
                 (long long)(records_read(pull, model) - before),
                 (long long)(clock_monotonic_ms() - began));
    return rc;
}

/* Leaves out, in a quick pull, what changes rarely. */
static int pull_due(struct pull *pull, enum model_id id, struct error *error)
{
    return pull->quick && models[id].seldom ? 0 : pull_model(pull, &models[id], error);
}

/* Reads the models again of which a row of this pull refers to a record that the mirror lacks: a
 * ticket in a new stage, a payment in a new journal. What is `swept` (attendances and leaves) comes
 * after the calendars and is read with them. */
static int pull_lacking(struct pull *pull, struct error *error)
{
    bool lacks = false;
    int rc = 0;

    for (enum model_id id = MODEL_UNIT; id <= MODEL_LEAVE && rc == 0; id++) {
        if (!models[id].swept)
            rc = settings_lack(pull, id, &lacks, error);
        if (rc == 0 && lacks)
            rc = pull_model(pull, &models[id], error);
    }
    return rc;
}

/* Sets the ids that replace `name` ("@products") in domains. */
static void set_ids(struct pull *pull, const char *name, const struct ids *ids)
{
    json_build_set(&pull->ids, name, json_build_ids(ids->items, ids->count));
}

static int set_customer_ids(struct pull *pull, const char *name, enum mirror_set set,
                            struct error *error)
{
    struct ids ids = {0};
    int rc;

    if (!pull->n_customers)
        return 0;
    rc = mirror_set_ids(
        pull->store, (struct mirror_set_of){set, pull->customers, pull->n_customers}, &ids, error);
    if (rc == 0)
        set_ids(pull, name, &ids);
    free(ids.items);
    return rc;
}

/* "@products": the mirrored products. */
static int set_products(struct pull *pull, struct error *error)
{
    struct ids ids = {0};
    int rc = mirror_ids(pull->store, &models[MODEL_PRODUCT].table, &ids, error);

    if (rc == 0)
        set_ids(pull, "@products", &ids);
    free(ids.items);
    return rc;
}

/* Sets pull->held. With --force for all customers it stays empty: a product that is no longer a
 * pack then leaves the mirror, and its lots are lost. */
static int set_held(struct pull *pull, struct error *error)
{
    free(pull->held.items);
    pull->held = (struct ids){0};
    if (pull->force && !pull->n_customers)
        return 0;
    return evidence_products(pull->store, &pull->held, error);
}

/* The pack lines. A line of a pack that was sold before its product was mirrored makes the product
 * known, and all lines of that product are due then. */
static int pull_pack_lines(struct pull *pull, struct error *error)
{
    json_t *before = json_incref(json_object_get(pull->ids, "@products"));
    int rc = pull_model(pull, &models[MODEL_MOVE_LINE], error);

    if (rc == 0)
        rc = pull_lacking(pull, error);
    if (rc == 0)
        rc = set_products(pull, error);
    if (rc == 0 && !json_equal(before, json_object_get(pull->ids, "@products")))
        rc = pull_model(pull, &models[MODEL_MOVE_LINE], error);
    json_decref(before);
    return rc;
}

/* In a quick pull the rows are counted only when one was read: the model may have been removed and
 * made again. */
static int pull_adjustment_rows(struct pull *pull, struct error *error)
{
    const struct model *model = &models[listing_adjustment_model(pull)];
    int64_t before = records_read(pull, model);
    int rc = pull_model(pull, model, error);

    if (rc < 0 || (pull->quick && records_read(pull, model) == before))
        return rc;
    return vanished_adjustments(pull, error);
}

/* Pulls the partners. Comes last, as the rows of the other models say which partners are needed. */
static int pull_partners(struct pull *pull, struct error *error)
{
    int rc = pull_model(pull, &models[MODEL_PARTNER], error);

    if (rc == 0 && !pull->quick)
        rc = vanished_partners(pull, error);
    return rc < 0 ? rc : holders_follow(pull, error);
}

/* Lines and settlements of changed tickets and invoices: Odoo deletes them without a trace. */
static int pull_parts(struct pull *pull, struct error *error)
{
    int64_t began = clock_monotonic_ms();
    int rc = parts_of_tickets(pull, error);

    if (rc == 0)
        rc = parts_of_moves(pull, error);
    if (rc == 0)
        log_step("pulled the parts of changed tickets and invoices: %lld ms",
                 (long long)(clock_monotonic_ms() - began));
    return rc;
}

/* The balances shown in Odoo; forgets the mirror when their model is gone. */
static int pull_shown(struct pull *pull, struct error *error)
{
    if (!pull->fields[MODEL_SHOWN])
        return mirror_forget(pull->store, &models[MODEL_SHOWN].table, error);
    return pull->config->writeback.balance_fields ? pull_due(pull, MODEL_SHOWN, error) : 0;
}

/* The tickets and what belongs to them and to invoices. */
static int pull_facts(struct pull *pull, struct error *error)
{
    int rc = pull_model(pull, &models[MODEL_TICKET], error);

    if (rc == 0)
        rc = set_customer_ids(pull, "@tickets", SET_CUSTOMER_TICKETS, error);
    if (rc == 0)
        rc = pull_model(pull, &models[MODEL_TIMESHEET], error);
    if (rc == 0)
        rc = pull_model(pull, &models[MODEL_REPLY], error);
    if (rc == 0)
        rc = pull_pack_lines(pull, error);
    if (rc == 0)
        rc = pull_model(pull, &models[MODEL_DOWN_PAYMENT], error);
    if (rc == 0)
        rc = pull_model(pull, &models[MODEL_MOVE], error);
    if (rc == 0)
        rc = pull_parts(pull, error);
    if (rc == 0)
        rc = pull_model(pull, &models[MODEL_PAYMENT], error);
    return rc < 0 ? rc : pull_lacking(pull, error);
}

static int pull_models(struct pull *pull, struct error *error)
{
    instant began = clock_real();
    int rc = set_held(pull, error);

    if (rc == 0)
        rc = set_products(pull, error);
    for (enum model_id id = MODEL_UNIT; id <= MODEL_LEAVE && rc == 0; id++)
        rc = pull_due(pull, id, error);
    if (rc == 0)
        rc = set_products(pull, error);
    if (rc == 0)
        rc = packs_log_missing(pull->store, pull->config, error);
    if (rc == 0)
        rc = pull_facts(pull, error);
    if (rc == 0)
        rc = set_customer_ids(pull, "@partners", SET_CUSTOMER_PARTNERS, error);
    if (rc == 0)
        rc = pull_adjustment_rows(pull, error);
    if (rc == 0)
        rc = pull_due(pull, MODEL_MARKER, error);
    if (rc == 0)
        rc = pull_shown(pull, error);
    if (rc == 0)
        rc = pull_partners(pull, error);
    return rc < 0 || pull->quick ? rc : settings_read(pull, began, error);
}

int pull_run(struct pull *pull, struct error *error)
{
    int rc;

    pull->whole = true;
    rc = pull->full && !pull->n_customers ? mirror_look_everywhere(pull->store, error) : 0;
    if (rc == 0)
        rc = compare_open(pull, error);
    if (rc == 0)
        rc = pull_models(pull, error);
    pull->whole = false;
    progress_part(0, 0);
    return rc < 0 ? rc : compare_close(pull, error);
}

int pull_adjustments(struct pull *pull, int64_t customer, struct error *error)
{
    struct page page = {.pull = pull, .model = &models[MODEL_PARTNER], .log = true};
    int rc = pull_adjustment_rows(pull, error);

    if (rc == 0)
        rc = page_read(&page, &customer, 1, error);
    page_close(&page); /* gone already? the next pull confirms it */
    if (rc == 0)
        rc = listing_needed(pull, page.model, error);
    if (rc == 0)
        rc = vanished_partners(pull, error);
    return rc < 0 ? rc : holders_follow(pull, error);
}

int pull_tickets(struct pull *pull, const struct ids *tickets, struct error *error)
{
    struct page page = {.pull = pull, .model = &models[MODEL_TICKET], .log = true};
    int rc = page_read(&page, tickets->items, tickets->count, error);

    if (rc == 0)
        rc = page_delete_gone(&page, error);
    page_close(&page);
    if (rc == 0)
        rc = parts_replies(pull, tickets, error);
    if (rc == 0)
        rc = parts_of_tickets(pull, error);
    if (rc == 0)
        rc = pull_lacking(pull, error);
    if (rc == 0) /* the authors of new messages */
        rc = listing_needed(pull, &models[MODEL_PARTNER], error);
    return rc;
}

int pull_read_back(struct pull *pull, const struct pull_written *written, struct error *error)
{
    struct page page = {.pull = pull, .model = &models[MODEL_PARTNER], .log = true};
    struct page rows = {.pull = pull, .model = &models[MODEL_SHOWN], .log = true};
    int rc = written->tickets->count ? pull_tickets(pull, written->tickets, error) : 0;

    if (rc == 0)
        rc = page_read(&page, written->partners->items, written->partners->count, error);
    page_close(&page); /* gone already? the next pull confirms it */
    if (rc == 0)
        rc = page_read(&rows, written->shown->items, written->shown->count, error);
    if (rc == 0)
        rc = page_delete_gone(&rows, error);
    page_close(&rows);
    return rc < 0 ? rc : pull_model(pull, &models[MODEL_MARKER], error);
}

static bool schema_may_be_old(int rc)
{
    return rc == ERR_MISSING_FIELD || rc == ERR_MISSING_MODEL || rc == ERR_FAULT ||
           rc == ERR_ACCESS_RIGHTS;
}

int pull_open_and_run(struct pull *pull, struct error *error)
{
    int rc = pull_open(pull, error);

    if (rc == 0)
        rc = pull_run(pull, error);
    if (pull->schema_kept && schema_may_be_old(rc)) {
        rc = identity_confirm(pull, error);
        if (rc == 0)
            rc = pull_forget_schema(pull, error);
        pull_close(pull);
        if (rc == 0)
            rc = pull_open(pull, error);
        if (rc == 0)
            rc = pull_run(pull, error);
    }
    return rc;
}
