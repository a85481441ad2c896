/* json_build.h - JSON that grows item by item, with one check at its end.
 *
 * A container that cannot take an item for lack of memory is released and becomes NULL, and stays
 * so: no list is ever short of an item. The caller looks once, when all is added:
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

/* Appends `item`, which is taken over; NULL: memory was short already. */
void json_build_add(json_t **list, json_t *item);

/* Appends every item of `items`, which stays the caller's. */
void json_build_add_all(json_t **list, json_t *items);

/* Sets a member to `value`, which is taken over; NULL: memory was short already. */
void json_build_set(json_t **object, const char *name, json_t *value);

/* json_loads() that tells a text that is no JSON, or none at all (NULL), from a lack of memory:
 * returns 0 with *ret NULL for the first two, ERR_NO_MEMORY for the last. jansson's own function
 * leaves out a character for which it has no memory, and says nothing. */
int json_build_parse(const char *text, size_t flags, json_t **ret);

/* The same where a text that is no JSON need not be told apart: NULL. */
json_t *json_build_parsed(const char *text, size_t flags);

#endif
