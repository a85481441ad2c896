/* read.c - reads records chunk by chunk; the next chunks arrive, and are parsed, while one is
 * handled.
 *
 * An answer that breaks has given the complete records before the break. The record that breaks it
 * is read again with fewer fields, and what the answer did not give is asked for again. */
#include "qualiodoo/odoo/read.h"

#include <stdlib.h>
#include <string.h>

#include "execute_internal.h"
#include "prefetch.h"
#include "qualiodoo/odoo/session.h"
#include "qualiodoo/util/json_build.h"
#include "rows.h"

/* Ids to read. */
struct range {
    const int64_t *ids;
    size_t count;
};

/* One call of odoo_read(). */
struct reading {
    struct odoo *odoo;
    const struct odoo_read *read;
};

/* The records of a range: their ids, or with `search` the domain that finds them. */
static json_t *which_records(const struct odoo_read *read, const struct range *range)
{
    json_t *ids = json_build_ids(range->ids, range->count);

    return read->search ? json_pack("[[[sso]]]", "id", "in", ids) : json_pack("[o]", ids);
}

/* `load: ''` gives many2one as bare ids, which is also faster: Odoo computes no names. */
static int write_request(const struct reading *reading, json_t *fields, const struct range *range,
                         struct odoo_request *ret_request, struct error *error)
{
    const struct odoo_read *read = reading->read;
    struct odoo_call call = {.model = read->model,
                             .method = read->search ? "search_read" : "read",
                             .arguments = which_records(read, range),
                             .keywords = json_pack("{s:O, s:s, s:s*, s:{s:b}}", "fields", fields,
                                                   "load", "", "order", read->search ? "id" : NULL,
                                                   "context", "active_test", 0),
                             .safe = true};
    int rc = call.arguments && call.keywords
                 ? odoo_request_execute(reading->odoo, &call, ret_request, error)
                 : error_memory(error);

    json_decref(call.arguments);
    json_decref(call.keywords);
    return rc;
}

static void forget(void *context)
{
    rows_again(context);
}

static int64_t count(void *context)
{
    return (int64_t)rows_given(context);
}

/* Puts the records of an answer into rows. */
static struct odoo_result into(struct rows *rows)
{
    return (struct odoo_result){
        .sink = rows_sink(rows), .again = forget, .count = count, .context = rows};
}

/* Sends a request on this thread; the records of its answer are added to the rows. */
static int send_rows(const struct reading *reading, struct odoo_request *request, struct rows *rows,
                     struct error *error)
{
    struct http_abort abort = odoo_abort(reading->odoo);
    struct odoo_result result = into(rows);
    struct odoo_trace trace = {0};
    int rc;

    result.trace = &trace;
    rc = odoo_send(reading->odoo, request, &abort, &result, error);

    odoo_request_clear(request);
    if (trace.method)
        odoo_tell(reading->odoo, &trace);
    return rc;
}

/* Asks for records, on this thread; they are added to the rows. */
static int ask_rows(const struct reading *reading, json_t *fields, const struct range *range,
                    struct rows *rows, struct error *error)
{
    struct odoo_request request = {0};
    int rc = rows_expect(rows, range->ids, range->count, error);

    if (!rc)
        rc = write_request(reading, fields, range, &request, error);
    return rc ? rc : send_rows(reading, &request, rows, error);
}

/* The work that is left of a page: the ids that no answer gave. */
struct rest {
    struct rows *rows;
    int64_t *ids;
    size_t count;
    int64_t *skipped; /* unreadable ids, of which the page says nothing */
    size_t n_skipped;
};

/* Reads a record that breaks the answer again, with the fallback fields. One of which nothing can
 * be read is passed to `bad`, and added to rest->skipped: the page does not hold it, which does not
 * mean that it is gone. */
static int read_less(const struct reading *reading, struct rest *rest, int64_t id,
                     const char *reason, struct error *error)
{
    const struct odoo_read *read = reading->read;
    struct range range = {.ids = &id, .count = 1};

    for (size_t i = 0; i < ODOO_FALLBACKS; i++) {
        int rc;

        if (!read->fallbacks[i])
            continue;
        rc = ask_rows(reading, read->fallbacks[i], &range, rest->rows, error);
        if (rc == ERR_UNPARSABLE) {
            rows_again(rest->rows);
            continue;
        }
        return rc ? rc : rows_damaged(rest->rows, reason, error);
    }
    rest->skipped[rest->n_skipped++] = id;
    if (read->bad)
        read->bad(read->context, id, reason);
    return 0;
}

/* Takes out the ids that the rows have, and `id`. */
static void keep_left(struct rest *rest, int64_t id)
{
    size_t kept = 0;

    for (size_t i = 0; i < rest->count; i++)
        if (rest->ids[i] != id && !rows_have(rest->rows, rest->ids[i]))
            rest->ids[kept++] = rest->ids[i];
    rest->count = kept;
}

static int read_rest(const struct reading *reading, struct rest *rest, struct error *error);

/* After a failure that names no record, as a fault of Odoo does: reads both halves. */
static int read_halves(const struct reading *reading, struct rest *rest, struct error *error)
{
    struct rest first = *rest, second = *rest;
    int rc;

    first.count /= 2;
    second.ids += first.count;
    second.count -= first.count;
    rc = read_rest(reading, &first, error);
    second.n_skipped = first.n_skipped;
    if (!rc)
        rc = read_rest(reading, &second, error);
    rest->n_skipped = second.n_skipped;
    rest->count = 0;
    return rc;
}

/* After an answer that broke with `reason`: reads the record that broke it, and leaves in `rest`
 * what must be asked for again. */
static int after_break(const struct reading *reading, struct rest *rest, const char *reason,
                       struct error *error)
{
    int64_t id = rows_broken(rest->rows);

    if (id == 0 && rest->count == 1)
        id = rest->ids[0];
    if (id == 0 && rows_given(rest->rows) == 0)
        return read_halves(reading, rest, error);
    keep_left(rest, id);
    return id == 0 ? 0 : read_less(reading, rest, id, reason, error);
}

/* Asks for what is left until nothing is. */
static int read_rest(const struct reading *reading, struct rest *rest, struct error *error)
{
    int rc = 0;

    while (!rc && rest->count) {
        struct range range = {.ids = rest->ids, .count = rest->count};
        struct error own = {0};

        rc = ask_rows(reading, reading->read->fields, &range, rest->rows, &own);
        if (rc == ERR_UNPARSABLE)
            rc = after_break(reading, rest, own.message, error);
        else if (rc && error)
            *error = own;
        else
            rest->count = 0;
    }
    return rc;
}

/* The ids of the page, without those of which it says nothing. */
static size_t without_skipped(const struct rest *rest, const struct range *range, int64_t *ids)
{
    size_t kept = 0;

    for (size_t i = 0; i < range->count; i++) {
        bool skipped = false;

        for (size_t j = 0; j < rest->n_skipped; j++)
            skipped = skipped || rest->skipped[j] == range->ids[i];
        if (!skipped)
            ids[kept++] = range->ids[i];
    }
    return kept;
}

static int deliver(const struct odoo_read *read, const struct range *range, const struct rows *rows,
                   struct error *error)
{
    struct odoo_records records = rows_records(rows);

    return read->page(read->context, range->ids, range->count, &records, error);
}

/* Completes and delivers a page whose answer broke, for `reason`. */
static int complete(const struct reading *reading, const struct range *range, struct rows *rows,
                    const char *reason, struct error *error)
{
    struct rest rest = {.rows = rows, .count = range->count};
    struct range said = {0};
    int64_t *ids = calloc(3 * range->count, sizeof *ids);
    int rc;

    if (!ids)
        return error_memory(error);
    rest.ids = ids;
    rest.skipped = ids + range->count;
    memcpy(rest.ids, range->ids, range->count * sizeof *ids);
    rc = after_break(reading, &rest, reason, error);
    if (!rc)
        rc = read_rest(reading, &rest, error);
    if (!rc) {
        said.ids = ids + 2 * range->count;
        said.count = without_skipped(&rest, range, ids + 2 * range->count);
        if (said.count)
            rc = deliver(reading->read, &said, rows, error);
    }
    free(ids);
    return rc;
}

/* How the call for a page ended. */
struct outcome {
    struct rows *rows;  /* the records that its answer gave */
    int rc;             /* 0, or the code of the error */
    struct error cause; /* why it failed */
};

static int handle(const struct reading *reading, const struct range *range,
                  const struct outcome *outcome, struct error *error)
{
    if (outcome->rc == 0)
        return deliver(reading->read, range, outcome->rows, error);
    if (outcome->rc == ERR_UNPARSABLE)
        return complete(reading, range, outcome->rows, outcome->cause.message, error);
    if (error)
        *error = outcome->cause;
    return outcome->rc;
}

/* Reads one range on this thread. */
static int read_range(const struct reading *reading, const struct range *range, struct error *error)
{
    struct outcome outcome = {0};
    int rc = rows_open(reading->read->model, reading->read->fields, &outcome.rows, error);

    if (rc)
        return rc;
    outcome.rc = ask_rows(reading, reading->read->fields, range, outcome.rows, &outcome.cause);
    rc = handle(reading, range, &outcome, error);
    rows_free(outcome.rows);
    return rc;
}

static struct range chunk_of(const struct odoo_read *read, size_t start)
{
    size_t left = read->count - start;

    return (struct range){.ids = read->ids + start,
                          .count = left < read->chunk ? left : read->chunk};
}

/* The pages: as many as can be ahead, and the one that is handled. */
enum { PAGES = PREFETCH_DEPTH + 1 };

/* Requests the chunk that begins at `start`, if there is one. */
static int send_ahead(struct prefetch *prefetch, const struct reading *reading, size_t start,
                      struct rows *const *pages, struct error *error)
{
    const struct odoo_read *read = reading->read;
    struct rows *rows = pages[start / read->chunk % PAGES];
    struct odoo_result result = into(rows);
    struct odoo_request request = {0};
    struct range range;
    int rc;

    if (start >= read->count)
        return 0;
    range = chunk_of(read, start);
    rows_clear(rows);
    rc = rows_expect(rows, range.ids, range.count, error);
    if (!rc)
        rc = write_request(reading, read->fields, &range, &request, error);
    if (!rc)
        prefetch_start(prefetch, &request, &result);
    return rc;
}

static int read_ahead(struct prefetch *prefetch, const struct reading *reading,
                      struct rows *const *pages, struct error *error)
{
    const struct odoo_read *read = reading->read;
    size_t ahead = PREFETCH_DEPTH * read->chunk;
    int rc = 0;

    for (size_t start = 0; !rc && start < ahead; start += read->chunk)
        rc = send_ahead(prefetch, reading, start, pages, error);
    for (size_t start = 0; !rc && start < read->count; start += read->chunk) {
        struct range range = chunk_of(read, start);
        struct outcome outcome = {.rows = pages[start / read->chunk % PAGES]};

        outcome.rc = prefetch_take(prefetch, &outcome.cause);
        if (!outcome.rc || outcome.rc == ERR_UNPARSABLE)
            rc = send_ahead(prefetch, reading, start + ahead, pages, error);
        if (!rc)
            rc = handle(reading, &range, &outcome, error);
    }
    return rc;
}

static int read_chunks(const struct reading *reading, struct error *error)
{
    struct rows *pages[PAGES] = {0};
    struct prefetch *prefetch = NULL;
    int rc = 0;

    for (int i = 0; i < PAGES && !rc; i++)
        rc = rows_open(reading->read->model, reading->read->fields, &pages[i], error);
    if (!rc)
        rc = prefetch_open(reading->odoo, &prefetch, error);
    if (!rc)
        rc = read_ahead(prefetch, reading, pages, error);
    prefetch_free(prefetch); /* first: its thread fills the pages */
    for (int i = 0; i < PAGES; i++)
        rows_free(pages[i]);
    return rc;
}

static int write_matching(const struct reading *reading, struct odoo_request *ret_request,
                          struct error *error)
{
    const struct odoo_read *read = reading->read;
    struct odoo_call call = {.model = read->model,
                             .method = "search_read",
                             .arguments = json_pack("[O]", read->domain),
                             .keywords =
                                 json_pack("{sO ss ss s{sb}}", "fields", read->fields, "order",
                                           "id", "load", "", "context", "active_test", 0),
                             .safe = true};
    int rc = call.arguments && call.keywords
                 ? odoo_request_execute(reading->odoo, &call, ret_request, error)
                 : error_memory(error);

    json_decref(call.arguments);
    json_decref(call.keywords);
    return rc;
}

static int deliver_all(const struct odoo_read *read, const struct rows *rows, struct error *error)
{
    struct odoo_records records = rows_records(rows);
    int64_t *ids = calloc(records.count + 1, sizeof *ids);
    int rc;

    if (!ids)
        return error_memory(error);
    for (size_t i = 0; i < records.count; i++)
        ids[i] = records.items[i].id;
    rc = read->page(read->context, ids, records.count, &records, error);
    free(ids);
    return rc;
}

static int read_matching(const struct reading *reading, struct error *error)
{
    struct odoo_request request = {0};
    struct rows *rows = NULL;
    int rc = rows_open(reading->read->model, reading->read->fields, &rows, error);

    if (!rc)
        rc = rows_expect(rows, NULL, 0, error);
    if (!rc)
        rc = write_matching(reading, &request, error);
    if (!rc)
        rc = send_rows(reading, &request, rows, error);
    if (!rc)
        rc = deliver_all(reading->read, rows, error);
    rows_free(rows);
    return rc;
}

int odoo_read(struct odoo *odoo, const struct odoo_read *read, struct error *error)
{
    struct reading reading = {.odoo = odoo, .read = read};
    struct range all = {.ids = read->ids, .count = read->count};
    int rc;

    if (read->count == 0 && !read->domain)
        return 0;
    rc = odoo_authenticate(odoo, error);
    if (rc)
        return rc;
    if (read->domain)
        return read_matching(&reading, error);
    return read->count <= read->chunk ? read_range(&reading, &all, error)
                                      : read_chunks(&reading, error);
}
