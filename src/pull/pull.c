/* pull.c - what changed in Odoo since the last pull, or everything. cursor.c keeps where each model
 * stands. */
#include "qualiodoo/pull/pull.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/pull/packs.h"
#include "qualiodoo/store/evidence.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/log.h"
#include "qualiodoo/util/progress.h"

static json_t *changed_since(const char *low)
{
    return low ? json_pack("[[sss]]", "write_date", ">=", low) : json_array();
}

/* Of the rows that Odoo lists no more: confirmed one by one, those that are gone are doomed. */
static int confirm_vanished(struct pull *pull, const struct model *model, const struct ids *remote,
                            const struct ids *local, struct error *error)
{
    struct page gone = {.pull = pull,
                        .model = model,
                        .log = !pull->first_pulls,
                        .out_of_scope = model->swept || (pull->full && !pull->n_customers)};
    struct ids vanished = {0};
    int rc = 0;

    pull->doomed.count = 0;
    for (size_t i = 0; i < local->count && rc == 0; i++)
        if (!ids_contain(remote->items, remote->count, local->items[i]))
            rc = ids_add(&vanished, local->items[i]) < 0 ? error_memory(error) : 0;
    if (rc == 0)
        rc = page_read(&gone, vanished.items, vanished.count, error);
    free(vanished.items);
    return rc < 0 ? rc : page_check_doomed(pull, model, error);
}

int pull_relist(struct pull *pull, const struct model *model, const struct ids *remote,
                const struct ids *local, struct error *error)
{
    struct page page = {.pull = pull, .model = model, .log = !pull->first_pulls};
    int rc = confirm_vanished(pull, model, remote, local, error);

    if (rc == 0)
        rc = page_read(&page, remote->items, remote->count, error);
    if (rc == ERR_ACCESS_RIGHTS)
        error_prefix(error,
                     "records of %s that were readable are hidden now: the agent's user lost "
                     "rights in Odoo (nothing was deleted here)",
                     model_remote(model, pull->flavour));
    if (rc == 0)
        rc = page_bury(pull, model, error);
    memcpy(pull->high, page.high, sizeof pull->high);
    return rc;
}

/* What the mirror holds of the customers asked for, or all of it. */
static int local_ids(struct pull *pull, const struct model *model, struct ids *ret,
                     struct error *error)
{
    if (pull->n_customers && model->of_customers)
        return mirror_set_ids(pull->store, model->of_customers, pull->customers, pull->n_customers,
                              ret, error);
    return mirror_ids(pull->store, &model->table, ret, error);
}

static int search_ids(struct pull *pull, const struct model *model, const char *text, json_t *extra,
                      struct ids *ret, struct error *error)
{
    json_t *domain = pull_domain(pull, text, extra);
    int rc;

    if (!domain)
        return error_memory(error);
    progress_step("listing %s", model_remote(model, pull->flavour));
    progress_count("ids", 0, 0);
    rc = odoo_search_all(pull->odoo, model_remote(model, pull->flavour), domain, &ret->items,
                         &ret->count, error);
    json_decref(domain);
    ret->size = ret->count;
    return rc;
}

/* Rows of an earlier scope that are not in this one go, without a doubt about Odoo. */
static int drop_others(struct pull *pull, const struct model *model, const struct ids *remote,
                       const struct ids *local, struct error *error)
{
    int rc = store_begin(pull->store, error);

    for (size_t i = 0; i < local->count && rc == 0; i++)
        if (!ids_contain(remote->items, remote->count, local->items[i]))
            rc = mirror_delete(pull->store, &model->table, local->items[i], error);
    if (rc == 0)
        rc = store_commit(pull->store, error);
    if (rc < 0)
        store_rollback(pull->store);
    return rc;
}

/* The domain of a full list. Products are listed with those that are mirrored, which may have left
 * the packs: page.c says which of them stay. */
static const char *list_domain(const struct model *model)
{
    return model == &models[MODEL_PRODUCT] ? model->change_domain : model->domain;
}

/* The first pull: every id after the last one stored, page by page. */
static int pull_first(struct pull *pull, const struct model *model, struct mirror_cursor *cursor,
                      struct page *page, struct error *error)
{
    json_t *after = json_pack("[[ssI]]", "id", ">", (json_int_t)cursor->resume_id);
    struct ids remote = {0}, local = {0};
    int rc = after ? 0 : error_memory(error);

    if (rc == 0)
        rc = search_ids(pull, model, list_domain(model), after, &remote, error);
    json_decref(after);
    if (rc == 0)
        rc = mirror_ids(pull->store, &model->table, &local, error);
    if (rc < 0)
        goto done;
    if (cursor->resume_id == 0)
        rc = drop_others(pull, model, &remote, &local, error);
    page->cursor = cursor;
    if (rc == 0)
        rc = page_read(page, remote.items, remote.count, error);
    if (rc == 0)
        rc = page_bury(pull, model, error);
done:
    free(remote.items);
    free(local.items);
    return rc;
}

static int pull_changes(struct pull *pull, const struct model *model,
                        const struct mirror_cursor *cursor, struct page *page, struct error *error)
{
    char *low = NULL;
    json_t *since = NULL;
    const char *text = model->change_domain ? model->change_domain : model->domain;
    struct ids remote = {0}, local = {0};
    size_t kept = 0;
    int rc = pull_cursor_low(pull, cursor, &low, error);

    if (rc == 0 && !(since = changed_since(low)))
        rc = error_memory(error);
    if (rc == 0)
        rc = search_ids(pull, model, text, since, &remote, error);
    if (rc == 0 && model->kind == MODEL_REFERENCED && remote.count) {
        rc = mirror_ids(pull->store, &model->table, &local, error);
        for (size_t i = 0; i < remote.count && rc == 0; i++)
            if (ids_contain(local.items, local.count, remote.items[i]))
                remote.items[kept++] = remote.items[i];
        remote.count = kept;
    }
    page->settled = cursor->high;
    if (rc == 0)
        rc = page_read(page, remote.items, remote.count, error);
    if (rc == 0)
        rc = page_bury(pull, model, error);
    json_decref(since);
    free(low);
    free(remote.items);
    free(local.items);
    return rc;
}

/* Everything again: of everybody, or of the customers asked for. */
static int pull_full(struct pull *pull, const struct model *model, struct error *error)
{
    struct ids remote = {0}, local = {0};
    json_t *extra = NULL;
    int rc;

    rc = local_ids(pull, model, &local, error);
    if (rc == 0 && pull->n_customers && model->customer_domain) {
        extra = model_domain(model->customer_domain, pull->flavour, pull->ids);
        pull_widen_to_holders(pull, &extra);
        if (!extra) /* without it, everybody would be listed */
            rc = error_memory(error);
    }
    if (rc == 0 && model->kind == MODEL_LISTED)
        rc = search_ids(pull, model, list_domain(model), extra, &remote, error);
    if (rc == 0)
        rc = model->kind == MODEL_LISTED ? pull_relist(pull, model, &remote, &local, error)
                                         : pull_relist(pull, model, &local, &local, error);
    json_decref(extra);
    free(remote.items);
    free(local.items);
    return rc;
}

/* A short list, of which rows vanish without a trace: all of it in one answer. */
static int pull_swept(struct pull *pull, const struct model *model, struct page *page,
                      struct error *error)
{
    struct ids remote = {0}, local = {0}, calendars = {0};
    json_t *records = NULL, *record;
    bool believed;
    size_t i;
    int rc;

    progress_step("%s", model_remote(model, pull->flavour));
    rc = ask_records(pull->odoo, model_remote(model, pull->flavour),
                     pull_domain(pull, model->domain, NULL),
                     json_incref(pull->fields[model - models]), &records, error);

    json_array_foreach(records, i, record)
    {
        if (rc == 0 && ids_add(&remote, ask_field_id(record, "id")) < 0)
            rc = error_memory(error);
    }
    if (rc == 0)
        rc = mirror_ids(pull->store, &model->table, &local, error);
    /* A list that is empty all at once is believed while the calendars are there. */
    believed = remote.count > 0;
    if (rc == 0 && !believed && local.count) {
        rc = search_ids(pull, &models[MODEL_CALENDAR], NULL, NULL, &calendars, error);
        believed = calendars.count > 0;
        free(calendars.items);
    }
    if (rc == 0 && believed)
        rc = confirm_vanished(pull, model, &remote, &local, error);
    if (rc == 0 && remote.count)
        rc = page_store(page, remote.items, remote.count, records, error);
    if (rc == 0)
        rc = page_bury(pull, model, error);
    json_decref(records);
    free(remote.items);
    free(local.items);
    return rc;
}

int pull_visible(struct pull *pull, const struct model *model, const struct ids *ids,
                 struct ids *ret, struct error *error)
{
    json_t *list = json_array(), *only;
    int rc;

    for (size_t i = 0; i < ids->count; i++)
        json_build_add(&list, json_integer(ids->items[i]));
    only = json_pack("[[sso]]", "id", "in", list);
    rc = only ? search_ids(pull, model, "[]", only, ret, error) : error_memory(error);
    json_decref(only);
    return rc;
}

static bool same_ids(const struct ids *a, const struct ids *b)
{
    return a->count == b->count &&
           (a->count == 0 || memcmp(a->items, b->items, a->count * sizeof *a->items) == 0);
}

int pull_needed(struct pull *pull, const struct model *model, struct error *error)
{
    struct ids before = {0};
    int rc = 0;

    /* A partner leads to its commercial entity: two rounds, and one that finds nothing new. */
    for (int round = 0; round < 8 && rc == 0; round++) {
        struct page page = {.pull = pull, .model = model, .log = !pull->first_pulls};
        struct ids needed = {0}, readable = {0};

        rc = mirror_set_ids(pull->store, model->needed, NULL, 0, &needed, error);
        if (rc < 0 || same_ids(&needed, &before)) {
            free(needed.items);
            break; /* what remains cannot be read: doctor lists it */
        }
        rc = page_read(&page, needed.items, needed.count, error);
        if (rc == ERR_ACCESS_RIGHTS &&
            (rc = pull_visible(pull, model, &needed, &readable, error)) == 0)
            rc = page_read(&page, readable.items, readable.count, error);
        pull->doomed.count = 0;
        free(readable.items);
        free(before.items);
        before = needed;
    }
    free(before.items);
    return rc;
}

/* Rows that stand under another scope lack what this one asks for: they are read again, page by
 * page like a first pull. */
static int pull_old_rows(struct pull *pull, const struct model *model, struct mirror_cursor *cursor,
                         struct error *error)
{
    struct page page = {.pull = pull, .model = model, .cursor = cursor};
    struct ids local = {0};
    size_t known = 0;
    int rc;

    if (cursor->resume_id == INT64_MAX)
        return 0; /* none is left */
    rc = mirror_ids(pull->store, &model->table, &local, error);
    while (rc == 0 && known < local.count && local.items[known] <= cursor->resume_id)
        known++;
    if (rc == 0 && known < local.count)
        rc = page_read(&page, local.items + known, local.count - known, error);
    if (rc == 0)
        rc = page_bury(pull, model, error);
    free(local.items);
    if (rc < 0)
        return rc;
    cursor->resume_id = INT64_MAX;
    return mirror_cursor_set(pull->store, model->table.name, cursor, error);
}

/* A mirror that has no complete first pull yet: the rest of the records. */
static int pull_whole(struct pull *pull, const struct model *model, struct mirror_cursor *cursor,
                      struct error *error)
{
    struct page page = {.pull = pull, .model = model};
    int rc;

    if (model->kind == MODEL_LISTED)
        return pull_first(pull, model, cursor, &page, error);
    rc = pull_old_rows(pull, model, cursor, error);
    return rc < 0 ? rc : pull_needed(pull, model, error);
}

static int pull_rows(struct pull *pull, const struct model *model, struct error *error)
{
    bool of_some = pull->n_customers && model->of_customers, resumed = false;
    struct page page = {.pull = pull, .model = model, .log = true};
    struct mirror_cursor cursor = {0};
    instant began = clock_real();
    int rc;

    if (!pull->fields[model - models])
        return 0;
    rc = pull_cursor_open(pull, model, &cursor, &resumed, error);
    pull->high[0] = '\0';
    pull->doomed.count = 0;
    if (rc == 0 && !cursor.first_done) {
        of_some = false;
        rc = pull_whole(pull, model, &cursor, error);
        if (rc == 0)
            rc = pull_cursor_end(pull, model, &cursor, "", began, error);
        if (rc == 0 && resumed) /* the pages of the runs before may have changed since */
            rc = pull_changes(pull, model, &cursor, &page, error);
    } else if (rc == 0 && pull->full && (!pull->n_customers || of_some)) {
        rc = pull_full(pull, model, error);
        memcpy(page.high, pull->high, sizeof page.high);
    } else if (rc == 0) { /* of some customers only: common tables come with their changes */
        of_some = false;
        rc = model->swept ? pull_swept(pull, model, &page, error) : ERR_UNPARSABLE;
        if (rc == ERR_UNPARSABLE) /* one bad record among them: page_read() finds it */
            rc = pull_changes(pull, model, &cursor, &page, error);
    }
    if (rc == 0 && model->kind == MODEL_REFERENCED)
        rc = pull_needed(pull, model, error);
    if (rc == 0 && !of_some) /* else what changed of the others was not seen */
        rc = pull_cursor_end(pull, model, &cursor, page.high, began, error);
    mirror_cursor_free(&cursor);
    return rc;
}

/* Records of a model that this cycle has read so far. */
static int64_t records_read(const struct pull *pull, const struct model *model)
{
    return pull_report_checked(pull->report, model_remote(model, pull->flavour));
}

static int pull_model(struct pull *pull, const struct model *model, struct error *error)
{
    int64_t began = clock_monotonic_ms(), before = records_read(pull, model);
    int rc;

    if (pull->whole && pull->fields[model - models])
        pull_show_place(pull, model);
    rc = pull_rows(pull, model, error);
    if (rc == 0 && pull->fields[model - models])
        log_step("pulled %s: %lld records, %lld ms", model->table.name,
                 (long long)(records_read(pull, model) - before),
                 (long long)(clock_monotonic_ms() - began));
    return rc;
}

/* Sets what "@name" of a domain stands for. */
static void set_ids(struct pull *pull, const char *name, const struct ids *ids)
{
    json_t *list = json_array();

    for (size_t i = 0; i < ids->count; i++)
        json_build_add(&list, json_integer(ids->items[i]));
    json_build_set(&pull->ids, name, list);
}

static int set_customer_ids(struct pull *pull, const char *name, enum mirror_set set,
                            struct error *error)
{
    struct ids ids = {0};
    int rc;

    if (!pull->n_customers)
        return 0;
    rc = mirror_set_ids(pull->store, set, pull->customers, pull->n_customers, &ids, error);
    if (rc == 0)
        set_ids(pull, name, &ids);
    free(ids.items);
    return rc;
}

/* The products known to be packs. */
static int set_products(struct pull *pull, struct error *error)
{
    struct ids ids = {0};
    int rc = mirror_ids(pull->store, &models[MODEL_PRODUCT].table, &ids, error);

    if (rc == 0)
        set_ids(pull, "@products", &ids);
    free(ids.items);
    return rc;
}

/* With --force a product that left the packs leaves the mirror, and its lots with it. */
static int set_held(struct pull *pull, struct error *error)
{
    free(pull->held.items);
    pull->held = (struct ids){0};
    if (pull->force && !pull->n_customers)
        return 0;
    return evidence_products(pull->store, &pull->held, error);
}

enum model_id pull_adjustment_model(const struct pull *pull)
{
    return pull->config->credit.adjustments == ADJUSTMENTS_NOTE ? MODEL_ADJUSTMENT_NOTE
                                                                : MODEL_ADJUSTMENT;
}

int pull_again(struct pull *pull, const struct model *model, struct error *error)
{
    size_t n_customers = pull->n_customers;
    int rc;

    pull->n_customers = 0; /* of everybody */
    pull->doomed.count = 0;
    rc = pull_full(pull, model, error);
    pull->n_customers = n_customers;
    return rc;
}

static int pull_adjustment_rows(struct pull *pull, struct error *error)
{
    int rc = pull_model(pull, &models[pull_adjustment_model(pull)], error);

    return rc < 0 ? rc : pull_vanished_adjustments(pull, error);
}

/* The partners, last: who they are, which of them are gone, and whose account they belong to. */
static int pull_partners(struct pull *pull, struct error *error)
{
    int rc = pull_model(pull, &models[MODEL_PARTNER], error);

    if (rc == 0)
        rc = pull_vanished_partners(pull, error);
    return rc < 0 ? rc : pull_holders(pull, error);
}

/* Lines and settlements of the tickets and invoices that changed: they vanish without a trace. */
static int pull_parts(struct pull *pull, struct error *error)
{
    int64_t began = clock_monotonic_ms();
    int rc = pull_ticket_parts(pull, error);

    if (rc == 0)
        rc = pull_move_parts(pull, error);
    if (rc == 0)
        log_step("pulled the parts of changed tickets and invoices: %lld ms",
                 (long long)(clock_monotonic_ms() - began));
    return rc;
}

/* The credit that Odoo shows, where it is to be shown. */
static int pull_shown(struct pull *pull, struct error *error)
{
    const struct model *model = &models[MODEL_SHOWN];
    bool first_pulls = pull->first_pulls;
    int rc = 0;

    if (!pull->fields[MODEL_SHOWN])
        return mirror_forget(pull->store, &model->table, error);
    if (pull->config->writeback.balance_fields)
        rc = pull_model(pull, model, error);
    pull->first_pulls = first_pulls; /* its rows are no facts: what else is new is news */
    return rc;
}

static int pull_models(struct pull *pull, struct error *error)
{
    int rc = set_held(pull, error);

    if (rc == 0)
        rc = set_products(pull, error);
    for (enum model_id id = MODEL_UNIT; id <= MODEL_LEAVE && rc == 0; id++)
        rc = pull_model(pull, &models[id], error);
    if (rc == 0)
        rc = set_products(pull, error);
    if (rc == 0)
        rc = packs_log_missing(pull->store, pull->config, error);
    if (rc == 0)
        rc = pull_model(pull, &models[MODEL_TICKET], error);
    if (rc == 0)
        rc = set_customer_ids(pull, "@tickets", SET_CUSTOMER_TICKETS, error);
    for (enum model_id id = MODEL_TIMESHEET; id <= MODEL_MOVE && rc == 0; id++)
        rc = pull_model(pull, &models[id], error);
    if (rc == 0)
        rc = pull_parts(pull, error);
    if (rc == 0)
        rc = pull_model(pull, &models[MODEL_PAYMENT], error);
    if (rc == 0)
        rc = set_customer_ids(pull, "@partners", SET_CUSTOMER_PARTNERS, error);
    if (rc == 0)
        rc = pull_adjustment_rows(pull, error);
    if (rc == 0)
        rc = pull_model(pull, &models[MODEL_MARKER], error);
    if (rc == 0)
        rc = pull_shown(pull, error);
    return rc < 0 ? rc : pull_partners(pull, error);
}

int pull_run(struct pull *pull, struct error *error)
{
    int rc;

    pull->whole = true;
    rc = pull_models(pull, error);
    pull->whole = false;
    progress_part(0, 0);
    return rc;
}

int pull_adjustments(struct pull *pull, int64_t customer, struct error *error)
{
    struct page page = {.pull = pull, .model = &models[MODEL_PARTNER], .log = true};
    int rc = pull_adjustment_rows(pull, error);

    if (rc == 0)
        rc = page_read(&page, &customer, 1, error);
    pull->doomed.count = 0; /* gone already? the next pull confirms it */
    if (rc == 0)
        rc = pull_needed(pull, page.model, error);
    if (rc == 0)
        rc = pull_vanished_partners(pull, error);
    return rc < 0 ? rc : pull_holders(pull, error);
}

int pull_read_back(struct pull *pull, const struct pull_written *written, struct error *error)
{
    struct page page = {.pull = pull, .model = &models[MODEL_PARTNER], .log = true};
    struct page rows = {.pull = pull, .model = &models[MODEL_SHOWN], .log = true};
    int rc = written->tickets->count ? pull_tickets(pull, written->tickets, error) : 0;

    if (rc == 0)
        rc = page_read(&page, written->partners->items, written->partners->count, error);
    pull->doomed.count = 0;
    if (rc == 0)
        rc = page_read(&rows, written->shown->items, written->shown->count, error);
    if (rc == 0)
        rc = page_bury(pull, rows.model, error);
    return rc < 0 ? rc : pull_model(pull, &models[MODEL_MARKER], error);
}
