/* array.h - growable arrays of plain values: pointer, count and size kept by the owner. */
#ifndef QUALIODOO_UTIL_ARRAY_H
#define QUALIODOO_UTIL_ARRAY_H

#include <stddef.h>

/* Makes room for `count` items of `item_size` bytes; *size is how many fit now. Returns 0, or
 * ERR_NO_MEMORY with *items unchanged and still owned by the caller. */
int array_reserve(void **items, size_t *size, size_t count, size_t item_size);

#define ARRAY_RESERVE(items, size, count)                                                          \
    array_reserve((void **)&(items), &(size), (count), sizeof *(items))

/* Sorted int64 ids: whether `id` is among them; by bisection. */
#include <stdbool.h>
#include <stdint.h>
bool ids_contain(const int64_t *ids, size_t count, int64_t id);
void ids_sort(int64_t *ids, size_t count);

/* A growable list of ids. Zero-initialise; free `items`. */
struct ids {
    int64_t *items;
    size_t count, size;
};
int ids_add(struct ids *ids, int64_t id); /* 0 or ERR_NO_MEMORY */

#endif
