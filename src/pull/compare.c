/* compare.c - a reconciliation that reads whole only what differs. */
#include "compare.h"

#include <stdlib.h>
#include <string.h>

#include "qualiodoo/odoo/read.h"
#include "qualiodoo/odoo/session.h"
#include "qualiodoo/pull/record.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/progress.h"
#include "qualiodoo/util/units.h"

/* meta value: when, and by which version of the program from which of Odoo, all was read whole. */
#define WHOLE_KEY "read_whole"

/* A record has a few fields here: as many of them as make up one whole page. */
#define PAGES_AT_ONCE 4
#define RECORDS_MAX 2000

/* ---- When to read whole ---- */

/* The value of WHOLE_KEY for a reading now. */
static int whole_now(struct pull *pull, json_t **ret, struct error *error)
{
    const char *odoo = NULL;
    int rc = odoo_version(pull->odoo, &odoo, error);

    if (rc < 0)
        return rc;
    *ret = json_pack("{sI ss ss}", "at", (json_int_t)clock_real(), "program", QUALIODOO_VERSION,
                     "odoo", odoo);
    return *ret ? 0 : error_memory(error);
}

static int save_whole(struct pull *pull, json_t *whole, struct error *error)
{
    char *text = json_build_text(whole, JSON_COMPACT);
    int rc = text ? store_meta_set(pull->store, WHOLE_KEY, text, error) : error_memory(error);

    free(text);
    return rc;
}

/* Whether the last whole reading, by these versions, is recent. A date in the future was written
 * under a wrong clock. */
static bool is_recent(json_t *last, json_t *now)
{
    int64_t age = json_integer_value(json_object_get(now, "at")) -
                  json_integer_value(json_object_get(last, "at"));

    return json_equal(json_object_get(last, "program"), json_object_get(now, "program")) &&
           json_equal(json_object_get(last, "odoo"), json_object_get(now, "odoo")) && age >= 0 &&
           age < (int64_t)COMPARE_WHOLE_DAYS * SECONDS_PER_DAY;
}

int compare_open(struct pull *pull, struct error *error)
{
    json_t *now = NULL, *last = NULL;
    char *text = NULL;
    int rc = store_meta_get(pull->store, WHOLE_KEY, &text, error);

    pull->compares = false;
    if (rc < 0 || (text && (!pull->full || pull->force || pull->n_customers))) {
        free(text);
        return rc;
    }
    rc = whole_now(pull, &now, error);
    if (rc == 0 && json_build_parse(text, 0, &last) < 0)
        rc = error_memory(error);
    /* Without a note the state is new, or no row of it has a checksum. */
    if (rc == 0 && !text)
        rc = save_whole(pull, now, error);
    if (rc == 0)
        pull->compares =
            pull->full && !pull->force && !pull->n_customers && (!text || is_recent(last, now));
    json_decref(now);
    json_decref(last);
    free(text);
    return rc;
}

int compare_close(struct pull *pull, struct error *error)
{
    json_t *now = NULL;
    int rc;

    if (pull->compares || !pull->full || pull->n_customers)
        return 0;
    rc = whole_now(pull, &now, error);
    if (rc == 0)
        rc = save_whole(pull, now, error);
    json_decref(now);
    return rc;
}

/* ---- Comparing ---- */

bool compare_applies(const struct pull *pull, const struct model *model)
{
    bool compared = false;

    for (size_t i = 0; i < model_columns(model); i++)
        compared = compared || model->table.columns[i].flags & MIRROR_COMPARED;
    return compared && pull->compares;
}

/* The fields of the MIRROR_COMPARED columns that this Odoo has (new array; NULL: out of memory). */
static json_t *compared_names(const struct pull *pull, const struct model *model)
{
    json_t *names = json_array();

    for (size_t i = 0; i < model_columns(model); i++) {
        const struct mirror_column *column = &model->table.columns[i];
        const char *name = column->field ? flavour_name(pull->flavour, column->field) : NULL;

        if (name && column->flags & MIRROR_COMPARED &&
            pull_has_field(pull, (enum model_id)(model - models), name))
            json_build_add(&names, json_string(name));
    }
    return names;
}

struct comparison {
    const struct ids *ids; /* those to compare, sorted */
    size_t next;           /* the first of them that no answer has covered */
    const char *low;
    int64_t same;         /* records that are not read again */
    struct ids different; /* unsorted */
};

static int note_different(struct comparison *comparison, int64_t id, struct error *error)
{
    return ids_add(&comparison->different, id) < 0 ? error_memory(error) : 0;
}

/* Notes the records before `id` that were passed over, as nothing of them could be read. */
static int pass_to(struct comparison *comparison, int64_t id, struct error *error)
{
    int rc = 0;

    while (comparison->next < comparison->ids->count &&
           comparison->ids->items[comparison->next] < id && rc == 0)
        rc = note_different(comparison, comparison->ids->items[comparison->next++], error);
    return rc;
}

/* page->take: compares a record with the mirror. */
static int take(struct page *page, int64_t id, const struct mirror_value *values,
                struct error *error)
{
    const struct mirror_row row = {.table = &page->model->table, .id = id, .values = values};
    const struct mirror_value *date = &values[model_column(page->model, "write_date")];
    struct comparison *comparison = page->context;
    bool same = false;
    int rc = 0;

    /* What was written since `low` may have been written twice in the second that it shows. */
    if (date->kind == VALUE_TEXT && strcmp(date->text, comparison->low) < 0)
        rc = mirror_is_same(page->pull->store, &row, &same, error);
    comparison->same += same;
    return rc < 0 || same ? rc : note_different(comparison, id, error);
}

static int take_page(void *context, const int64_t *requested, size_t count,
                     const struct odoo_records *records, struct error *error)
{
    struct page *page = context;
    struct comparison *comparison = page->context;
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++) {
        rc = pass_to(comparison, requested[i], error);
        comparison->next++;
    }
    return rc < 0 ? rc : page_store(page, requested, count, records, error);
}

/* Fills comparison->different with the records that differ, and those that Odoo no longer shows. */
static int find_different(struct page *page, struct comparison *comparison, struct error *error)
{
    struct pull *pull = page->pull;
    struct page comparing = {.pull = pull,
                             .model = page->model,
                             .take = take,
                             .context = comparison,
                             .total = comparison->ids->count};
    size_t records = (size_t)pull->config->odoo.page_size * PAGES_AT_ONCE;
    struct odoo_read read = {.model = model_remote(page->model, pull->flavour),
                             .ids = comparison->ids->items,
                             .count = comparison->ids->count,
                             .chunk = records < RECORDS_MAX ? records : RECORDS_MAX,
                             .search = true,
                             .fields = compared_names(pull, page->model),
                             .page = take_page,
                             .context = &comparing};
    int rc;

    progress_step("comparing %s", read.model);
    progress_count("rows", 0, (int64_t)comparing.total);
    rc = read.fields ? odoo_read(pull->odoo, &read, error) : error_memory(error);
    if (rc == 0)
        rc = pass_to(comparison, INT64_MAX, error);
    for (size_t i = 0; i < comparing.gone.count && rc == 0; i++)
        rc = note_different(comparison, comparing.gone.items[i], error);
    if (strcmp(comparing.high, page->high) > 0)
        memcpy(page->high, comparing.high, sizeof page->high);
    json_decref(read.fields);
    page_close(&comparing);
    return rc;
}

int compare_read(struct page *page, const struct ids *ids, const char *low, struct error *error)
{
    struct comparison comparison = {.ids = ids, .low = low};
    int rc;

    if (!low || !compare_applies(page->pull, page->model))
        return page_read(page, ids->items, ids->count, error);
    rc = find_different(page, &comparison, error);
    pull_report_count(&page->pull->report->checked, model_remote(page->model, page->pull->flavour),
                      comparison.same);
    ids_sort(comparison.different.items, comparison.different.count);
    if (rc == 0)
        rc = page_read(page, comparison.different.items, comparison.different.count, error);
    free(comparison.different.items);
    return rc;
}
