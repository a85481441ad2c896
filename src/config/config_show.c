/* config_show.c - the effective configuration: a JSON object with the values as they are written in
 * the file, and the same as YAML text that config_load() reads back. */
#include "qualiodoo/config/config_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_key.h"
#include "config_keys.h"
#include "config_values.h"

/* ---- JSON ---- */

/* The object that holds the key `path`, made when it is missing; NULL: out of memory. */
static json_t *section_of(json_t *root, const char *path, const char **ret_name)
{
    const char *dot;

    while ((dot = strchr(path, '.'))) {
        size_t length = (size_t)(dot - path);
        json_t *section = json_object_getn(root, path, length);

        if (!section) {
            section = json_object();
            if (json_object_setn_new(root, path, length, section) < 0)
                return NULL;
        }
        root = section;
        path = dot + 1;
    }
    *ret_name = path;
    return root;
}

json_t *config_to_json(const struct config *config)
{
    json_t *root = json_object();

    for (size_t i = 0; root && i < config_n_keys; i++) {
        const struct key *key = &config_keys[i];
        const char *name = NULL;
        json_t *section;

        if (key->flags & KEY_OWN_CALENDAR && config->sla.calendar != CALENDAR_CONFIG)
            continue;
        section = section_of(root, key->path, &name);
        if (!section || json_object_set_new(section, name, key->type->show(key, config)) < 0) {
            json_decref(root);
            root = NULL;
        }
    }
    return root;
}

/* ---- YAML ---- */

static int emit(yaml_emitter_t *emitter, json_t *value, bool flow);

/* The shortest decimal that reads back as the same number. */
static const char *write_real(double number, char text[CONFIG_QUANTITY_SIZE])
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, CONFIG_QUANTITY_SIZE, "%.*g", digits, number);
        if (strtod(text, NULL) <= number && strtod(text, NULL) >= number)
            break;
    }
    if (!strpbrk(text, ".e"))
        strncat(text, ".0", CONFIG_QUANTITY_SIZE - strlen(text) - 1);
    return text;
}

static int emit_scalar(yaml_emitter_t *emitter, const json_t *value)
{
    char text[CONFIG_QUANTITY_SIZE];
    const char *scalar = "null";
    yaml_scalar_style_t style = YAML_ANY_SCALAR_STYLE;
    yaml_event_t event;

    if (json_is_string(value)) {
        scalar = json_string_value(value);
        if (config_scalar_kind(scalar) != SCALAR_TEXT)
            style = YAML_SINGLE_QUOTED_SCALAR_STYLE;
    } else if (json_is_boolean(value)) {
        scalar = json_is_true(value) ? "true" : "false";
    } else if (json_is_integer(value)) {
        snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
        scalar = text;
    } else if (json_is_real(value)) {
        scalar = write_real(json_real_value(value), text);
    }
    return yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)scalar,
                                        (int)strlen(scalar), 1, 1, style) &&
           yaml_emitter_emit(emitter, &event);
}

static int emit_list(yaml_emitter_t *emitter, json_t *list)
{
    yaml_event_t event;
    json_t *item;
    size_t i;

    if (!yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_FLOW_SEQUENCE_STYLE) ||
        !yaml_emitter_emit(emitter, &event))
        return 0;
    json_array_foreach(list, i, item) {
        if (!emit(emitter, item, true))
            return 0;
    }
    return yaml_sequence_end_event_initialize(&event) && yaml_emitter_emit(emitter, &event);
}

static int emit_mapping(yaml_emitter_t *emitter, json_t *mapping, bool flow)
{
    yaml_mapping_style_t style = flow ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE;
    yaml_event_t event;
    const char *name;
    json_t *value;

    if (!yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, style) ||
        !yaml_emitter_emit(emitter, &event))
        return 0;
    json_object_foreach(mapping, name, value) {
        json_t *key = json_string(name);
        int done = key && emit_scalar(emitter, key) && emit(emitter, value, flow);

        json_decref(key);
        if (!done)
            return 0;
    }
    return yaml_mapping_end_event_initialize(&event) && yaml_emitter_emit(emitter, &event);
}

/* Mappings of one pair ({hours: 2}) and everything inside a list are written on one line. */
static int emit(yaml_emitter_t *emitter, json_t *value, bool flow)
{
    if (json_is_array(value))
        return emit_list(emitter, value);
    if (json_is_object(value))
        return emit_mapping(emitter, value, flow || json_object_size(value) == 1);
    return emit_scalar(emitter, value);
}

static int emit_document(yaml_emitter_t *emitter, json_t *root)
{
    yaml_event_t event;

    return yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) &&
           yaml_emitter_emit(emitter, &event) &&
           yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1) &&
           yaml_emitter_emit(emitter, &event) && emit(emitter, root, false) &&
           yaml_document_end_event_initialize(&event, 1) && yaml_emitter_emit(emitter, &event) &&
           yaml_stream_end_event_initialize(&event) && yaml_emitter_emit(emitter, &event);
}

static int write_yaml(json_t *root, FILE *output)
{
    yaml_emitter_t emitter;
    int done;

    if (!yaml_emitter_initialize(&emitter))
        return 0;
    yaml_emitter_set_output_file(&emitter, output);
    yaml_emitter_set_unicode(&emitter, 1);
    yaml_emitter_set_width(&emitter, 100);
    done = emit_document(&emitter, root);
    yaml_emitter_delete(&emitter);
    return done;
}

char *config_to_yaml(const struct config *config)
{
    json_t *root = config_to_json(config);
    char *text = NULL;
    size_t size = 0;
    FILE *output = root ? open_memstream(&text, &size) : NULL;
    int done = output && write_yaml(root, output);

    json_decref(root);
    if (output && fclose(output) != 0)
        done = 0;
    if (!done) {
        free(text);
        return NULL;
    }
    return text;
}
