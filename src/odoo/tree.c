/* tree.c - builds a jansson value from the events of an answer. */
#include "tree.h"

/* The value of an event, a new reference. NULL: out of memory. */
static json_t *value_of(const struct event *event)
{
    switch (event->kind) {
    case EVENT_BOOLEAN:
        return json_boolean(event->truth);
    case EVENT_INTEGER:
        return json_integer(event->integer);
    case EVENT_REAL:
        return json_real(event->real);
    case EVENT_TEXT:
    case EVENT_KEY:
        return json_stringn_nocheck(event->text, event->length); /* the parser checked it */
    case EVENT_LIST:
        return json_array();
    case EVENT_OBJECT:
        return json_object();
    default:
        return json_null();
    }
}

/* Puts a value where it belongs; its reference is stolen. Returns -1 when memory is short. */
static int put(struct tree *tree, json_t *value)
{
    json_t *parent = tree->depth > 0 ? tree->open[tree->depth - 1] : NULL;
    int rc;

    if (!parent) {
        tree->value = value;
        return 0;
    }
    if (json_is_array(parent))
        return json_array_append_new(parent, value);
    rc = json_object_setn_new_nocheck(parent, json_string_value(tree->key),
                                      json_string_length(tree->key), value);
    json_decref(tree->key);
    tree->key = NULL;
    return rc;
}

int tree_take(void *context, const struct event *event, struct error *error)
{
    struct tree *tree = context;
    json_t *value;

    if (event->kind == EVENT_END) {
        tree->depth--;
        return 0;
    }
    value = value_of(event);
    if (!value)
        return error_memory(error);
    if (event->kind == EVENT_KEY) {
        tree->key = value;
        return 0;
    }
    if (put(tree, value))
        return error_memory(error);
    if (event->kind == EVENT_LIST || event->kind == EVENT_OBJECT)
        tree->open[tree->depth++] = value;
    return 0;
}

void tree_clear(struct tree *tree)
{
    json_decref(tree->value);
    json_decref(tree->key);
    tree->value = NULL;
    tree->key = NULL;
    tree->depth = 0;
}
