/* pull.c - what changed in Odoo since the last pull, or everything.
 *
 * A mirror's progress:
 *
 *     (no cursor, or another scope)
 *        |  begin_first: high = latest write_date now, resume_id = 0
 *        v
 *     FIRST --- page stored: resume_id = last id asked for (one transaction) --+
 *        |  <------------------------------------------------------------------+
 *        |  end_pull: first_done = 1
 *        v
 *     FOLLOWING --- incremental: write_date >= low bound; full: every id --- end_pull: high
 *
 * Invariants: high never decreases within a scope; a page and the cursor that says it was read are
 * one transaction; `high` moves only after every page of the pull was stored. */
#include "pull.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/civil.h"
#include "qualiodoo/clock.h"
#include "qualiodoo/log.h"

/* The domain of a model for this pull, with `extra` (borrowed, may be NULL) added. */
static json_t *pull_domain(struct pull *pull, const char *text, json_t *extra)
{
    json_t *domain = model_domain(text, pull->flavour, pull->ids);

    if (domain && extra)
        json_array_extend(domain, extra);
    return domain;
}

static json_t *changed_since(const char *low)
{
    return low ? json_pack("[[sss]]", "write_date", ">=", low) : json_array();
}

/* Everything that decides which rows a mirror holds: another text starts it again. */
static char *scope_text(struct pull *pull, const struct model *model)
{
    json_t *domain = pull_domain(pull, model->domain, NULL);
    json_t *scope =
        json_pack("{ss so sO sO}", "model", model_remote(model, pull->flavour), "domain", domain,
                  "fields", pull->fields[model - models], "tickets", pull->config->tickets.domain);
    char *text;

    if (model != &models[MODEL_TICKET])
        json_object_del(scope, "tickets");
    if (model == &models[MODEL_PARTNER])
        json_object_set_new(scope, "names", json_boolean(pull->config->privacy.keep_names));
    text = json_dumps(scope, JSON_COMPACT);
    json_decref(scope);
    return text;
}

/* The latest write_date among the records of a domain; *ret NULL when there is none. */
static int latest_write_date(struct pull *pull, const struct model *model, char **ret,
                             struct error *error)
{
    json_t *domain =
        pull_domain(pull, model->change_domain ? model->change_domain : model->domain, NULL);
    json_t *arguments = json_pack("[o]", domain), *result = NULL;
    json_t *keywords =
        json_pack("{s[s] ss si ss s{sb}}", "fields", "write_date", "order", "write_date desc",
                  "limit", 1, "load", "", "context", "active_test", 0);
    struct odoo_call call = {.model = model_remote(model, pull->flavour),
                             .method = "search_read",
                             .arguments = arguments,
                             .keywords = keywords,
                             .safe = true};
    int rc = arguments && keywords ? odoo_execute(pull->odoo, &call, &result, error)
                                   : error_memory(error);
    const char *text;

    json_decref(arguments);
    json_decref(keywords);
    if (rc < 0)
        return rc;
    text = json_string_value(json_object_get(json_array_get(result, 0), "write_date"));
    *ret = text ? strdup(text) : NULL;
    json_decref(result);
    return 0;
}

/* From which write_date on records must be read again. A transaction that started before `high`
 * may commit after it was seen: the overlap covers it, until it has passed once in real time
 * (high_seen_at 0); from then on only the seconds after `high` are new. */
static char *low_bound(struct pull *pull, const struct mirror_cursor *cursor)
{
    char text[INSTANT_TEXT_SIZE];
    instant high;

    if (!cursor->high || !instant_parse_odoo(cursor->high, &high))
        return NULL;
    high += cursor->high_seen_at ? -pull->config->poll.overlap_ms / 1000 : 1;
    return strdup(instant_format_odoo(high, text));
}

static int begin_first(struct pull *pull, const struct model *model, char *scope,
                       struct mirror_cursor *cursor, struct error *error)
{
    char *high = NULL;
    int rc = latest_write_date(pull, model, &high, error);

    if (rc < 0) {
        free(scope);
        return rc;
    }
    mirror_cursor_free(cursor);
    *cursor = (struct mirror_cursor){
        .scope = scope, .high = high, .high_seen_at = high ? clock_real() : 0};
    return mirror_cursor_set(pull->store, model->table.name, cursor, error);
}

/* Opens the cursor of a model; starts it (again) when there is none or its scope changed. */
static int open_cursor(struct pull *pull, const struct model *model, struct mirror_cursor *cursor,
                       struct error *error)
{
    char *scope = scope_text(pull, model);
    int rc;

    if (!scope)
        return error_memory(error);
    rc = mirror_cursor_get(pull->store, model->table.name, cursor, error);
    if (rc == 0 && (!cursor->scope || strcmp(cursor->scope, scope) != 0))
        return begin_first(pull, model, scope, cursor, error);
    free(scope);
    return rc;
}

/* The pull is complete: `high` moves, and settles once the overlap has passed. */
static int end_pull(struct pull *pull, const struct model *model, struct mirror_cursor *cursor,
                    const char *high, instant began, struct error *error)
{
    if (*high && (!cursor->high || strcmp(high, cursor->high) > 0)) {
        free(cursor->high);
        cursor->high = strdup(high);
        if (!cursor->high)
            return error_memory(error);
        cursor->high_seen_at = began;
    } else if (cursor->first_done && cursor->high_seen_at &&
               began - cursor->high_seen_at > pull->config->poll.overlap_ms / 1000) {
        cursor->high_seen_at = 0;
    }
    if (!cursor->first_done) {
        cursor->first_done = true;
        pull->first_pulls = true;
    }
    cursor->pulled_at = began;
    return mirror_cursor_set(pull->store, model->table.name, cursor, error);
}

int pull_relist(struct pull *pull, const struct model *model, const struct ids *remote,
                const struct ids *local, struct error *error)
{
    struct page gone = {.pull = pull,
                        .model = model,
                        .log = !pull->first_pulls,
                        .out_of_scope = pull->full && !pull->n_customers};
    struct page page = {.pull = pull, .model = model, .log = !pull->first_pulls};
    struct ids vanished = {0};
    int rc = 0;

    pull->doomed.count = 0;
    for (size_t i = 0; i < local->count && rc == 0; i++)
        if (!ids_contain(remote->items, remote->count, local->items[i]))
            rc = ids_add(&vanished, local->items[i]) < 0 ? error_memory(error) : 0;
    if (rc == 0)
        rc = page_read(&gone, vanished.items, vanished.count, error);
    if (rc == 0)
        rc = page_check_doomed(pull, model, error);
    if (rc == 0)
        rc = page_read(&page, remote->items, remote->count, error);
    if (rc == ERR_ACCESS_RIGHTS)
        error_prefix(error,
                     "records of %s that were readable are hidden now: the agent's user lost "
                     "rights in Odoo (nothing was deleted here)",
                     model_remote(model, pull->flavour));
    if (rc == 0)
        rc = page_bury(pull, model, error);
    free(vanished.items);
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
    rc = odoo_search_all(pull->odoo, model_remote(model, pull->flavour), domain, &ret->items,
                         &ret->count, error);
    json_decref(domain);
    ret->size = ret->count;
    return rc;
}

/* Which of the tickets to be read are in tickets.domain. */
static int find_in_domain(struct pull *pull, const struct model *model, json_t *extra,
                          struct error *error)
{
    json_t *domain;
    int rc;

    free(pull->in_domain.items);
    pull->in_domain = (struct ids){0};
    if (model != &models[MODEL_TICKET] || json_array_size(pull->config->tickets.domain) == 0)
        return 0;
    domain = json_copy(pull->config->tickets.domain);
    if (!domain || (extra && json_array_extend(domain, extra) < 0)) {
        json_decref(domain);
        return error_memory(error);
    }
    rc = odoo_search_all(pull->odoo, model_remote(model, pull->flavour), domain,
                         &pull->in_domain.items, &pull->in_domain.count, error);
    json_decref(domain);
    if (rc < 0)
        return error_prefix(error, "tickets.domain");
    return 0;
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

/* The first pull: every id after the last one stored, page by page. */
static int pull_first(struct pull *pull, const struct model *model, struct mirror_cursor *cursor,
                      struct page *page, struct error *error)
{
    json_t *after = json_pack("[[ssI]]", "id", ">", (json_int_t)cursor->resume_id);
    struct ids remote = {0}, local = {0};
    int rc = after ? find_in_domain(pull, model, NULL, error) : error_memory(error);

    if (rc == 0)
        rc = search_ids(pull, model, model->domain, after, &remote, error);
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
    char *low = low_bound(pull, cursor);
    json_t *since = changed_since(low);
    const char *text = model->change_domain ? model->change_domain : model->domain;
    struct ids remote = {0}, local = {0};
    size_t kept = 0;
    int rc = since ? find_in_domain(pull, model, since, error) : error_memory(error);

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
    if (pull->n_customers && model->customer_domain)
        extra = model_domain(model->customer_domain, pull->flavour, pull->ids);
    if (rc == 0)
        rc = find_in_domain(pull, model, extra, error);
    if (rc == 0 && model->kind == MODEL_LISTED)
        rc = search_ids(pull, model, model->domain, extra, &remote, error);
    if (rc == 0)
        rc = model->kind == MODEL_LISTED ? pull_relist(pull, model, &remote, &local, error)
                                         : pull_relist(pull, model, &local, &local, error);
    json_decref(extra);
    free(remote.items);
    free(local.items);
    return rc;
}

static int pull_model(struct pull *pull, const struct model *model, struct error *error)
{
    struct mirror_cursor cursor = {0};
    struct page page = {.pull = pull, .model = model};
    instant began = clock_real();
    int rc;

    if (!pull->fields[model - models])
        return 0;
    rc = open_cursor(pull, model, &cursor, error);
    page.log = cursor.first_done;
    pull->high[0] = '\0';
    pull->doomed.count = 0;
    /* Of some customers only: common tables come with their changes. */
    if (rc == 0 && cursor.first_done && pull->full && (!pull->n_customers || model->of_customers))
        rc = pull_full(pull, model, error);
    else if (rc == 0 && cursor.first_done)
        rc = pull_changes(pull, model, &cursor, &page, error);
    else if (rc == 0 && model->kind == MODEL_LISTED)
        rc = pull_first(pull, model, &cursor, &page, error);
    if (pull->full && !pull->n_customers && *pull->high)
        memcpy(page.high, pull->high, sizeof page.high);
    if (rc == 0 && model->kind == MODEL_REFERENCED)
        rc = pull_needed(pull, model, error);
    if (rc == 0)
        rc = end_pull(pull, model, &cursor, page.high, began, error);
    mirror_cursor_free(&cursor);
    return rc;
}

/* Leaves those that this user may read. */
static int keep_visible(struct pull *pull, const struct model *model, struct ids *ids,
                        struct error *error)
{
    struct ids visible = {0};
    json_t *list = json_array(), *only;
    int rc;

    for (size_t i = 0; i < ids->count; i++)
        json_array_append_new(list, json_integer(ids->items[i]));
    only = json_pack("[[sso]]", "id", "in", list);
    rc = only ? search_ids(pull, model, "[]", only, &visible, error) : error_memory(error);
    json_decref(only);
    if (rc < 0)
        return rc;
    free(ids->items);
    *ids = visible;
    return 0;
}

int pull_needed(struct pull *pull, const struct model *model, struct error *error)
{
    /* A partner leads to its commercial entity: two rounds, and one that finds nothing new. */
    size_t before = 0;

    for (int round = 0; round < 8; round++) {
        struct page page = {.pull = pull, .model = model, .log = !pull->first_pulls};
        struct ids needed = {0};
        int rc = mirror_set_ids(pull->store, model->needed, NULL, 0, &needed, error);

        if (rc == 0 && (needed.count == 0 || needed.count == before)) {
            free(needed.items);
            return 0; /* what remains cannot be read: doctor lists it */
        }
        before = needed.count;
        if (rc == 0)
            rc = page_read(&page, needed.items, needed.count, error);
        if (rc == ERR_ACCESS_RIGHTS && (rc = keep_visible(pull, model, &needed, error)) == 0)
            rc = page_read(&page, needed.items, needed.count, error);
        pull->doomed.count = 0;
        free(needed.items);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* Sets what "@name" of a domain stands for. */
static void set_ids(struct pull *pull, const char *name, const struct ids *ids)
{
    json_t *list = json_array();

    for (size_t i = 0; i < ids->count; i++)
        json_array_append_new(list, json_integer(ids->items[i]));
    json_object_set_new(pull->ids, name, list);
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

static int set_products(struct pull *pull, struct error *error)
{
    struct ids ids = {0};
    int rc = mirror_ids(pull->store, &models[MODEL_PRODUCT].table, &ids, error);

    if (rc < 0)
        return rc;
    set_ids(pull, "@products", &ids);
    if (!ids.count)
        log_warning("no product of this Odoo has an internal reference of credit.packs: nothing "
                    "can be credited");
    free(ids.items);
    return 0;
}

int pull_run(struct pull *pull, struct error *error)
{
    const struct model *adjustment =
        &models[pull->config->credit.adjustments == ADJUSTMENTS_NOTE ? MODEL_ADJUSTMENT_NOTE
                                                                     : MODEL_ADJUSTMENT];
    int rc = 0;

    for (enum model_id id = MODEL_UNIT; id <= MODEL_AGENT && rc == 0; id++)
        rc = pull_model(pull, &models[id], error);
    if (rc == 0)
        rc = set_products(pull, error);
    if (rc == 0)
        rc = pull_model(pull, &models[MODEL_TICKET], error);
    if (rc == 0)
        rc = set_customer_ids(pull, "@tickets", SET_CUSTOMER_TICKETS, error);
    for (enum model_id id = MODEL_TIMESHEET; id <= MODEL_MOVE && rc == 0; id++)
        rc = pull_model(pull, &models[id], error);
    if (rc == 0)
        rc = pull_ticket_parts(pull, error);
    if (rc == 0)
        rc = pull_move_parts(pull, error);
    if (rc == 0)
        rc = set_customer_ids(pull, "@partners", SET_CUSTOMER_PARTNERS, error);
    if (rc == 0)
        rc = pull_model(pull, adjustment, error);
    if (rc == 0)
        rc = pull_model(pull, &models[MODEL_PARTNER], error);
    if (rc == 0 && pull->first_pulls)
        rc = mirror_touch_all(pull->store, "first pull", error);
    return rc;
}
