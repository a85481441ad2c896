/* record.c - turns a record of Odoo into the columns of its mirror, as `models` describes it. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/pull/record.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/units.h"

size_t model_columns(const struct model *model)
{
    size_t count = 0;

    while (count < MIRROR_COLUMNS_MAX && model->table.columns[count].name)
        count++;
    return count;
}

size_t model_column(const struct model *model, const char *name)
{
    size_t i = 0;

    while (strcmp(model->table.columns[i].name, name) != 0)
        i++;
    return i;
}

const char *model_remote(const struct model *model, const struct flavour *flavour)
{
    return flavour_name(flavour, model->remote);
}

json_t *model_field_names(const struct model *model, const struct flavour *flavour)
{
    json_t *names = json_array();

    for (size_t i = 0; i < model_columns(model); i++) {
        const char *name = model->table.columns[i].field;

        if (name && (name = flavour_name(flavour, name)))
            json_build_add(&names, json_string(name));
    }
    return names;
}

int model_bare_names(const struct model *model, const struct flavour *flavour, json_t *names,
                     bool numbers, json_t **ret)
{
    json_t *kept = json_array(), *name;
    bool computed = false;
    size_t i;

    json_array_foreach(names, i, name) {
        enum field_kind kind = FIELD_ID;

        for (size_t j = 0; j < model_columns(model); j++) {
            const char *remote = model->table.columns[j].field;

            remote = remote ? flavour_name(flavour, remote) : NULL;
            if (remote && strcmp(remote, json_string_value(name)) == 0)
                kind = (enum field_kind)model->table.columns[j].kind;
        }
        computed = computed || kind == FIELD_COMPUTED;
        if (kind != FIELD_WORDS && (numbers || kind != FIELD_NANO))
            json_build_add(&kept, json_incref(name));
    }
    if (!kept)
        return ERR_NO_MEMORY;
    *ret = NULL;
    if (!computed && json_array_size(kept) < json_array_size(names))
        *ret = json_incref(kept);
    json_decref(kept);
    return 0;
}

/* The largest amount that is stored: 10^12 of a currency. */
#define MICRO_MAX (INT64_C(1000000000000) * MICRO_ONE)

/* A larger amount is limited to that: as 0, a residual would mean that the invoice is paid. */
static micro amount(const struct odoo_cell *cell)
{
    double number = odoo_cell_number(cell) * (double)MICRO_ONE;

    if (fabs(number) <= (double)MICRO_MAX)
        return llround(number);
    return number < 0 ? -MICRO_MAX : MICRO_MAX;
}

/* A fixed-point number from a double of Odoo; false when it is no number or out of range. With
 * amount() the only use of doubles outside odoo/. */
static bool fixed(const struct odoo_cell *cell, double scale, int64_t *ret)
{
    double number = odoo_cell_number(cell) * scale;

    if (!(fabs(number) < 9.2e18))
        return false;
    *ret = llround(number);
    return true;
}

static struct mirror_value id_value(const struct odoo_cell *cell)
{
    int64_t id = odoo_cell_id(cell);

    if (id == 0)
        return (struct mirror_value){.kind = VALUE_NULL};
    return (struct mirror_value){.kind = VALUE_INTEGER, .integer = id};
}

/* The ids as a JSON text that *texts owns, in Odoo's order. */
static struct mirror_value ids_value(const struct odoo_cell *cell, json_t **texts)
{
    struct mirror_value made = {.kind = VALUE_TEXT, .text = "[]"};
    json_t *ids, *text;
    char *dumped;

    if (cell->kind != CELL_IDS || cell->count == 0)
        return made;
    ids = json_build_ids(cell->ids, cell->count);
    dumped = json_build_text(ids, JSON_COMPACT);
    text = dumped ? json_string(dumped) : NULL;
    json_decref(ids);
    free(dumped);
    made.text = json_string_value(text);
    json_build_add(texts, text); /* frees the text when memory is short */
    return made;
}

static struct mirror_value field_value(enum field_kind kind, const struct odoo_cell *cell,
                                       json_t **texts)
{
    struct mirror_value made = {.kind = VALUE_INTEGER};

    switch (kind) {
    case FIELD_ID:
        return id_value(cell);
    case FIELD_IDS:
        return ids_value(cell, texts);
    case FIELD_INTEGER:
        made.integer = cell->kind == CELL_INTEGER ? cell->integer : 0;
        return made;
    case FIELD_BOOLEAN:
        made.integer = cell->kind == CELL_BOOLEAN && cell->truth;
        return made;
    case FIELD_NANO:
        if (cell->kind == CELL_ABSENT || !fixed(cell, (double)NANO_ONE, &made.integer))
            break;
        return made;
    case FIELD_MICRO: /* a missing field counts as 0 */
        made.integer = amount(cell);
        return made;
    case FIELD_TEXT:
    case FIELD_WORDS:
        if (cell->kind == CELL_TEXT)
            return (struct mirror_value){.kind = VALUE_TEXT, .text = cell->text};
        break;
    case FIELD_COMPUTED:
        break;
    }
    return (struct mirror_value){.kind = VALUE_NULL};
}

void model_places(const struct model *model, const struct flavour *flavour,
                  const struct odoo_records *records, int *ret_places)
{
    for (size_t i = 0; i < model_columns(model); i++) {
        const char *name = model->table.columns[i].field;

        name = name ? flavour_name(flavour, name) : NULL;
        ret_places[i] = name ? odoo_records_place(records, name) : -1;
    }
}

void model_values(const struct model *model, const int *places, const struct odoo_record *record,
                  json_t **texts, struct mirror_value *values)
{
    static const struct odoo_cell absent = {.kind = CELL_ABSENT};

    for (size_t i = 0; i < MIRROR_COLUMNS_MAX && model->table.columns[i].name; i++)
        values[i] = field_value((enum field_kind)model->table.columns[i].kind,
                                places[i] < 0 ? &absent : &record->cells[places[i]], texts);
}

/* Replaces the first part of "@link.partner_id" by the flavour's name for it. */
static json_t *resolve_name(const char *text, const struct flavour *flavour)
{
    const char *dot = strchr(text, '.');
    char head[32];
    const char *name;

    if (!dot)
        return json_string(flavour_name(flavour, text));
    assert((size_t)(dot - text) < sizeof head);
    memcpy(head, text, (size_t)(dot - text));
    head[dot - text] = '\0';
    name = flavour_name(flavour, head);
    return json_sprintf("%s%s", name, dot);
}

/* A copy of `value` in which each "@..." string is replaced; see model_domain(). */
static json_t *resolve(json_t *value, const struct flavour *flavour, json_t *ids)
{
    json_t *made, *item;
    size_t i;

    if (json_is_string(value) && json_string_value(value)[0] == '@') {
        const char *text = json_string_value(value);
        json_t *given = json_object_get(ids, text);

        return given ? json_incref(given) : resolve_name(text, flavour);
    }
    if (!json_is_array(value))
        return json_incref(value);
    made = json_array();
    json_array_foreach(value, i, item)
        json_build_add(&made, resolve(item, flavour, ids));
    return made;
}

json_t *model_domain(const char *text, const struct flavour *flavour, json_t *ids)
{
    json_t *parsed = json_build_parsed(text ? text : "[]", 0), *made;

    if (!parsed) /* out of memory: the texts in models.c are valid JSON */
        return NULL;
    made = resolve(parsed, flavour, ids);
    json_decref(parsed);
    return made;
}
