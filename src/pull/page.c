/* page.c - stores pages of records in the mirror, each in one transaction with the cursor that
 * marks it as read. */
#include "page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "computed.h"
#include "qualiodoo/odoo/listing.h"
#include "qualiodoo/odoo/read.h"
#include "qualiodoo/pull/identity.h"
#include "qualiodoo/pull/record.h"
#include "qualiodoo/pull/settings.h"
#include "qualiodoo/store/mirror_sets.h"
#include "qualiodoo/store/settled.h"
#include "qualiodoo/store/targets.h"
#include "qualiodoo/store/transactions.h"
#include "qualiodoo/util/heartbeat.h"
#include "qualiodoo/util/interrupt.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/log.h"
#include "qualiodoo/util/progress.h"

/* safety.max_delete always allows this many: in a small table, few rows are a large percentage. */
#define DELETE_ALWAYS_ALLOWED 20

static const char *write_date_of(const struct model *model, const struct mirror_value *values)
{
    const struct mirror_value *value = &values[model_column(model, "write_date")];

    return value->kind == VALUE_TEXT ? value->text : NULL;
}

/* The configured domain of the records that count; NULL: all count. */
static json_t *counting_domain(const struct page *page)
{
    json_t *domain = page->model->counting ? page->model->counting(page->pull->config) : NULL;

    return json_array_size(domain) ? domain : NULL;
}

/* Sets page->counting to the ids of the page in the configured domain. */
static int find_counting(struct page *page, const int64_t *ids, size_t count, struct error *error)
{
    struct pull *pull = page->pull;
    json_t *configured = counting_domain(page), *domain;
    int rc;

    free(page->counting.items);
    page->counting = (struct ids){0};
    if (!configured)
        return 0;
    domain = json_copy(configured);
    json_build_add(&domain, json_pack("[sso]", "id", "in", json_build_ids(ids, count)));
    rc = domain ? odoo_search_all(pull->odoo, model_remote(page->model, pull->flavour), domain,
                                  &page->counting, error)
                : error_memory(error);
    json_decref(domain);
    return rc < 0 ? error_prefix(error, "%s", page->model->counting_key) : 0;
}

/* Used for all records of one page. */
struct reading {
    const struct odoo_records *records;
    int places[MIRROR_COLUMNS_MAX]; /* of model_places() */
    json_t *texts;                  /* owns new texts of the present record; NULL: out of memory */
};

/* Fills in the FIELD_COMPUTED columns. */
static void compute(const struct page *page, struct reading *reading,
                    const struct odoo_record *record, struct mirror_value *values)
{
    const struct computing computing = {
        .pull = page->pull,
        .model = page->model,
        .counting = counting_domain(page) ? &page->counting : NULL,
        .records = reading->records,
        .record = record,
        .texts = &reading->texts,
        .values = values,
    };

    if (page->model->compute)
        page->model->compute(&computing);
}

static bool is_entry(const struct mirror_value *type)
{
    return type->kind != VALUE_TEXT || strncmp(type->text, "out_", 4) != 0;
}

/* Marks tickets and invoices that may have changed as `pending`: parts.c then lists their parts
 * again, which can vanish without a trace. Of a changed entry, parts.c reads the lines again: their
 * date or state may have changed with it. */
static int mark_parts(const struct page *page, int64_t id, const struct mirror_value *values,
                      enum mirror_change change, struct error *error)
{
    const char *write_date = write_date_of(page->model, values);
    bool ticket = page->model == &models[MODEL_TICKET];

    if (!ticket && page->model != &models[MODEL_MOVE])
        return 0;
    if (!ticket && is_entry(&values[model_column(page->model, "type")]))
        return change == MIRROR_UPDATED || change == MIRROR_STAMPED
                   ? mirror_pending_add(page->pull->store, page->model->table.name, id, error)
                   : 0;
    if (ticket && (!page->log || page->pull->full))
        return 0; /* all timesheets are listed anyway */
    if (change == MIRROR_SAME && page->settled && write_date &&
        strcmp(write_date, page->settled) < 0)
        return 0;
    return mirror_pending_add(page->pull->store, page->model->table.name, id, error);
}

static int put_record(struct page *page, struct reading *reading, const struct odoo_record *record,
                      struct error *error)
{
    struct pull *pull = page->pull;
    const struct model *model = page->model;
    struct mirror_value values[MIRROR_COLUMNS_MAX];
    int64_t id = record->id;
    enum mirror_change change = MIRROR_SAME;
    const char *write_date;
    int rc;

    json_array_clear(reading->texts);
    model_values(model, reading->places, record, &reading->texts, values);
    compute(page, reading, record, values);
    if (!reading->texts)
        return error_memory(error);
    write_date = write_date_of(page->model, values);
    if (write_date && strcmp(write_date, page->high) > 0)
        snprintf(page->high, sizeof page->high, "%s", write_date);
    if (page->take)
        return page->take(page, id, values, error);
    if (page->out_of_scope || (model->link >= 0 && values[model->link].kind == VALUE_NULL)) {
        rc = ids_add(&page->gone, id) < 0 ? error_memory(error) : 0;
    } else {
        rc = mirror_put(pull->store,
                        &(struct mirror_row){.table = &model->table,
                                             .id = id,
                                             .values = values,
                                             .log = page->log,
                                             .incomplete = record->damage != NULL},
                        &change, error);
        if (rc == 0)
            rc = mark_parts(page, id, values, change, error);
        if (rc == 0 && (change == MIRROR_CREATED || change == MIRROR_UPDATED))
            rc = settings_note(pull, model, values, error);
        if (rc == 0 && model == &models[MODEL_TICKET] &&
            (change == MIRROR_UPDATED || change == MIRROR_STAMPED) &&
            pull->flavour->hides_responses)
            rc = history_forget(pull->store, id, error);
        if (rc == 0 && record->damage)
            rc = mirror_damaged(pull->store, model->table.name, id, record->damage, error);
        else if (rc == 0 && pull->has_unreadable)
            rc = mirror_unreadable(pull->store, model->table.name, id, NULL, error);
        if (rc == 0 && model == &models[MODEL_TICKET] && change == MIRROR_CREATED)
            rc = settled_note_born_closed(pull->store, id, error);
        if (change == MIRROR_CREATED)
            pull_report_count(&pull->report->created, model_remote(model, pull->flavour), 1);
        if (change == MIRROR_UPDATED)
            pull_report_count(&pull->report->updated, model_remote(model, pull->flavour), 1);
    }
    return rc;
}

/* Notes the two settlement lines of a partial in page->lines: parts.c reads them again, as their
 * date or journal may have changed. */
static int note_lines(struct page *page, const struct odoo_records *records,
                      const struct odoo_record *record, struct error *error)
{
    static const char *const sides[] = {"debit_move_id", "credit_move_id"};

    if (page->model != &models[MODEL_PARTIAL])
        return 0;
    for (int i = 0; i < 2; i++)
        if (ids_add(&page->lines, odoo_cell_id(odoo_records_cell(records, record, sides[i]))) < 0)
            return error_memory(error);
    return 0;
}

/* Adds the requested ids that Odoo did not return to page->gone. */
static int note_absent(struct page *page, const int64_t *requested, size_t count,
                       const struct odoo_records *records, struct error *error)
{
    struct ids present = {0};
    int rc = 0;

    for (size_t i = 0; i < records->count; i++)
        if (ids_add(&present, records->items[i].id) < 0)
            rc = error_memory(error);
    ids_sort(present.items, present.count);
    for (size_t i = 0; i < count && rc == 0; i++)
        if (!ids_contain(present.items, present.count, requested[i]) &&
            ids_add(&page->gone, requested[i]) < 0)
            rc = error_memory(error);
    free(present.items);
    return rc;
}

static int write_page(struct page *page, const int64_t *requested, size_t count,
                      const struct odoo_records *records, struct error *error)
{
    struct pull *pull = page->pull;
    struct reading reading = {.records = records, .texts = json_array()};
    int rc = reading.texts ? 0 : error_memory(error);

    model_places(page->model, pull->flavour, records, reading.places);
    for (size_t i = 0; i < records->count && rc == 0; i++) {
        rc = put_record(page, &reading, &records->items[i], error);
        if (rc == 0)
            rc = note_lines(page, records, &records->items[i], error);
    }
    json_decref(reading.texts);
    if (rc == 0 && records->count < count)
        rc = note_absent(page, requested, count, records, error);
    if (rc == 0 && page->cursor) {
        page->cursor->resume_id = requested[count - 1];
        rc = mirror_cursor_set(pull->store, page->model->table.name, page->cursor, error);
    }
    return rc;
}

/* Says of which records the texts are missing. */
static void tell_damaged(const struct page *page, const struct odoo_records *records)
{
    for (size_t i = 0; i < records->count; i++)
        if (records->items[i].damage)
            log_warning("%s %lld is kept without its texts, which cannot be read: %s",
                        model_remote(page->model, page->pull->flavour),
                        (long long)records->items[i].id, records->items[i].damage);
}

int page_store(struct page *page, const int64_t *requested, size_t count,
               const struct odoo_records *records, struct error *error)
{
    struct pull *pull = page->pull;
    const char *remote = model_remote(page->model, pull->flavour);
    int rc = identity_confirm(pull, error);

    if (rc == 0)
        rc = find_counting(page, requested, count, error);

    tell_damaged(page, records);
    if (rc == 0)
        rc = store_begin(pull->store, error);
    if (rc < 0)
        return rc;
    rc = write_page(page, requested, count, records, error);
    if (rc == 0)
        rc = store_commit(pull->store, error);
    if (rc < 0) {
        store_rollback(pull->store);
        return rc;
    }
    if (!page->take)
        pull_report_count(&pull->report->checked, remote, (int64_t)records->count);
    page->done += count;
    heartbeat_beat();
    if (pull->stored)
        pull->stored(pull->context);
    progress_count("rows", (int64_t)page->done, (int64_t)page->total);
    return interrupt_check(error);
}

static int store_page(void *context, const int64_t *requested, size_t count,
                      const struct odoo_records *records, struct error *error)
{
    return page_store(context, requested, count, records, error);
}

static void note_bad(void *context, int64_t id, const char *reason)
{
    struct page *page = context;
    struct pull *pull = page->pull;
    struct error error;

    log_warning("%s %lld cannot be read and is skipped: %s",
                model_remote(page->model, pull->flavour), (long long)id, reason);
    if (mirror_unreadable(pull->store, page->model->table.name, id, reason, &error) < 0)
        log_warning("%s", error.message);
}

/* The ids of one call: at most odoo.page_size. */
static size_t chunk_size(const struct page *page)
{
    size_t most = (size_t)page->pull->config->odoo.page_size;

    return page->chunk && page->chunk < most ? page->chunk : most;
}

int page_read(struct page *page, const int64_t *ids, size_t count, struct error *error)
{
    struct pull *pull = page->pull;
    struct odoo_read read = {
        .model = model_remote(page->model, pull->flavour),
        .ids = ids,
        .count = count,
        .chunk = chunk_size(page),
        .fields = pull->fields[page->model - models],
        .page = store_page,
        .bad = note_bad,
        .context = page,
    };
    int rc = 0;

    if (!count)
        return 0;
    page->total = page->done + count;
    progress_step("%s", read.model);
    progress_count("rows", (int64_t)page->done, (int64_t)page->total);
    for (int i = 0; i < ODOO_FALLBACKS && rc == 0; i++)
        rc = model_bare_names(page->model, pull->flavour, read.fields, i == 0, &read.fallbacks[i]);
    rc = rc < 0 ? error_memory(error) : odoo_read(pull->odoo, &read, error);
    for (int i = 0; i < ODOO_FALLBACKS; i++)
        json_decref(read.fallbacks[i]);
    return rc;
}

int page_check_gone(struct page *page, struct error *error)
{
    struct pull *pull = page->pull;
    int64_t count = 0;
    size_t limit;
    int rc;

    if (!page->gone.count)
        return 0;
    rc = identity_confirm(pull, error);
    if (rc == 0)
        rc = mirror_keep_known(pull->store, &page->model->table, &page->gone, error);
    if (rc == 0)
        rc = mirror_count(pull->store, &page->model->table, &count, error);
    if (rc < 0 || page->model->own)
        return rc;
    limit = (size_t)count * (size_t)pull->config->safety.max_delete_percent / 100;
    if (limit < DELETE_ALWAYS_ALLOWED)
        limit = DELETE_ALWAYS_ALLOWED;
    if (page->gone.count > limit && !pull->force)
        return error_set(error, ERR_SAFETY,
                         "%zu of %lld records of %s have gone from Odoo, more than "
                         "safety.max_delete allows (%zu): nothing was deleted here; if they were "
                         "really deleted, run 'qualiodoo reconcile --force'",
                         page->gone.count, (long long)count,
                         model_remote(page->model, pull->flavour), limit);
    return 0;
}

int page_delete_gone(struct page *page, struct error *error)
{
    struct store *store = page->pull->store;
    struct ids *gone = &page->gone;
    int rc = page_check_gone(page, error);

    if (rc < 0 || !gone->count)
        return rc;
    rc = store_begin(store, error);
    for (size_t i = 0; i < gone->count && rc == 0; i++)
        rc = mirror_delete(store, &page->model->table, gone->items[i], error);
    if (rc == 0)
        rc = store_commit(store, error);
    if (rc < 0) {
        store_rollback(store);
        return rc;
    }
    pull_report_count(&page->pull->report->deleted, model_remote(page->model, page->pull->flavour),
                      (int64_t)gone->count);
    gone->count = 0;
    return 0;
}

void page_close(struct page *page)
{
    free(page->gone.items);
    free(page->lines.items);
    free(page->counting.items);
    page->gone = page->lines = page->counting = (struct ids){0};
}
