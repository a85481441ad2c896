/* json_build.c - wraps the functions of jansson that fail when memory is short. */
#include "qualiodoo/util/json_build.h"

#include <stdbool.h>
#include <stdlib.h>

#include "qualiodoo/util/error.h"

/* jansson's parser drops a character that it has no memory for, and its writer the name of a
 * member, and both go on: json_build_parse() and json_build_text() look here whether an allocation
 * failed. */
static _Thread_local bool lacked_memory;

static void *allocate(size_t size)
{
    void *block = malloc(size);

    lacked_memory = lacked_memory || !block;
    return block;
}

static void release(void *block)
{
    free(block);
}

/* A constructor, to run before any use of jansson: a block from one allocator must not be freed by
 * another. */
__attribute__((constructor)) static void watch_allocations(void)
{
    json_set_alloc_funcs(allocate, release);
}

static void drop(json_t **container)
{
    json_decref(*container);
    *container = NULL;
}

void json_build_add(json_t **list, json_t *item)
{
    if (json_array_append_new(*list, item) < 0)
        drop(list);
}

void json_build_add_all(json_t **list, json_t *items)
{
    if (json_array_extend(*list, items) < 0)
        drop(list);
}

void json_build_set(json_t **object, const char *name, json_t *value)
{
    if (json_object_set_new(*object, name, value) < 0)
        drop(object);
}

json_t *json_build_ids(const int64_t *ids, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_build_add(&list, json_integer(ids[i]));
    return list;
}

int json_build_parse(const char *text, size_t flags, json_t **ret)
{
    lacked_memory = false;
    *ret = text ? json_loads(text, flags, NULL) : NULL;
    if (lacked_memory)
        drop(ret);
    return lacked_memory ? ERR_NO_MEMORY : 0;
}

json_t *json_build_parsed(const char *text, size_t flags)
{
    json_t *parsed;

    return json_build_parse(text, flags, &parsed) < 0 ? NULL : parsed;
}

char *json_build_text(const json_t *value, size_t flags)
{
    char *text;

    lacked_memory = false;
    text = value ? json_dumps(value, flags) : NULL;
    if (lacked_memory) {
        free(text);
        return NULL;
    }
    return text;
}
