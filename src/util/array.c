/* array.c - grows by doubling; sorted ids are searched by halves. */
#include "qualiodoo/util/array.h"

#include <stdlib.h>

#include "qualiodoo/util/error.h"

int array_reserve(void **items, size_t *size, size_t count, size_t item_size)
{
    size_t wanted = *size ? *size : 16;
    void *grown;

    if (count <= *size)
        return 0;
    while (wanted < count)
        wanted *= 2;
    grown = reallocarray(*items, wanted, item_size);
    if (!grown)
        return ERR_NO_MEMORY;
    *items = grown;
    *size = wanted;
    return 0;
}

static int compare_ids(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

bool ids_contain(const int64_t *ids, size_t count, int64_t id)
{
    return count && bsearch(&id, ids, count, sizeof id, compare_ids);
}

void ids_sort(int64_t *ids, size_t count)
{
    if (count)
        qsort(ids, count, sizeof *ids, compare_ids);
}

int ids_add(struct ids *ids, int64_t id)
{
    int rc = ARRAY_RESERVE(ids->items, ids->size, ids->count + 1);

    if (rc == 0)
        ids->items[ids->count++] = id;
    return rc;
}
