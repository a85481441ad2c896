/* page.c - a page of records into the mirror, in one transaction with the cursor that says so. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/core/response.h"
#include "qualiodoo/pull/packs.h"
#include "qualiodoo/pull/pull.h"
#include "qualiodoo/store/settled.h"
#include "qualiodoo/store/targets.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/heartbeat.h"
#include "qualiodoo/util/interrupt.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/log.h"
#include "qualiodoo/util/progress.h"

/* safety.max_delete never stops fewer rows than this: small tables change by whole percents. */
#define DELETE_ALWAYS_ALLOWED 20

static void set_text(struct mirror_value *value, const char *text)
{
    *value = text ? (struct mirror_value){.kind = VALUE_TEXT, .text = text}
                  : (struct mirror_value){.kind = VALUE_NULL};
}

static void set_integer(struct mirror_value *value, int64_t integer)
{
    *value = (struct mirror_value){.kind = VALUE_INTEGER, .integer = integer};
}

/* The domain of the configuration that says which records of a model count, or NULL. */
static json_t *counting_domain(const struct page *page, const char **ret_key)
{
    const struct config *config = page->pull->config;
    bool ticket = page->model == &models[MODEL_TICKET];
    json_t *domain = ticket ? config->tickets.domain : config->timesheets.domain;

    if (!ticket && page->model != &models[MODEL_TIMESHEET])
        return NULL;
    *ret_key = ticket ? "tickets.domain" : "timesheets.domain";
    return json_array_size(domain) ? domain : NULL;
}

static void compute_domain(const struct page *page, int64_t id, struct mirror_value *values)
{
    const struct pull *pull = page->pull;
    const char *key;
    bool in = !counting_domain(page, &key) ||
              ids_contain(pull->in_domain.items, pull->in_domain.count, id);

    set_integer(&values[model_column(page->model, "in_domain")], in);
}

/* Finds which of the records of a page count. */
static int find_in_domain(struct page *page, const int64_t *ids, size_t count, struct error *error)
{
    struct pull *pull = page->pull;
    const char *key = "";
    json_t *configured = counting_domain(page, &key), *domain, *list = json_array();
    int rc;

    free(pull->in_domain.items);
    pull->in_domain = (struct ids){0};
    if (!configured) {
        json_decref(list);
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        json_build_add(&list, json_integer(ids[i]));
    domain = json_copy(configured);
    json_build_add(&domain, json_pack("[sso]", "id", "in", list));
    rc = domain ? odoo_search_all(pull->odoo, model_remote(page->model, pull->flavour), domain,
                                  &pull->in_domain.items, &pull->in_domain.count, error)
                : error_memory(error);
    json_decref(domain);
    return rc < 0 ? error_prefix(error, "%s", key) : 0;
}

/* An assignment that the creation made is no event: it is not kept. */
static void compute_ticket(const struct page *page, int64_t id, struct mirror_value *values)
{
    struct mirror_value *created = &values[model_column(page->model, "create_date")];
    struct mirror_value *assigned = &values[model_column(page->model, "assigned_date")];
    instant creation, assignment;

    compute_domain(page, id, values);
    if (created->kind == VALUE_TEXT && assigned->kind == VALUE_TEXT &&
        instant_parse_odoo(created->text, &creation) &&
        instant_parse_odoo(assigned->text, &assignment) &&
        response_assigned_at_creation(creation, assignment))
        assigned->kind = VALUE_NULL;
}

/* A product whose reference changed is no pack any more; one that opened lots stays, with what it
 * is called now: whether their credit is revoked is for a person to say. One that is named by its
 * id is shown by it when it has no reference. */
static void compute_product(const struct page *page, int64_t id, json_t **texts,
                            struct mirror_value *values)
{
    struct mirror_value *reference = &values[model_column(page->model, "reference")];
    const struct config *config = page->pull->config;
    const char *text = reference->kind == VALUE_TEXT ? reference->text : NULL;
    json_t *made;

    if (packs_contain(config, id, text)) {
        if (text)
            return;
        made = json_sprintf("id %lld", (long long)id);
        set_text(reference, json_string_value(made));
        json_build_add(texts, made);
    } else if (!ids_contain(page->pull->held.items, page->pull->held.count, id)) {
        reference->kind = VALUE_NULL;
    } else if (!text) {
        set_text(reference, "");
    }
}

static int64_t bare_id(json_t *value)
{
    return json_integer_value(json_is_array(value) ? json_array_get(value, 0) : value);
}

/* A note holds its figures as JSON in the subject and its key in the message_id. It is valid only
 * while the agent is its author, its creator and its last writer. */
static void compute_note(const struct page *page, json_t *record, json_t **texts,
                         struct mirror_value *values)
{
    const struct model *model = page->model;
    const struct pull *pull = page->pull;
    const char *subject = json_string_value(json_object_get(record, "subject"));
    const char *message = json_string_value(json_object_get(record, "message_id"));
    json_t *figures, *given, *text;
    const char *date;
    char key[128] = "";
    bool valid;

    if (json_build_parse(subject, 0, &figures) < 0)
        json_build_add(texts, NULL);
    given = json_object_get(figures, "qualiodoo_adjustment");
    date = json_string_value(json_object_get(given, "date"));
    valid = json_is_object(given) && date &&
            bare_id(json_object_get(record, "author_id")) == pull->agent_partner &&
            bare_id(json_object_get(record, "write_uid")) == pull->agent_uid &&
            bare_id(json_object_get(record, "create_uid")) == pull->agent_uid;

    if (message)
        sscanf(message, "<qualiodoo-adjust.%127[^@]", key);
    set_integer(&values[model_column(model, "minutes")],
                json_integer_value(json_object_get(given, "minutes")));
    set_text(&values[model_column(model, "date")], date);
    set_text(&values[model_column(model, "end")], json_string_value(json_object_get(given, "end")));
    set_text(&values[model_column(model, "reason")],
             json_string_value(json_object_get(given, "reason")));
    text = json_string(key);
    set_text(&values[model_column(model, "key")], json_string_value(text));
    json_build_add(texts, text);
    set_integer(&values[model_column(model, "valid")], valid);
    if (figures)
        json_build_add(texts, figures); /* keeps the texts alive */
}

/* The key between "<qualiodoo-" and "@DATABASE>"; the pattern of the domain may match more. */
static void compute_marker(const struct page *page, json_t *record, json_t **texts,
                           struct mirror_value *values)
{
    static const char head[] = "<qualiodoo-", adjust[] = "adjust.";
    const char *message = json_string_value(json_object_get(record, "message_id"));
    const char *database = page->pull->config->odoo.database, *at;
    struct mirror_value *key = &values[model_column(page->model, "key")];
    json_t *text;

    if (!message || strncmp(message, head, strlen(head)) != 0)
        return;
    message += strlen(head);
    if (strncmp(message, adjust, strlen(adjust)) == 0)
        return; /* that note is no verdict */
    at = strchr(message, '@');
    if (!at || strncmp(at + 1, database, strlen(database)) != 0 ||
        strcmp(at + 1 + strlen(database), ">") != 0)
        return;
    text = json_stringn(message, (size_t)(at - message));
    set_text(key, json_string_value(text));
    json_build_add(texts, text);
}

static void compute(const struct page *page, int64_t id, json_t *record, json_t **texts,
                    struct mirror_value *values)
{
    switch ((enum model_id)(page->model - models)) {
    case MODEL_UNIT:
        set_integer(&values[model_column(page->model, "absolute")], page->pull->units_absolute);
        break;
    case MODEL_PRODUCT:
        compute_product(page, id, texts, values);
        break;
    case MODEL_TICKET:
        compute_ticket(page, id, values);
        break;
    case MODEL_TIMESHEET:
        compute_domain(page, id, values);
        break;
    case MODEL_PARTNER:
        if (!page->pull->config->privacy.keep_names) {
            values[model_column(page->model, "name")].kind = VALUE_NULL;
            values[model_column(page->model, "reference")].kind = VALUE_NULL;
        }
        break;
    case MODEL_ADJUSTMENT:
        set_integer(&values[model_column(page->model, "valid")],
                    values[model_column(page->model, "date")].kind == VALUE_TEXT);
        break;
    case MODEL_ADJUSTMENT_NOTE:
        compute_note(page, record, texts, values);
        break;
    case MODEL_MARKER:
        compute_marker(page, record, texts, values);
        break;
    default:
        break;
    }
}

static bool is_entry(const struct mirror_value *type)
{
    return type->kind != VALUE_TEXT || strncmp(type->text, "out_", 4) != 0;
}

/* Tickets and invoices have parts that can vanish without a trace: list them again soon. Of an
 * entry the lines are read again, as their date or state may have changed with it. */
static int mark_parts(const struct page *page, int64_t id, const struct mirror_value *values,
                      enum mirror_change change, struct error *error)
{
    const char *write_date = values[0].kind == VALUE_TEXT ? values[0].text : NULL;
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

/* What the records of one page share. */
struct reading {
    const char *names[MIRROR_COLUMNS_MAX]; /* of the fields, by column */
    json_t *texts; /* made for the record at hand; NULL: memory was short, and so are its values */
};

static int put_record(struct page *page, struct reading *reading, json_t *record,
                      struct error *error)
{
    struct pull *pull = page->pull;
    const struct model *model = page->model;
    struct mirror_value values[MIRROR_COLUMNS_MAX];
    int64_t id = json_integer_value(json_object_get(record, "id"));
    enum mirror_change change = MIRROR_SAME;
    const char *write_date;
    int rc;

    json_array_clear(reading->texts);
    model_values(model, reading->names, record, &reading->texts, values);
    compute(page, id, record, &reading->texts, values);
    if (!reading->texts)
        return error_memory(error);
    write_date = values[0].kind == VALUE_TEXT ? values[0].text : NULL;
    if (write_date && strcmp(write_date, page->high) > 0)
        snprintf(page->high, sizeof page->high, "%s", write_date);
    if (page->out_of_scope || (model->link >= 0 && values[model->link].kind == VALUE_NULL)) {
        rc = ids_add(&pull->doomed, id) < 0 ? error_memory(error) : 0;
    } else {
        rc = mirror_put(pull->store, &model->table, id, values, page->log, &change, error);
        if (rc == 0)
            rc = mark_parts(page, id, values, change, error);
        if (rc == 0 && model == &models[MODEL_TICKET] &&
            (change == MIRROR_UPDATED || change == MIRROR_STAMPED) &&
            pull->flavour->hides_responses)
            rc = history_forget(pull->store, id, error);
        if (rc == 0 && page->damaged == id)
            rc = mirror_damaged(pull->store, model->table.name, id, page->damage, error);
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

/* A partial names two lines that must be read (again): their date or journal may have changed. */
static int note_lines(struct page *page, json_t *record, struct error *error)
{
    static const char *const sides[] = {"debit_move_id", "credit_move_id"};

    if (page->model != &models[MODEL_PARTIAL])
        return 0;
    for (int i = 0; i < 2; i++)
        if (ids_add(&page->pull->lines, bare_id(json_object_get(record, sides[i]))) < 0)
            return error_memory(error);
    return 0;
}

static int doom_absent(struct page *page, const int64_t *requested, size_t count, json_t *records,
                       struct error *error)
{
    struct ids present = {0};
    json_t *record;
    size_t i;
    int rc = 0;

    json_array_foreach(
        records, i,
        record) if (ids_add(&present, json_integer_value(json_object_get(record, "id"))) < 0) rc =
        error_memory(error);
    ids_sort(present.items, present.count);
    for (i = 0; i < count && rc == 0; i++)
        if (!ids_contain(present.items, present.count, requested[i]) &&
            ids_add(&page->pull->doomed, requested[i]) < 0)
            rc = error_memory(error);
    free(present.items);
    return rc;
}

static int write_page(struct page *page, const int64_t *requested, size_t count, json_t *records,
                      struct error *error)
{
    struct pull *pull = page->pull;
    struct reading reading = {.texts = json_array()};
    json_t *record;
    size_t i;
    int rc = reading.texts ? 0 : error_memory(error);

    model_names(page->model, pull->flavour, reading.names);
    json_array_foreach(records, i, record)
    {
        if (rc == 0)
            rc = put_record(page, &reading, record, error);
        if (rc == 0)
            rc = note_lines(page, record, error);
    }
    json_decref(reading.texts);
    if (rc == 0 && json_array_size(records) < count)
        rc = doom_absent(page, requested, count, records, error);
    if (rc == 0 && page->cursor) {
        page->cursor->resume_id = requested[count - 1];
        rc = mirror_cursor_set(pull->store, page->model->table.name, page->cursor, error);
    }
    return rc;
}

int page_store(struct page *page, const int64_t *requested, size_t count, json_t *records,
               struct error *error)
{
    struct pull *pull = page->pull;
    const char *remote = model_remote(page->model, pull->flavour);
    int rc = find_in_domain(page, requested, count, error);

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
    pull_report_count(&pull->report->checked, remote, (int64_t)json_array_size(records));
    page->done += count;
    heartbeat_beat();
    if (pull->stored)
        pull->stored(pull->context);
    progress_count("rows", (int64_t)page->done, (int64_t)page->total);
    return interrupt_check(error);
}

static int store_page(void *context, const int64_t *requested, size_t count, json_t *records,
                      struct error *error)
{
    return page_store(context, requested, count, records, error);
}

static void note_damaged(void *context, int64_t id, const char *reason)
{
    struct page *page = context;

    log_warning("%s %lld is kept without its texts, which cannot be read: %s",
                model_remote(page->model, page->pull->flavour), (long long)id, reason);
    page->damaged = id;
    snprintf(page->damage, sizeof page->damage, "%s", reason);
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

int page_read(struct page *page, const int64_t *ids, size_t count, struct error *error)
{
    struct pull *pull = page->pull;
    struct odoo_read read = {
        .model = model_remote(page->model, pull->flavour),
        .ids = ids,
        .count = count,
        .chunk = (size_t)pull->config->odoo.page_size,
        .fields = pull->fields[page->model - models],
        .page = store_page,
        .damaged = note_damaged,
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

/* Of the doomed, those that the mirror really holds: the others were never seen. */
static int known_doomed(struct pull *pull, const struct model *model, struct ids *ret_local,
                        struct error *error)
{
    struct ids *doomed = &pull->doomed;
    size_t kept = 0;
    int rc = mirror_ids(pull->store, &model->table, ret_local, error);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < doomed->count; i++)
        if (ids_contain(ret_local->items, ret_local->count, doomed->items[i]))
            doomed->items[kept++] = doomed->items[i];
    doomed->count = kept;
    return 0;
}

int page_check_doomed(struct pull *pull, const struct model *model, struct error *error)
{
    struct ids local = {0};
    size_t limit, count;
    int rc;

    if (!pull->doomed.count)
        return 0;
    rc = known_doomed(pull, model, &local, error);
    if (rc < 0)
        return rc;
    count = local.count;
    free(local.items);
    if (model->own)
        return 0;
    limit = count * (size_t)pull->config->safety.max_delete_percent / 100;
    if (limit < DELETE_ALWAYS_ALLOWED)
        limit = DELETE_ALWAYS_ALLOWED;
    if (pull->doomed.count > limit && !pull->force)
        return error_set(error, ERR_SAFETY,
                         "%zu of %zu records of %s have gone from Odoo, more than "
                         "safety.max_delete allows (%zu): nothing was deleted here; if they were "
                         "really deleted, run 'qualiodoo reconcile --force'",
                         pull->doomed.count, count, model_remote(model, pull->flavour), limit);
    return 0;
}

int page_bury(struct pull *pull, const struct model *model, struct error *error)
{
    int rc = page_check_doomed(pull, model, error);

    if (rc < 0 || !pull->doomed.count)
        return rc;
    rc = store_begin(pull->store, error);
    for (size_t i = 0; i < pull->doomed.count && rc == 0; i++)
        rc = mirror_delete(pull->store, &model->table, pull->doomed.items[i], error);
    if (rc == 0)
        rc = store_commit(pull->store, error);
    if (rc < 0) {
        store_rollback(pull->store);
        return rc;
    }
    pull_report_count(&pull->report->deleted, model_remote(model, pull->flavour),
                      (int64_t)pull->doomed.count);
    pull->doomed.count = 0;
    return 0;
}
