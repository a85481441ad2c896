/* read.c - reads records chunk by chunk; the next chunks are fetched while one is handled. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "odoo_internal.h"
#include "prefetch.h"

/* A range of the ids to read. */
struct range {
    const int64_t *ids;
    size_t count;
};

static json_t *ids_to_json(const struct range *range)
{
    json_t *ids = json_array();

    for (size_t i = 0; ids && i < range->count; i++)
        if (json_array_append_new(ids, json_integer(range->ids[i]))) {
            json_decref(ids);
            return NULL;
        }
    return ids;
}

/* `load: ''` gives many2one as bare ids, which is also faster: Odoo computes no names. */
static int write_request(struct odoo *odoo, const struct odoo_read *read, const struct range *range,
                         struct odoo_request *ret_request, struct error *error)
{
    struct odoo_call call = {.model = read->model,
                             .method = "read",
                             .arguments = json_pack("[o]", ids_to_json(range)),
                             .keywords = json_pack("{s:O, s:s, s:{s:b}}", "fields", read->fields,
                                                   "load", "", "context", "active_test", 0),
                             .safe = true};
    int code = call.arguments && call.keywords
                   ? odoo_request_execute(odoo, &call, ret_request, error)
                   : error_memory(error);

    json_decref(call.arguments);
    json_decref(call.keywords);
    return code;
}

static int compare_ids(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

/* Marks the id of a record as taken; false when it is not one of the `count` sorted ids, or taken
 * already. */
static bool take_id(const json_t *record, const int64_t *ids, bool *taken, size_t count)
{
    const json_t *value = json_object_get(record, "id");
    int64_t id = json_integer_value(value);
    const int64_t *found =
        json_is_integer(value) ? bsearch(&id, ids, count, sizeof *ids, compare_ids) : NULL;

    if (!found || taken[found - ids])
        return false;
    taken[found - ids] = true;
    return true;
}

/* Accepts only records that were asked for, each once: those that are absent will count as deleted.
 */
static int check_records(const struct odoo_read *read, const struct range *range,
                         const json_t *records, struct error *error)
{
    int64_t *ids = calloc(range->count, sizeof *ids);
    bool *taken = calloc(range->count, sizeof *taken);
    const json_t *record;
    size_t i;
    int code = ids && taken ? 0 : error_memory(error);

    if (!code) {
        memcpy(ids, range->ids, range->count * sizeof *ids);
        qsort(ids, range->count, sizeof *ids, compare_ids);
    }
    json_array_foreach(records, i, record) {
        if (!code && !take_id(record, ids, taken, range->count))
            code = error_set(error, ERR_PROTOCOL,
                             "%s.read: record %zu of the answer has no id, or one that was not "
                             "asked for",
                             read->model, i + 1);
    }
    free(ids);
    free(taken);
    return code;
}

static int deliver(const struct odoo_read *read, const struct range *range, json_t *records,
                   struct error *error)
{
    int code;

    if (!json_is_array(records))
        return error_set(error, ERR_PROTOCOL, "%s.read: the answer is not a list of records",
                         read->model);
    code = check_records(read, range, records, error);
    return code ? code : read->page(read->context, range->ids, range->count, records, error);
}

static int read_range(struct odoo *odoo, const struct odoo_read *read, const struct range *range,
                      struct error *error);

/* Reads one record again with the fallback fields. ERR_UNPARSABLE when no fallback can be parsed.
 */
static int read_less(struct odoo *odoo, const struct odoo_read *read, const struct range *range,
                     const char *reason, struct error *error)
{
    for (size_t i = 0; i < ODOO_FALLBACKS; i++) {
        struct odoo_read less = *read;
        struct odoo_request request = {0};
        json_t *records = NULL;
        int code;

        less.fields = read->fallbacks[i];
        if (!less.fields)
            continue;
        code = write_request(odoo, &less, range, &request, error);
        if (!code)
            code = odoo_call(odoo, &request, &records, error);
        odoo_request_clear(&request);
        if (code == ERR_UNPARSABLE)
            continue;
        if (!code) {
            read->damaged(read->context, range->ids[0], reason);
            code = deliver(read, range, records, error);
        }
        json_decref(records);
        return code;
    }
    return ERR_UNPARSABLE;
}

/* Handles an answer that cannot be parsed: reads both halves or, for a single record, the
 * fallbacks. A record of which nothing can be read is passed to `bad`, not to `page`, which would
 * take it for deleted. */
static int read_halves(struct odoo *odoo, const struct odoo_read *read, const struct range *range,
                       const char *reason, struct error *error)
{
    struct range first = {.ids = range->ids, .count = range->count / 2};
    struct range second = {.ids = range->ids + first.count, .count = range->count - first.count};
    int code;

    if (range->count == 1) {
        code = read_less(odoo, read, range, reason, error);
        if (code != ERR_UNPARSABLE)
            return code;
        if (read->bad)
            read->bad(read->context, range->ids[0], reason);
        return 0;
    }
    code = read_range(odoo, read, &first, error);
    return code ? code : read_range(odoo, read, &second, error);
}

/* Reads one range on this thread. */
static int read_range(struct odoo *odoo, const struct odoo_read *read, const struct range *range,
                      struct error *error)
{
    struct odoo_request request = {0};
    json_t *records = NULL;
    struct error own = {0};
    int code = write_request(odoo, read, range, &request, &own);

    if (!code)
        code = odoo_call(odoo, &request, &records, &own);
    odoo_request_clear(&request);
    if (code == ERR_UNPARSABLE)
        return read_halves(odoo, read, range, own.message, error);
    if (code) {
        if (error)
            *error = own;
        return code;
    }
    code = deliver(read, range, records, error);
    json_decref(records);
    return code;
}

static struct range chunk_of(const struct odoo_read *read, size_t start)
{
    size_t left = read->count - start;

    return (struct range){.ids = read->ids + start,
                          .count = left < read->chunk ? left : read->chunk};
}

/* Requests the chunk that begins at `start`, if there is one. */
static int send_ahead(struct prefetch *prefetch, struct odoo *odoo, const struct odoo_read *read,
                      size_t start, struct error *error)
{
    struct odoo_request request = {0};
    struct range range;
    int code;

    if (start >= read->count)
        return 0;
    range = chunk_of(read, start);
    code = write_request(odoo, read, &range, &request, error);

    if (!code)
        prefetch_start(prefetch, &request);
    return code;
}

/* After an answer that cannot be used: reads the range again on this thread, which competes for
 * `line` with the thread that reads ahead. */
static int read_again(struct odoo *odoo, const struct odoo_read *read, const struct range *range,
                      struct error *cause, struct error *error)
{
    struct http_abort abort = odoo_abort(odoo);

    if (cause->code == ERR_UNPARSABLE)
        return read_halves(odoo, read, range, cause->message, error);
    if (cause->retry == RETRY_LATER && odoo->options.max_attempts > 1 &&
        !odoo_pause(odoo, 1, &abort, cause))
        return read_range(odoo, read, range, error);
    if (error)
        *error = *cause;
    return cause->code;
}

/* Decodes and delivers an answer of the thread; its body is freed. */
static int handle(struct odoo *odoo, const struct odoo_read *read, const struct range *range,
                  const struct odoo_request *request, struct http_answer *answer,
                  struct error *error)
{
    json_t *records = NULL;
    struct error cause = {0};
    int code = odoo_decode(odoo, request, answer, &records, &cause);

    if (code)
        return read_again(odoo, read, range, &cause, error);
    code = deliver(read, range, records, error);
    json_decref(records);
    return code;
}

static int read_ahead(struct prefetch *prefetch, struct odoo *odoo, const struct odoo_read *read,
                      struct error *error)
{
    size_t ahead = PREFETCH_DEPTH * read->chunk;
    int code = 0;

    for (size_t start = 0; !code && start < ahead; start += read->chunk)
        code = send_ahead(prefetch, odoo, read, start, error);
    for (size_t start = 0; !code && start < read->count; start += read->chunk) {
        struct range range = chunk_of(read, start);
        struct odoo_request request = {0};
        struct http_answer answer = {0};

        code = prefetch_take(prefetch, &request, &answer, error);
        if (!code)
            code = send_ahead(prefetch, odoo, read, start + ahead, error);
        if (!code)
            code = handle(odoo, read, &range, &request, &answer, error);
        free(answer.body);
        odoo_request_clear(&request);
    }
    return code;
}

int odoo_read(struct odoo *odoo, const struct odoo_read *read, struct error *error)
{
    struct range all = {.ids = read->ids, .count = read->count};
    struct prefetch *prefetch = NULL;
    int code;

    if (read->count == 0)
        return 0;
    code = odoo_authenticate(odoo, error);
    if (!code && read->count <= read->chunk)
        return read_range(odoo, read, &all, error);
    if (!code)
        code = prefetch_open(odoo, &prefetch, error);
    if (!code)
        code = read_ahead(prefetch, odoo, read, error);
    prefetch_free(prefetch);
    malloc_trim(0); /* returns the memory that xmlrpc.c lets the heap keep between pages */
    return code;
}
