/* json_build.h - JSON built item by item, with one check at the end.
 *
 * When memory is short for an item, the container is released and becomes NULL, and later additions
 * to NULL do nothing: a list never silently lacks an item. The caller checks once:
 *
 *     json_t *list = json_array();
 *
 *     for (...)
 *         json_build_add(&list, json_integer(...));
 *     if (!list)
 *         return error_memory(error);
 *
 * json_pack() with such a NULL in "o" or "O" gives NULL in turn. The container must be the caller's
 * own reference, not a borrowed one. */
#ifndef QUALIODOO_JSON_BUILD_H
#define QUALIODOO_JSON_BUILD_H

#include <jansson.h>
#include <stdint.h>

/* Appends `item`, whose reference is stolen. NULL (its maker lacked memory) releases the list. */
void json_build_add(json_t **list, json_t *item);

/* Appends every item of `items`, which stays the caller's. NULL releases the list. */
void json_build_add_all(json_t **list, json_t *items);

/* Sets a member to `value`, whose reference is stolen. NULL releases the object. */
void json_build_set(json_t **object, const char *name, json_t *value);

/* A new array of `count` ids; NULL: out of memory. */
json_t *json_build_ids(const int64_t *ids, size_t count);

/* json_loads() that tells invalid JSON from a lack of memory. Returns 0 with the value in *ret,
 * which the caller owns, or NULL where `text` is NULL or not JSON; ERR_NO_MEMORY with *ret NULL.
 * `flags` are those of json_loads(), which itself drops, without an error, a character that it has
 * no memory for. */
int json_build_parse(const char *text, size_t flags, json_t **ret);

/* json_build_parse() for callers that treat invalid JSON and a lack of memory alike: NULL. */
json_t *json_build_parsed(const char *text, size_t flags);

/* json_dumps() of all of `value`, or NULL: out of memory, or `value` is NULL. The caller frees the
 * text. json_dumps() itself leaves out, without an error, a member's name that it has no memory
 * for. */
char *json_build_text(const json_t *value, size_t flags);

#endif
