/* failing_malloc.h - makes the n-th allocation of the code under test fail, and counts its blocks.
 *
 * Include it after every other header, then include the sources under test ("core/ledger.c"): they
 * are compiled once more in the test, with this malloc family, and replace the library's objects.
 * It works with gcc, clang, the address sanitizers and valgrind; allocations of the C library
 * itself do not fail. Nothing fails until failing_malloc_arm(). */
#ifndef QUALIODOO_FAILING_MALLOC_H
#define QUALIODOO_FAILING_MALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

static struct {
    bool armed, failed;
    size_t countdown; /* allocations that still succeed */
    size_t alive;     /* blocks allocated and not freed */
} failing_malloc;

/* From now on `succeed` allocations succeed, the next one fails, and the later ones succeed. */
static inline void failing_malloc_arm(size_t succeed)
{
    failing_malloc.armed = true;
    failing_malloc.failed = false;
    failing_malloc.countdown = succeed;
    failing_malloc.alive = 0;
}

/* No allocation fails any more. Returns whether one failed; *ret_alive: blocks not freed. */
static inline bool failing_malloc_disarm(size_t *ret_alive)
{
    failing_malloc.armed = false;
    *ret_alive = failing_malloc.alive;
    return failing_malloc.failed;
}

static inline bool failing_malloc_refuse(void)
{
    if (!failing_malloc.armed || failing_malloc.failed)
        return false;
    failing_malloc.failed = failing_malloc.countdown == 0;
    failing_malloc.countdown--;
    return failing_malloc.failed;
}

static inline void *failing_malloc_count(void *block)
{
    failing_malloc.alive += block != NULL;
    return block;
}

static inline void *failing_malloc_malloc(size_t size)
{
    return failing_malloc_refuse() ? NULL : failing_malloc_count(malloc(size));
}

static inline void *failing_malloc_calloc(size_t count, size_t size)
{
    return failing_malloc_refuse() ? NULL : failing_malloc_count(calloc(count, size));
}

static inline void *failing_malloc_realloc(void *old, size_t size)
{
    if (failing_malloc_refuse())
        return NULL;
    return old ? realloc(old, size) : failing_malloc_count(malloc(size));
}

static inline void *failing_malloc_reallocarray(void *old, size_t count, size_t size)
{
    if (failing_malloc_refuse())
        return NULL;
    return old ? reallocarray(old, count, size)
               : failing_malloc_count(reallocarray(NULL, count, size));
}

static inline void failing_malloc_free(void *block)
{
    failing_malloc.alive -= block != NULL;
    free(block);
}

#define malloc(size) failing_malloc_malloc(size)
#define calloc(count, size) failing_malloc_calloc(count, size)
#define realloc(old, size) failing_malloc_realloc(old, size)
#define reallocarray(old, count, size) failing_malloc_reallocarray(old, count, size)
#define free(block) failing_malloc_free(block)

#endif
