/* array.h - growable arrays: the owner keeps the pointer, the count and the size. */
#ifndef QUALIODOO_UTIL_ARRAY_H
#define QUALIODOO_UTIL_ARRAY_H

#include <stddef.h>

/* Grows *items until it holds at least `count` items of `item_size` bytes; *size becomes the number
 * that fits. Start with NULL and 0; release with free(). Returns 0, or ERR_NO_MEMORY with *items
 * and *size unchanged. */
int array_reserve(void **items, size_t *size, size_t count, size_t item_size);

#define ARRAY_RESERVE(items, size, count)                                                          \
    array_reserve((void **)&(items), &(size), (count), sizeof *(items))

#include <stdbool.h>
#include <stdint.h>
/* Whether `id` is one of `count` ids, which must be sorted (binary search). */
bool ids_contain(const int64_t *ids, size_t count, int64_t id);
/* Sorts ids in rising order, in place. */
void ids_sort(int64_t *ids, size_t count);

/* A growable list of ids. Initialise it with zeros; release it with free(items). */
struct ids {
    int64_t *items;
    size_t count, size;
};
/* Appends an id. Returns 0, or ERR_NO_MEMORY with the list unchanged. */
int ids_add(struct ids *ids, int64_t id);

#endif
