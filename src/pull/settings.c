/* settings.c - whether the settings are due, and which records rows refer to that the mirror lacks.
 */
#include "qualiodoo/pull/settings.h"

#include <stdlib.h>
#include <string.h>

#include "qualiodoo/pull/record.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/store/mirror_sets.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"

#define READ_KEY "settings_read" /* meta value: when the last pull began that read them */

/* A time in the future was saved before the clock was set back. */
static int are_due(const struct pull *pull, bool *ret, struct error *error)
{
    instant read = 0, now = clock_real();
    char *text = NULL;
    int rc = store_meta_get(pull->store, READ_KEY, &text, error);

    *ret = !text || !instant_parse_iso(text, &read) || read > now ||
           (now - read) * 1000 >= pull->config->poll.settings_ms;
    free(text);
    return rc;
}

int settings_choose(struct pull *pull, bool brief, struct error *error)
{
    bool complete = false, due = false;
    int rc = mirror_is_complete(pull->store, &complete, error);

    if (rc == 0 && complete && !brief)
        rc = are_due(pull, &due, error);
    pull->quick = rc == 0 && complete && !due;
    return rc;
}

int settings_read(struct pull *pull, instant began, struct error *error)
{
    char text[INSTANT_TEXT_SIZE];

    return store_meta_set(pull->store, READ_KEY, instant_format(began, text), error);
}

bool settings_mirror(const char *name)
{
    for (size_t i = 0; i < MODEL_COUNT; i++)
        if (strcmp(models[i].table.name, name) == 0)
            return models[i].seldom;
    return false;
}

/* Adds an id to a short list, which is not sorted. */
static int note_id(struct ids *referred, int64_t id, struct error *error)
{
    for (size_t i = 0; i < referred->count; i++)
        if (referred->items[i] == id)
            return 0;
    return ids_add(referred, id) < 0 ? error_memory(error) : 0;
}

/* The ids of a column of kind FIELD_ID, or FIELD_IDS ("[1,2]"). */
static int note_value(struct ids *referred, const struct mirror_value *value, struct error *error)
{
    const char *at = value->kind == VALUE_TEXT ? value->text : "";
    int rc = value->kind == VALUE_INTEGER ? note_id(referred, value->integer, error) : 0;

    while (rc == 0 && (at = strpbrk(at, "0123456789"))) {
        char *end;

        rc = note_id(referred, strtoll(at, &end, 10), error);
        at = end;
    }
    return rc;
}

int settings_note(struct pull *pull, const struct model *model, const struct mirror_value *values,
                  struct error *error)
{
    int rc = 0;

    for (size_t i = 0; i < model_columns(model) && rc == 0; i++) {
        unsigned of = model->table.columns[i].flags >> FIELD_OF_SHIFT;

        if (of)
            rc = note_value(&pull->referred[of - 1], &values[i], error);
    }
    return rc;
}

int settings_lack(struct pull *pull, enum model_id id, bool *ret, struct error *error)
{
    struct ids *referred = &pull->referred[id], known = {0};
    int rc;

    *ret = false;
    if (!referred->count)
        return 0;
    rc = mirror_ids(pull->store, &models[id].table, &known, error);
    for (size_t i = 0; i < referred->count && rc == 0; i++)
        *ret = *ret || !ids_contain(known.items, known.count, referred->items[i]);
    referred->count = 0;
    free(known.items);
    return rc;
}
