/* vanished.c - records that leave Odoo without a new write_date anywhere, found by counting.
 *
 * Two cases must not wait for the next reconcile:
 *  - partners that were merged into another one: Odoo's wizard rewrites tickets and adjustments by
 *    SQL, and their write_date stays;
 *  - adjustments whose model was removed, or removed and created again, with ids from 1.
 * A count costs one short call a cycle; ids are compared only when it differs. */
#include "vanished.h"

#include <stdio.h>
#include <stdlib.h>

#include "listing.h"
#include "page.h"
#include "parts.h"
#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/pull/record.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/store/mirror_sets.h"
#include "qualiodoo/util/log.h"

/* At most this many partners are read one by one when some of them are hidden. */
#define HIDDEN_MAX 50

#define PARTNERS_KEY "partners_counted" /* meta value "ID COUNT": number of partners up to ID */

static int count_records(struct pull *pull, const struct model *model, json_t *domain,
                         int64_t *ret_count, struct error *error)
{
    struct odoo_call call = {.model = model_remote(model, pull->flavour),
                             .method = "search_count",
                             .arguments = json_pack("[o]", domain),
                             .keywords = json_pack("{s{sb}}", "context", "active_test", 0),
                             .with_keywords = true,
                             .safe = true};
    json_t *result = NULL;
    int rc = ask(pull->odoo, call, &result, error);

    if (rc < 0)
        return rc;
    if (!json_is_integer(result))
        rc = error_set(error, ERR_PROTOCOL, "%s.search_count: the answer is not a number",
                       call.model);
    else
        *ret_count = json_integer_value(result);
    json_decref(result);
    return rc;
}

/* ---- Partners ---- */

static json_t *up_to(int64_t id)
{
    return json_pack("[[ssI]]", "id", "<=", (json_int_t)id);
}

static int save_count(struct pull *pull, int64_t id, int64_t count, struct error *error)
{
    char text[64];

    snprintf(text, sizeof text, "%lld %lld", (long long)id, (long long)count);
    return store_meta_set(pull->store, PARTNERS_KEY, text, error);
}

/* *ret_fewer: partners are gone since the last count, which covered ids up to the stored one.
 * *ret_count: the partners with an id up to `last`. */
static int count_partners(struct pull *pull, int64_t last, bool *ret_fewer, int64_t *ret_count,
                          struct error *error)
{
    const struct model *model = &models[MODEL_PARTNER];
    long long known_last = 0, known = -1;
    char *text = NULL;
    int rc = store_meta_get(pull->store, PARTNERS_KEY, &text, error);

    if (rc == 0 && text) {
        char *end;

        known_last = strtoll(text, &end, 10);
        known = *end == ' ' ? strtoll(end, NULL, 10) : -1;
    }
    free(text);
    if (rc == 0 && known >= 0) {
        rc = count_records(pull, model, up_to(known_last), ret_count, error);
        *ret_fewer = rc == 0 && *ret_count < known;
    }
    if (rc == 0 && (known < 0 || last != known_last))
        rc = count_records(pull, model, up_to(last), ret_count, error);
    return rc;
}

/* Adds the deleted ones among `missing` to page->gone; the others exist, but are hidden. */
static int confirm_partners(struct page *page, const struct ids *missing, struct error *error)
{
    int rc;

    page->chunk = PAGE_MISSING_AT_ONCE;
    rc = page_read(page, missing->items, missing->count, error);
    if (rc != ERR_ACCESS_RIGHTS)
        return rc;
    page->gone.count = 0;
    rc = 0;
    if (missing->count > HIDDEN_MAX)
        return 0; /* the user lost rights: the next reconcile reports it */
    for (size_t i = 0; i < missing->count && rc == 0; i++) {
        rc = page_read(page, &missing->items[i], 1, error);
        if (rc == ERR_ACCESS_RIGHTS)
            rc = 0;
    }
    return rc;
}

/* Fills page->gone with the partners of `local` that were deleted. */
static int find_vanished(struct page *page, const struct ids *local, struct error *error)
{
    struct ids visible = {0}, missing = {0};
    int rc = listing_visible(page->pull, page->model, local, &visible, error);

    for (size_t i = 0; i < local->count && rc == 0; i++)
        if (!ids_contain(visible.items, visible.count, local->items[i]) &&
            ids_add(&missing, local->items[i]) < 0)
            rc = error_memory(error);
    if (rc == 0 && missing.count)
        rc = confirm_partners(page, &missing, error);
    free(visible.items);
    free(missing.items);
    return rc;
}

/* Reads the rows of a model again that refer to one of the partners. */
static int read_naming(struct pull *pull, enum model_id id, enum mirror_set set,
                       const struct ids *partners, struct error *error)
{
    struct page page = {.pull = pull, .model = &models[id], .log = true};
    struct ids rows = {0};
    int rc = mirror_set_ids(
        pull->store, (struct mirror_set_of){set, partners->items, partners->count}, &rows, error);

    if (rc == 0)
        rc = page_read(&page, rows.items, rows.count, error);
    if (rc == 0)
        rc = page_delete_gone(&page, error);
    page_close(&page);
    free(rows.items);
    return rc;
}

static int read_all_naming(struct pull *pull, const struct ids *partners, struct error *error)
{
    const struct {
        enum model_id id;
        enum mirror_set set;
    } readings[] = {{MODEL_TICKET, SET_PARTNER_TICKETS},
                    {MODEL_MOVE, SET_PARTNER_MOVES},
                    {listing_adjustment_model(pull), SET_PARTNER_ADJUSTMENTS},
                    {MODEL_PARTNER, SET_PARTNERS_BELOW}};
    int rc = 0;

    for (size_t i = 0; i < sizeof readings / sizeof *readings && rc == 0; i++)
        if (pull->fields[readings[i].id])
            rc = read_naming(pull, readings[i].id, readings[i].set, partners, error);
    if (rc == 0)
        rc = parts_of_tickets(pull, error);
    if (rc == 0)
        rc = parts_of_moves(pull, error);
    return rc < 0 ? rc : listing_needed(pull, &models[MODEL_PARTNER], error);
}

static int replace_vanished(struct pull *pull, const struct ids *local, struct error *error)
{
    struct page page = {.pull = pull, .model = &models[MODEL_PARTNER], .log = true};
    struct ids gone = {0};
    int rc = find_vanished(&page, local, error);

    for (size_t i = 0; i < page.gone.count && rc == 0; i++) {
        log_warning("partner %lld is gone from Odoo, merged or deleted: the tickets, invoices and "
                    "adjustments that named it are read again",
                    (long long)page.gone.items[i]);
        rc = ids_add(&gone, page.gone.items[i]) < 0 ? error_memory(error) : 0;
    }
    if (rc == 0)
        rc = page_delete_gone(&page, error);
    page_close(&page);
    if (rc == 0 && gone.count)
        rc = read_all_naming(pull, &gone, error);
    free(gone.items);
    return rc;
}

int vanished_partners(struct pull *pull, struct error *error)
{
    struct ids local = {0};
    int64_t last = 0, count = 0;
    bool fewer = false;
    int rc = mirror_last_id(pull->store, &models[MODEL_PARTNER].table, &last, error);

    if (rc == 0)
        rc = count_partners(pull, last, &fewer, &count, error);
    if (rc == 0 && fewer)
        rc = mirror_ids(pull->store, &models[MODEL_PARTNER].table, &local, error);
    if (rc == 0 && fewer)
        rc = replace_vanished(pull, &local, error);
    if (rc == 0) /* only after success: else the next cycle finds the difference again */
        rc = save_count(pull, last, count, error);
    free(local.items);
    return rc;
}

/* ---- Adjustments ---- */

/* Deletes the rows of a model that Odoo no longer has. A count confirms its absence: it is refused
 * with another error when the agent's user has only lost its rights. */
static int drop_model(struct pull *pull, const struct model *model, struct error *error)
{
    struct page page = {.pull = pull, .model = model, .log = true};
    int64_t count = 0;
    int rc = count_records(pull, model, json_array(), &count, error);

    if (rc == 0)
        return 0; /* the model was just created: the next cycle reads it */
    if (rc != ERR_MISSING_MODEL)
        return rc;
    rc = mirror_ids(pull->store, &model->table, &page.gone, error);
    if (rc == 0)
        log_warning("the model %s is gone from Odoo, with %zu adjustments that no longer count",
                    model->remote, page.gone.count);
    if (rc == 0)
        rc = page_delete_gone(&page, error);
    page_close(&page);
    return rc < 0 ? rc : mirror_cursor_forget(pull->store, model->table.name, error);
}

int vanished_adjustments(struct pull *pull, struct error *error)
{
    const struct model *model = &models[MODEL_ADJUSTMENT];
    int64_t known = 0, count = 0;
    int rc;

    if (listing_adjustment_model(pull) != MODEL_ADJUSTMENT)
        return 0; /* notes are compared by reconcile only */
    rc = mirror_count(pull->store, &model->table, &known, error);
    if (rc == 0 && known && !pull->fields[MODEL_ADJUSTMENT])
        rc = drop_model(pull, model, error);
    else if (rc == 0 && known && !(pull->full && !pull->n_customers)) {
        rc = count_records(pull, model, json_array(), &count, error);
        if (rc == 0 && count != known)
            rc = listing_again(pull, model, error);
    }
    return rc;
}
