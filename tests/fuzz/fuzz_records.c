/* fuzz_records.c - any values in the records of Odoo: mirrored, computed, written back, and shown
 * by every command that reads. Each line is `MODEL ROW FIELD VALUE`, where VALUE is JSON or else a
 * text, and puts that value in the place of the recorded one. */
#include "desk.h"
#include "fuzz.h"

static json_t *value_of(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    return value ? value : json_string(text); /* NULL: not UTF-8, which no answer holds */
}

/* An unknown word stands for one of the names: mutations stay meaningful. */
static const char *name_of(json_t *object, const char *word)
{
    size_t wanted = 0, i = 0;
    const char *name;
    json_t *value;

    if (json_object_get(object, word))
        return word;
    for (; *word; word++)
        wanted = wanted * 31 + (unsigned char)*word;
    wanted = json_object_size(object) ? wanted % json_object_size(object) : 0;
    json_object_foreach(object, name, value) {
        if (i++ == wanted)
            return name;
    }
    return NULL;
}

static void change(char *line)
{
    char *rest = line;
    const char *model = strsep(&rest, " "), *number = strsep(&rest, " "),
               *field = strsep(&rest, " ");
    const char *name = name_of(desk_world, model);
    json_t *rows = json_object_get(desk_world, name), *row, *value;

    if (!rest || !json_array_size(rows))
        return;
    row = json_array_get(rows, strtoul(number, NULL, 10) % json_array_size(rows));
    value = value_of(rest);
    if (value && (name = name_of(row, field)))
        json_object_set(row, name, value);
    json_decref(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text, *rest;

    if (size > 4096)
        return -1;
    desk_open();
    desk_world_reset();
    desk_state_reset(false);
    text = rest = fuzz_text(bytes, size);
    for (char *line; (line = strsep(&rest, "\n"));)
        change(line);
    free(text);
    desk_sync(false);
    desk_read_all(size);
    return 0;
}
