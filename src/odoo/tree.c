#include "tree.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_DEPTH = 16 };

/* Makes room for one more open list or object. */
static bool grow(struct tree *tree)
{
    size_t capacity = tree->capacity ? tree->capacity * 2 : FIRST_DEPTH;
    json_t **open;
    char **keys;

    if (tree->depth < tree->capacity)
        return true;
    open = reallocarray(tree->open, capacity, sizeof(json_t *));
    if (!open)
        return false;
    tree->open = open;
    keys = reallocarray(tree->keys, capacity, sizeof(char *));
    if (!keys)
        return false;
    tree->keys = keys;
    tree->capacity = capacity;
    return true;
}

/* Puts a new value where the text has it. Steals it, also when that fails. */
static bool put(struct tree *tree, json_t *made)
{
    json_t *around = tree->depth ? tree->open[tree->depth - 1] : NULL;
    char *key;

    if (!made)
        return false;
    if (!around) {
        json_decref(tree->value);
        tree->value = made;
        return true;
    }
    if (json_is_array(around))
        return json_array_append_new(around, made) == 0;
    key = tree->keys[tree->depth - 1];
    return json_object_set_new_nocheck(around, key, made) == 0;
}

static bool open_one(struct tree *tree, json_t *made)
{
    if (!made || !grow(tree)) {
        json_decref(made);
        return false;
    }
    if (!put(tree, made))
        return false;
    tree->keys[tree->depth] = NULL;
    tree->open[tree->depth++] = made;
    return true;
}

static void close_one(struct tree *tree)
{
    free(tree->keys[--tree->depth]);
    tree->keys[tree->depth] = NULL;
}

static bool keep_key(struct tree *tree, const struct event *event)
{
    char **key = &tree->keys[tree->depth - 1];

    free(*key);
    *key = strndup(event->text, event->length);
    return *key != NULL;
}

static bool add(struct tree *tree, const struct event *event)
{
    switch (event->kind) {
    case EVENT_NULL:
        return put(tree, json_null());
    case EVENT_BOOLEAN:
        return put(tree, json_boolean(event->truth));
    case EVENT_INTEGER:
        return put(tree, json_integer(event->integer));
    case EVENT_REAL:
        return put(tree, json_real(event->real));
    case EVENT_TEXT:
        return put(tree, json_stringn_nocheck(event->text, event->length));
    case EVENT_LIST:
        return open_one(tree, json_array());
    case EVENT_OBJECT:
        return open_one(tree, json_object());
    case EVENT_KEY:
        return keep_key(tree, event);
    case EVENT_END:
        close_one(tree);
        return true;
    }
    return true;
}

static int take(void *context, const struct event *event, struct error *error)
{
    return add(context, event) ? 0 : error_memory(error);
}

struct sink tree_sink(struct tree *tree)
{
    return (struct sink){.take = take, .context = tree};
}

json_t *tree_take(struct tree *tree)
{
    json_t *value = tree->value;

    tree->value = NULL;
    return value;
}

void tree_clear(struct tree *tree)
{
    while (tree->depth)
        close_one(tree);
    json_decref(tree->value);
    free(tree->open);
    free(tree->keys);
    *tree = (struct tree){0};
}
