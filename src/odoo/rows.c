/* rows.c - takes the events of a parser, and keeps the cells of a page in one arena that the next
 * page uses again. */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "qualiodoo/util/array.h"

#define BLOCK_SIZE (64U << 10)

/* Memory is given out of blocks, in order; they are kept for the next page. */
struct block {
    struct block *next;
    size_t size, used;
    _Alignas(int64_t) char bytes[];
};

/* Where the parser is. */
enum place {
    PLACE_ANSWER, /* before or after the list */
    PLACE_LIST,
    PLACE_RECORD, /* a key comes next */
    PLACE_FIELD,  /* a value comes next */
    PLACE_ITEMS,  /* in the list of a field */
    PLACE_DEEPER, /* in a value that is not kept */
    PLACE_WRONG   /* after an item of the list that is no record */
};

struct rows {
    const char *model; /* borrowed, for messages */
    struct block *blocks, *present;
    const char **names;
    size_t n_names;
    int *order; /* the place of the n-th member of a record: as in the record before */
    struct odoo_record *items;
    size_t count, size;
    size_t before; /* rows that earlier answers gave */
    /* of the present answer */
    const int64_t *expected; /* ids, sorted; NULL: every id is accepted */
    size_t n_expected;
    bool *taken; /* of each expected id: a record had it */
    enum place place;
    struct odoo_cell *cells; /* of the present record */
    int64_t id;              /* of the present record; 0: not known yet */
    int member;              /* number of the present member of the record */
    int field;               /* the place of the present field; -1: not asked for */
    bool is_id;              /* the present field is `id` */
    int depth;               /* open lists and objects in PLACE_DEEPER */
    enum place outside;      /* where PLACE_DEEPER ends */
    struct ids list;         /* of the present field */
};

/* ---- Memory ---- */

static struct block *new_block(size_t size)
{
    struct block *block = malloc(sizeof *block + size);

    if (block)
        *block = (struct block){.size = size};
    return block;
}

/* `size` bytes until rows_clear(); NULL: out of memory. */
static void *give(struct rows *rows, size_t size)
{
    struct block *block = rows->present;
    void *given;

    size = (size + sizeof(int64_t) - 1) / sizeof(int64_t) * sizeof(int64_t);
    while (block && block->size - block->used < size)
        block = block->next;
    if (!block) {
        block = new_block(size > BLOCK_SIZE ? size : BLOCK_SIZE);
        if (!block)
            return NULL;
        block->next = rows->blocks;
        rows->blocks = block;
    }
    rows->present = block;
    given = block->bytes + block->used;
    block->used += size;
    return given;
}

void rows_clear(struct rows *rows)
{
    for (struct block *block = rows->blocks; block; block = block->next)
        block->used = 0;
    rows->present = rows->blocks;
    rows->count = rows->before = 0;
}

/* ---- Opening ---- */

int rows_open(const char *model, json_t *names, struct rows **ret_rows, struct error *error)
{
    struct rows *rows = calloc(1, sizeof *rows);
    json_t *name;
    size_t i;

    if (!rows)
        return error_memory(error);
    rows->model = model;
    rows->n_names = json_array_size(names);
    rows->names = calloc(rows->n_names + 1, sizeof *rows->names);
    rows->order = calloc(rows->n_names + 1, sizeof *rows->order);
    if (!rows->names || !rows->order) {
        rows_free(rows);
        return error_memory(error);
    }
    json_array_foreach(names, i, name)
        rows->names[i] = json_string_value(name);
    for (i = 0; i <= rows->n_names; i++)
        rows->order[i] = -1;
    *ret_rows = rows;
    return 0;
}

void rows_free(struct rows *rows)
{
    struct block *next;

    if (!rows)
        return;
    for (struct block *block = rows->blocks; block; block = next) {
        next = block->next;
        free(block);
    }
    free(rows->names);
    free(rows->order);
    free(rows->items);
    free(rows->list.items);
    free(rows);
}

void rows_again(struct rows *rows)
{
    rows->count = rows->before;
    rows->place = PLACE_ANSWER;
    rows->id = 0;
    if (rows->expected)
        memset(rows->taken, 0, rows->n_expected * sizeof *rows->taken);
}

int rows_expect(struct rows *rows, const int64_t *ids, size_t count, struct error *error)
{
    int64_t *expected = NULL;

    rows->before = rows->count;
    rows->expected = NULL;
    if (ids) {
        expected = give(rows, (count + 1) * sizeof *expected);
        rows->taken = give(rows, (count + 1) * sizeof *rows->taken);
        if (!expected || !rows->taken)
            return error_memory(error);
        memcpy(expected, ids, count * sizeof *ids);
        ids_sort(expected, count);
        rows->expected = expected;
        rows->n_expected = count;
    }
    rows_again(rows);
    return 0;
}

/* ---- The events ---- */

static int no_list(const struct rows *rows, struct error *error)
{
    return error_set(error, ERR_PROTOCOL, "%s.read: the answer is not a list of records",
                     rows->model);
}

static int compare_ids(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

/* Accepts only records that were asked for, each once: those that are absent will count as deleted.
 */
static int take_id(struct rows *rows, const struct event *event, struct error *error)
{
    int64_t id = event->kind == EVENT_INTEGER ? event->integer : 0;
    const int64_t *found = &id;

    if (rows->expected)
        found = bsearch(&id, rows->expected, rows->n_expected, sizeof id, compare_ids);
    else if (rows_given(rows) && id <= rows->items[rows->count - 1].id)
        found = NULL;
    if (id <= 0 || !found || (rows->expected && rows->taken[found - rows->expected]))
        return error_set(error, ERR_PROTOCOL,
                         "%s.read: record %zu of the answer has no id, or one that was not asked "
                         "for",
                         rows->model, rows->count - rows->before + 1);
    if (rows->expected)
        rows->taken[found - rows->expected] = true;
    rows->id = id;
    return 0;
}

static int begin_record(struct rows *rows, struct error *error)
{
    rows->cells = give(rows, (rows->n_names + 1) * sizeof *rows->cells);
    if (!rows->cells)
        return error_memory(error);
    for (size_t i = 0; i < rows->n_names; i++)
        rows->cells[i] = (struct odoo_cell){.kind = CELL_ABSENT};
    rows->id = 0;
    rows->member = -1;
    rows->place = PLACE_RECORD;
    return 0;
}

static int end_record(struct rows *rows, struct error *error)
{
    static const struct event none = {.kind = EVENT_NULL};

    if (rows->id == 0) /* says so */
        return take_id(rows, &none, error);
    for (size_t i = 0; i < rows->n_names; i++)
        if (rows->cells[i].kind == CELL_ABSENT && !rows->expected)
            return error_set(error, ERR_PROTOCOL, "%s.read: record %lld has no field '%s'",
                             rows->model, (long long)rows->id, rows->names[i]);
    if (ARRAY_RESERVE(rows->items, rows->size, rows->count + 1) < 0)
        return error_memory(error);
    rows->items[rows->count++] = (struct odoo_record){.id = rows->id, .cells = rows->cells};
    rows->id = 0;
    rows->place = PLACE_LIST;
    return 0;
}

static bool is_name(const char *name, const struct event *event)
{
    return strncmp(name, event->text, event->length) == 0 && name[event->length] == '\0';
}

/* Finds the place of a member by its name: the n-th member of each record has the same. */
static void take_key(struct rows *rows, const struct event *event)
{
    int *guess;

    if (rows->member < (int)rows->n_names)
        rows->member++;
    guess = &rows->order[rows->member];
    rows->field = -1;
    if (*guess >= 0 && is_name(rows->names[*guess], event))
        rows->field = *guess;
    for (size_t i = 0; i < rows->n_names && rows->field < 0; i++)
        if (is_name(rows->names[i], event))
            rows->field = *guess = (int)i;
    rows->is_id = is_name("id", event);
    rows->place = PLACE_FIELD;
}

/* A copy with a NUL at its end; NULL: out of memory. */
static char *copy(struct rows *rows, const char *text, size_t length)
{
    char *given = give(rows, length + 1);

    if (!given)
        return NULL;
    memcpy(given, text, length);
    given[length] = '\0';
    return given;
}

static bool fill(struct rows *rows, struct odoo_cell *cell, const struct event *event)
{
    switch (event->kind) {
    case EVENT_BOOLEAN:
        *cell = (struct odoo_cell){.kind = CELL_BOOLEAN, .truth = event->truth};
        return true;
    case EVENT_INTEGER:
        *cell = (struct odoo_cell){.kind = CELL_INTEGER, .integer = event->integer};
        return true;
    case EVENT_REAL:
        *cell = (struct odoo_cell){.kind = CELL_REAL, .real = event->real};
        return true;
    case EVENT_TEXT:
        *cell = (struct odoo_cell){.kind = CELL_TEXT,
                                   .text = copy(rows, event->text, event->length),
                                   .count = event->length};
        return cell->text != NULL;
    default:
        *cell = (struct odoo_cell){.kind = CELL_NULL};
        return true;
    }
}

/* Goes into a value that is not kept; `outside` is the place after it. */
static void go_deeper(struct rows *rows, enum place outside)
{
    rows->place = PLACE_DEEPER;
    rows->outside = outside;
    rows->depth = 1;
}

static int take_field(struct rows *rows, const struct event *event, struct error *error)
{
    struct odoo_cell none, *cell = rows->field >= 0 ? &rows->cells[rows->field] : &none;

    rows->place = PLACE_RECORD;
    if (rows->is_id) {
        int rc = take_id(rows, event, error);

        if (rc < 0)
            return rc;
    }
    if (event->kind == EVENT_LIST) {
        rows->list.count = 0;
        rows->place = PLACE_ITEMS;
    } else if (event->kind == EVENT_OBJECT) {
        *cell = (struct odoo_cell){.kind = CELL_OTHER};
        go_deeper(rows, PLACE_RECORD);
    } else if (!fill(rows, cell, event)) {
        return error_memory(error);
    }
    return 0;
}

static int end_list(struct rows *rows, struct error *error)
{
    size_t size = rows->list.count * sizeof *rows->list.items;
    int64_t *ids = give(rows, size + 1);

    rows->place = PLACE_RECORD;
    if (!ids)
        return error_memory(error);
    if (rows->list.count)
        memcpy(ids, rows->list.items, size);
    if (rows->field >= 0)
        rows->cells[rows->field] =
            (struct odoo_cell){.kind = CELL_IDS, .ids = ids, .count = rows->list.count};
    return 0;
}

static int take_item(struct rows *rows, const struct event *event, struct error *error)
{
    if (event->kind == EVENT_END)
        return end_list(rows, error);
    if (event->kind == EVENT_LIST || event->kind == EVENT_OBJECT)
        go_deeper(rows, PLACE_ITEMS);
    else if (event->kind == EVENT_INTEGER && ids_add(&rows->list, event->integer) < 0)
        return error_memory(error);
    return 0;
}

static void take_deeper(struct rows *rows, const struct event *event)
{
    if (event->kind == EVENT_LIST || event->kind == EVENT_OBJECT)
        rows->depth++;
    else if (event->kind == EVENT_END && --rows->depth == 0)
        rows->place = rows->outside;
}

static int take(void *context, const struct event *event, struct error *error)
{
    struct rows *rows = context;

    switch (rows->place) {
    case PLACE_ANSWER:
        rows->place = PLACE_LIST;
        return event->kind == EVENT_LIST ? 0 : no_list(rows, error);
    case PLACE_LIST:
        if (event->kind == EVENT_OBJECT)
            return begin_record(rows, error);
        if (event->kind == EVENT_END)
            return 0;
        if (event->kind != EVENT_LIST)
            return no_list(rows, error);
        go_deeper(rows, PLACE_WRONG); /* the parser may say more of it: too deep */
        return 0;
    case PLACE_RECORD:
        if (event->kind == EVENT_END)
            return end_record(rows, error);
        take_key(rows, event);
        return 0;
    case PLACE_FIELD:
        return take_field(rows, event, error);
    case PLACE_ITEMS:
        return take_item(rows, event, error);
    case PLACE_DEEPER:
        take_deeper(rows, event);
        return 0;
    case PLACE_WRONG:
        return no_list(rows, error);
    }
    return 0;
}

struct sink rows_sink(struct rows *rows)
{
    return (struct sink){.take = take, .context = rows};
}

/* ---- What came ---- */

int64_t rows_broken(const struct rows *rows)
{
    return rows->id;
}

size_t rows_given(const struct rows *rows)
{
    return rows->count - rows->before;
}

int rows_damaged(struct rows *rows, const char *reason, struct error *error)
{
    const char *kept = copy(rows, reason, strlen(reason));

    if (!kept)
        return error_memory(error);
    for (size_t i = rows->before; i < rows->count; i++)
        rows->items[i].damage = kept;
    return 0;
}

struct odoo_records rows_records(const struct rows *rows)
{
    return (struct odoo_records){
        .items = rows->items, .count = rows->count, .names = rows->names, .n_names = rows->n_names};
}

bool rows_have(const struct rows *rows, int64_t id)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->items[i].id == id)
            return true;
    return false;
}

/* ---- records.h ---- */

int odoo_records_place(const struct odoo_records *records, const char *name)
{
    for (size_t i = 0; i < records->n_names; i++)
        if (strcmp(records->names[i], name) == 0)
            return (int)i;
    return -1;
}

const struct odoo_cell *odoo_records_cell(const struct odoo_records *records,
                                          const struct odoo_record *record, const char *name)
{
    static const struct odoo_cell absent = {.kind = CELL_ABSENT};
    int place = odoo_records_place(records, name);

    return place < 0 ? &absent : &record->cells[place];
}

int64_t odoo_cell_id(const struct odoo_cell *cell)
{
    if (cell->kind == CELL_IDS)
        return cell->count ? cell->ids[0] : 0;
    return cell->kind == CELL_INTEGER ? cell->integer : 0;
}

const char *odoo_cell_text(const struct odoo_cell *cell)
{
    return cell->kind == CELL_TEXT ? cell->text : NULL;
}

double odoo_cell_number(const struct odoo_cell *cell)
{
    if (cell->kind == CELL_INTEGER)
        return (double)cell->integer;
    return cell->kind == CELL_REAL ? cell->real : 0;
}
