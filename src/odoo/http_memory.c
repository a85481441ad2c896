/* http_memory.c - counts the failed allocations of libcurl, which reports "out of memory" also for
 * a header line above its own limit: the count tells the two apart. */
#include "http_memory.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_ulong failures;

static void *noted(void *block)
{
    if (!block)
        atomic_fetch_add(&failures, 1);
    return block;
}

static void *allocate(size_t size)
{
    return noted(malloc(size));
}

static void *resize(void *block, size_t size)
{
    return noted(realloc(block, size));
}

static void *allocate_zeroes(size_t count, size_t size)
{
    return noted(calloc(count, size));
}

static char *copy(const char *text)
{
    return noted(strdup(text));
}

void http_memory_start(void)
{
    curl_global_init_mem(CURL_GLOBAL_DEFAULT, allocate, free, resize, copy, allocate_zeroes);
}

unsigned long http_memory_failures(void)
{
    return atomic_load(&failures);
}
