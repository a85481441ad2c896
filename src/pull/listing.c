/* listing.c - decides which records of a model are read: those that changed, those that are
 * missing, or all. cursor.c keeps how far each model has come. */
#include "listing.h"

#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "cursor.h"
#include "domain.h"
#include "page.h"
#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/listing.h"
#include "qualiodoo/odoo/read.h"
#include "qualiodoo/odoo/search.h"
#include "qualiodoo/pull/record.h"
#include "qualiodoo/store/mirror_sets.h"
#include "qualiodoo/store/transactions.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/progress.h"

static json_t *changed_since(const char *low)
{
    return low ? json_pack("[[sss]]", "write_date", ">=", low) : json_array();
}

/* Adds the ids of `of` that `from` lacks to `ret`. Both are sorted. */
static int left_out(const struct ids *of, const struct ids *from, struct ids *ret,
                    struct error *error)
{
    for (size_t i = 0; i < of->count; i++)
        if (!ids_contain(from->items, from->count, of->items[i]) && ids_add(ret, of->items[i]) < 0)
            return error_memory(error);
    return 0;
}

/* Reads by id the rows that Odoo no longer lists, and adds those that are gone to page->gone; of a
 * partial that is still there, its settlement lines to page->lines. A search by id tells first
 * which are still there; of the others, only a reading tells deleted ones (absent) from hidden ones
 * (an error). ERR_SAFETY when too many rows are gone. */
static int confirm_vanished(struct page *page, const struct ids *remote, const struct ids *local,
                            struct error *error)
{
    struct page check = {.pull = page->pull,
                         .model = page->model,
                         .log = page->log,
                         .out_of_scope = page->model->swept || page->leavers_go,
                         .gone = page->gone,
                         .lines = page->lines};
    struct ids unlisted = {0}, visible = {0}, missing = {0};
    int rc = left_out(local, remote, &unlisted, error);

    if (rc == 0 && unlisted.count)
        rc = listing_visible(page->pull, page->model, &unlisted, &visible, error);
    if (rc == 0)
        rc = page_read(&check, visible.items, visible.count, error);
    if (rc == 0)
        rc = left_out(&unlisted, &visible, &missing, error);
    check.chunk = PAGE_MISSING_AT_ONCE;
    if (rc == 0)
        rc = page_read(&check, missing.items, missing.count, error);
    free(unlisted.items);
    free(visible.items);
    free(missing.items);
    page->gone = check.gone;
    page->lines = check.lines;
    check.gone = check.lines = (struct ids){0};
    page_close(&check);
    return rc < 0 ? rc : page_check_gone(page, error);
}

/* listing_compare(), with `low` for compare_read(). */
static int bring_in_line(struct page *page, const struct ids *remote, const struct ids *local,
                         const char *low, struct error *error)
{
    int rc = confirm_vanished(page, remote, local, error);

    if (rc == 0)
        rc = compare_read(page, remote, low, error);
    if (rc == ERR_ACCESS_RIGHTS)
        error_prefix(error,
                     "records of %s that were readable are hidden now: the agent's user lost "
                     "rights in Odoo (nothing was deleted here)",
                     model_remote(page->model, page->pull->flavour));
    return rc < 0 ? rc : page_delete_gone(page, error);
}

int listing_compare(struct page *page, const struct ids *remote, const struct ids *local,
                    struct error *error)
{
    return bring_in_line(page, remote, local, NULL, error);
}

/* The mirrored ids of the pull's customers; all ids with `everybody`. */
static int local_ids(struct pull *pull, const struct model *model, bool everybody, struct ids *ret,
                     struct error *error)
{
    if (!everybody && pull->n_customers && model->of_customers)
        return mirror_set_ids(
            pull->store,
            (struct mirror_set_of){model->of_customers, pull->customers, pull->n_customers}, ret,
            error);
    return mirror_ids(pull->store, &model->table, ret, error);
}

/* The ids that a domain finds: that of the JSON `text`, resolved, with the terms of `extra`. */
struct search {
    const char *text; /* NULL: every record */
    json_t *extra;    /* borrowed, or NULL */
};

static int search_domain(struct pull *pull, const struct model *model, const json_t *domain,
                         struct ids *ret, struct error *error)
{
    progress_step("listing %s", model_remote(model, pull->flavour));
    progress_count("ids", 0, 0);
    return odoo_search_all(pull->odoo, model_remote(model, pull->flavour), domain, ret, error);
}

static int search_ids(struct pull *pull, const struct model *model, struct search search,
                      struct ids *ret, struct error *error)
{
    json_t *domain = domain_resolve(pull, search.text, search.extra);
    int rc = domain ? search_domain(pull, model, domain, ret, error) : error_memory(error);

    json_decref(domain);
    return rc;
}

/* Deletes the rows that only an earlier scope contained. safety.max_delete does not apply: the
 * configuration changed, not Odoo. */
static int delete_unlisted(struct pull *pull, const struct model *model, const struct ids *remote,
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

/* The domain of a full list. That of products includes the mirrored ones, which may no longer be
 * packs: computed_product() decides which of them stay. */
static const char *list_domain(const struct model *model)
{
    return model == &models[MODEL_PRODUCT] ? model->change_domain : model->domain;
}

/* The first pull of a listed model: every id after the last stored one, page by page. */
static int pull_first(struct pull *pull, const struct model *model, struct mirror_cursor *cursor,
                      struct error *error)
{
    struct page page = {.pull = pull, .model = model, .cursor = cursor};
    json_t *after = json_pack("[[ssI]]", "id", ">", (json_int_t)cursor->resume_id);
    struct ids remote = {0}, local = {0};
    int rc = after ? 0 : error_memory(error);

    if (rc == 0)
        rc = search_ids(pull, model, (struct search){list_domain(model), after}, &remote, error);
    json_decref(after);
    if (rc == 0)
        rc = mirror_ids(pull->store, &model->table, &local, error);
    if (rc < 0)
        goto done;
    if (cursor->resume_id == 0)
        rc = delete_unlisted(pull, model, &remote, &local, error);
    if (rc == 0)
        rc = page_read(&page, remote.items, remote.count, error);
    if (rc == 0)
        rc = page_delete_gone(&page, error);
done:
    page_close(&page);
    free(remote.items);
    free(local.items);
    return rc;
}

/* The records of a model that may have changed since its cursor. */
static int changes_domain(struct pull *pull, const struct model *model,
                          const struct mirror_cursor *cursor, json_t **ret, struct error *error)
{
    char *low = NULL;
    json_t *since = NULL;
    const char *text = model->change_domain ? model->change_domain : model->domain;
    int rc = cursor_low(pull, cursor, &low, error);

    *ret = NULL;
    if (rc == 0 && (since = changed_since(low)))
        *ret = domain_resolve(pull, text, since);
    json_decref(since);
    free(low);
    return rc < 0 || *ret ? rc : error_memory(error);
}

/* Whether Odoo has a record of the model in a domain, which this function steals. */
static int has_record(struct pull *pull, const struct model *model, json_t *domain, bool *ret,
                      struct error *error)
{
    const struct odoo_search search = {
        .model = model_remote(model, pull->flavour), .domain = domain, .limit = 1};
    struct ids found = {0};
    int rc = domain ? odoo_search(pull->odoo, &search, &found, error) : error_memory(error);

    *ret = rc == 0 && found.count;
    json_decref(domain);
    free(found.items);
    return rc;
}

/* Asks for the changes of a model and of the one beside it in one call. When there are none, sets
 * pull->unchanged to the latter. */
static int ask_both(struct pull *pull, const struct model *model,
                    const struct mirror_cursor *cursor, bool *ret_changed, struct error *error)
{
    struct mirror_cursor other = {0};
    json_t *own = NULL, *others = NULL;
    bool ignored;
    int rc = cursor_open(pull, model->beside, &other, &ignored, error);

    if (rc == 0 && other.first_done)
        rc = changes_domain(pull, model, cursor, &own, error);
    if (rc == 0 && other.first_done)
        rc = changes_domain(pull, model->beside, &other, &others, error);
    if (rc == 0 && other.first_done)
        rc = has_record(pull, model, domain_either(own, others), ret_changed, error);
    pull->unchanged = rc == 0 && !*ret_changed ? model->beside : NULL;
    json_decref(own);
    json_decref(others);
    mirror_cursor_free(&other);
    return rc;
}

static int pull_changes(struct pull *pull, const struct model *model,
                        const struct mirror_cursor *cursor, struct page *page, struct error *error)
{
    json_t *domain = NULL;
    bool changed = model != pull->unchanged;
    struct ids remote = {0};
    int rc = 0;

    if (pull->quick && model->beside && pull->fields[model->beside - models])
        rc = ask_both(pull, model, cursor, &changed, error);
    if (rc < 0 || !changed)
        return rc;
    rc = changes_domain(pull, model, cursor, &domain, error);
    if (rc == 0)
        rc = search_domain(pull, model, domain, &remote, error);
    if (rc == 0 && model->kind == MODEL_REFERENCED)
        rc = mirror_keep_known(pull->store, &model->table, &remote, error);
    page->settled = cursor->high;
    if (rc == 0)
        rc = page_read(page, remote.items, remote.count, error);
    if (rc == 0)
        rc = page_delete_gone(page, error);
    json_decref(domain);
    free(remote.items);
    return rc;
}

/* Reads all records again: of every customer, or of the pull's customers. `low` is that of
 * compare_read(). */
static int pull_full(struct page *page, bool everybody, const char *low, struct error *error)
{
    struct pull *pull = page->pull;
    const struct model *model = page->model;
    struct ids remote = {0}, local = {0};
    json_t *extra = NULL;
    int rc = local_ids(pull, model, everybody, &local, error);

    page->log = !pull->first_pulls;
    page->leavers_go = pull->full && everybody;
    if (rc == 0 && !everybody && model->customer_domain) {
        extra = model_domain(model->customer_domain, pull->flavour, pull->ids);
        domain_widen(pull, &extra);
        if (!extra) /* without it, everybody would be listed */
            rc = error_memory(error);
    }
    if (rc == 0 && model->kind == MODEL_LISTED)
        rc = search_ids(pull, model, (struct search){list_domain(model), extra}, &remote, error);
    if (rc == 0)
        rc =
            bring_in_line(page, model->kind == MODEL_LISTED ? &remote : &local, &local, low, error);
    json_decref(extra);
    free(remote.items);
    free(local.items);
    return rc;
}

/* Takes the whole of a model whose rows are deleted without a trace (model.swept). */
static int take_swept(void *context, const int64_t *remote, size_t count,
                      const struct odoo_records *records, struct error *error)
{
    struct page *page = context;
    struct pull *pull = page->pull;
    struct ids listed = {.items = (int64_t *)remote, .count = count}; /* not changed */
    struct ids local = {0}, calendars = {0};
    bool believed = count > 0;
    int rc = mirror_ids(pull->store, &page->model->table, &local, error);

    /* An empty list may mean lost rights: accept it only while calendars are still visible. */
    if (rc == 0 && !believed && local.count) {
        rc = search_ids(pull, &models[MODEL_CALENDAR], (struct search){0}, &calendars, error);
        believed = calendars.count > 0;
        free(calendars.items);
    }
    if (rc == 0 && believed)
        rc = confirm_vanished(page, &listed, &local, error);
    if (rc == 0 && count)
        rc = page_store(page, remote, count, records, error);
    if (rc == 0)
        rc = page_delete_gone(page, error);
    free(local.items);
    return rc;
}

/* Reads the whole model in one answer. */
static int pull_swept(struct pull *pull, const struct model *model, struct page *page,
                      struct error *error)
{
    struct odoo_read read = {.model = model_remote(model, pull->flavour),
                             .domain = domain_resolve(pull, model->domain, NULL),
                             .fields = pull->fields[model - models],
                             .page = take_swept,
                             .context = page};
    int rc = read.domain ? 0 : error_memory(error);

    progress_step("%s", read.model);
    if (rc == 0)
        rc = odoo_read(pull->odoo, &read, error);
    json_decref(read.domain);
    return rc;
}

int listing_visible(struct pull *pull, const struct model *model, const struct ids *ids,
                    struct ids *ret, struct error *error)
{
    json_t *only = json_pack("[[sso]]", "id", "in", json_build_ids(ids->items, ids->count));
    int rc = only ? search_ids(pull, model, (struct search){"[]", only}, ret, error)
                  : error_memory(error);

    json_decref(only);
    return rc;
}

static bool same_ids(const struct ids *a, const struct ids *b)
{
    return a->count == b->count &&
           (a->count == 0 || memcmp(a->items, b->items, a->count * sizeof *a->items) == 0);
}

int listing_needed(struct pull *pull, const struct model *model, struct error *error)
{
    struct ids before = {0};
    int rc = 0;

    /* A partner leads to its commercial entity: two rounds, and one that finds nothing new. */
    for (int round = 0; round < 8 && rc == 0; round++) {
        struct page page = {.pull = pull, .model = model, .log = !pull->first_pulls};
        struct ids needed = {0}, readable = {0};

        rc = mirror_missing(pull->store, model->needed, &needed, error);
        if (rc < 0 || same_ids(&needed, &before)) {
            if (rc == 0) /* the rest cannot be read; doctor lists it */
                rc = mirror_missing_rest(pull->store, model->needed, &needed, error);
            free(needed.items);
            break;
        }
        rc = page_read(&page, needed.items, needed.count, error);
        if (rc == ERR_ACCESS_RIGHTS &&
            (rc = listing_visible(pull, model, &needed, &readable, error)) == 0)
            rc = page_read(&page, readable.items, readable.count, error);
        page_close(&page); /* page.gone is dropped: nothing is deleted here */
        free(readable.items);
        free(before.items);
        before = needed;
    }
    free(before.items);
    return rc;
}

/* Reads the rows again that were stored under another scope, as they lack its new columns: page by
 * page, like a first pull. */
static int pull_old_rows(struct pull *pull, const struct model *model, struct mirror_cursor *cursor,
                         struct error *error)
{
    struct page page = {.pull = pull, .model = model, .cursor = cursor};
    struct ids local = {0};
    size_t known = 0;
    int rc;

    if (cursor->resume_id == INT64_MAX)
        return 0; /* all were read */
    rc = mirror_ids(pull->store, &model->table, &local, error);
    while (rc == 0 && known < local.count && local.items[known] <= cursor->resume_id)
        known++;
    if (rc == 0 && known < local.count)
        rc = page_read(&page, local.items + known, local.count - known, error);
    if (rc == 0)
        rc = page_delete_gone(&page, error);
    page_close(&page);
    free(local.items);
    if (rc < 0)
        return rc;
    cursor->resume_id = INT64_MAX;
    return mirror_cursor_set(pull->store, model->table.name, cursor, error);
}

/* Begins or resumes the first pull of a model. */
static int pull_whole(struct pull *pull, const struct model *model, struct mirror_cursor *cursor,
                      struct error *error)
{
    int rc;

    if (model->kind == MODEL_LISTED)
        return pull_first(pull, model, cursor, error);
    rc = pull_old_rows(pull, model, cursor, error);
    return rc < 0 ? rc : listing_needed(pull, model, error);
}

int listing_read(struct pull *pull, const struct model *model, struct error *error)
{
    bool of_some = pull->n_customers && model->of_customers, resumed = false;
    struct page page = {.pull = pull, .model = model, .log = true};
    struct mirror_cursor cursor = {0};
    struct cursor_reading reading = {.began = clock_real(), .high = ""};
    char *low = NULL;
    int rc;

    if (!pull->fields[model - models])
        return 0;
    rc = cursor_open(pull, model, &cursor, &resumed, error);
    if (rc == 0 && !cursor.first_done) {
        of_some = false;
        rc = pull_whole(pull, model, &cursor, error);
        if (rc == 0)
            rc = cursor_end(pull, model, &cursor, &reading, error);
        if (rc == 0 && resumed) /* pages that earlier runs stored may have changed since */
            rc = pull_changes(pull, model, &cursor, &page, error);
    } else if (rc == 0 && pull->full && (!pull->n_customers || of_some)) {
        rc = cursor_low(pull, &cursor, &low, error);
        if (rc == 0)
            rc = pull_full(&page, !of_some, low, error);
    } else if (rc == 0) { /* also in a full pull of some customers, for models of all customers */
        of_some = false;
        rc = model->swept ? pull_swept(pull, model, &page, error) : ERR_UNPARSABLE;
        if (rc == ERR_UNPARSABLE) /* one record breaks the answer: page_read() isolates it */
            rc = pull_changes(pull, model, &cursor, &page, error);
    }
    if (rc == 0 && model->kind == MODEL_REFERENCED)
        rc = listing_needed(pull, model, error);
    reading.high = page.high;
    if (rc == 0 && !of_some) /* else changes of other customers would be skipped */
        rc = cursor_end(pull, model, &cursor, &reading, error);
    mirror_cursor_free(&cursor);
    page_close(&page);
    free(low);
    return rc;
}

enum model_id listing_adjustment_model(const struct pull *pull)
{
    return pull->config->credit.adjustments == ADJUSTMENTS_NOTE ? MODEL_ADJUSTMENT_NOTE
                                                                : MODEL_ADJUSTMENT;
}

int listing_again(struct pull *pull, const struct model *model, struct error *error)
{
    struct page page = {.pull = pull, .model = model};
    int rc = pull_full(&page, true, NULL, error);

    page_close(&page);
    return rc;
}
