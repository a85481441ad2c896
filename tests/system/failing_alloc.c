/* failing_alloc.c - for LD_PRELOAD: the n-th allocation of a program and its libraries fails.
 *
 *   FAILING_ALLOC=N        the N-th allocation, from 1, fails; 0: none
 *   FAILING_ALLOC_LASTS=1  all later ones fail too
 *   FAILING_ALLOC_TO=FILE  writes a 64-bit number for each allocation: equal numbers were made on
 *                          the same path through the program's own functions
 *
 * Counted from the first allocation of the program's own code on: what the loader and the
 * libraries' constructors ask for before main() is out of its hands. Neither counted nor failed are
 *
 *   - GLib's allocations: GLib ends the process when one fails;
 *   - with FAILING_ALLOC_LASTS, the text of a fault that xmlrpc-c makes after an allocation that
 *     failed: without memory for it too, it copies from a pointer that it never set
 *     (set_fault_formatted_v in 1.33). */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 96

void failing_alloc_now(void);
int __vasprintf_chk(char **ret, int flag, const char *format, va_list arguments);

struct code {
    uintptr_t from, to;
};

static struct code program, glib, xmlrpc;
static unsigned long failing, count;
static bool lasts, counting;
static FILE *paths;
static __thread bool busy; /* in this file: what it allocates is not the program's */

static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static int (*next_vasprintf)(char **, int, const char *, va_list);

static int note_code(struct dl_phdr_info *info, size_t size, void *is_first)
{
    bool *first = is_first;
    struct code *code = *first                                       ? &program
                        : strstr(info->dlpi_name, "/libglib-2")      ? &glib
                        : strstr(info->dlpi_name, "/libxmlrpc_util") ? &xmlrpc
                                                                     : NULL;

    (void)size;
    *first = false;
    for (int i = 0; code && i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];

        if (part->p_type == PT_LOAD && part->p_flags & PF_X) {
            code->from = info->dlpi_addr + part->p_vaddr;
            code->to = code->from + part->p_memsz;
        }
    }
    return 0;
}

static bool holds(const struct code *code, const void *address)
{
    return (uintptr_t)address - code->from < code->to - code->from;
}

static void find_next(void)
{
    next_malloc = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
    next_calloc = (void *(*)(size_t, size_t))dlsym(RTLD_NEXT, "calloc");
    next_realloc = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc");
    next_vasprintf =
        (int (*)(char **, int, const char *, va_list))dlsym(RTLD_NEXT, "__vasprintf_chk");
}

__attribute__((constructor)) static void begin(void)
{
    const char *number = getenv("FAILING_ALLOC"), *to = getenv("FAILING_ALLOC_TO");
    bool first = true;
    void *frame;

    busy = true;
    dl_iterate_phdr(note_code, &first);
    backtrace(&frame, 1); /* loads what it needs */
    failing = number ? strtoul(number, NULL, 10) : 0;
    lasts = getenv("FAILING_ALLOC_LASTS");
    paths = to ? fopen(to, "w") : NULL;
    busy = false;
}

__attribute__((destructor)) static void end(void)
{
    busy = true;
    if (paths)
        fclose(paths);
}

/* FNV-1a over the return addresses within the program. */
static void write_path(void)
{
    void *frames[DEPTH_MAX];
    int depth = backtrace(frames, DEPTH_MAX);
    uint64_t hash = UINT64_C(14695981039346656037);

    for (int i = 0; i < depth; i++)
        if (holds(&program, frames[i]))
            hash = (hash ^ ((uintptr_t)frames[i] - program.from)) * UINT64_C(1099511628211);
    fwrite(&hash, sizeof hash, 1, paths);
}

/* For a debugger: `break failing_alloc_now` shows who asked for the block. */
__attribute__((noinline)) void failing_alloc_now(void)
{
    errno = ENOMEM;
}

static bool refused(const void *caller)
{
    unsigned long number;

    if (!next_malloc)
        find_next();
    if (busy || !program.to || (!counting && !holds(&program, caller)) || holds(&glib, caller))
        return false;
    counting = true;
    number = __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
    if (paths) {
        busy = true;
        write_path();
        busy = false;
    }
    if (failing == 0 || number < failing || (number > failing && !lasts))
        return false;
    failing_alloc_now();
    return true;
}

void *malloc(size_t size)
{
    return refused(__builtin_return_address(0)) ? NULL : next_malloc(size);
}

void *calloc(size_t number, size_t size)
{
    return refused(__builtin_return_address(0)) ? NULL : next_calloc(number, size);
}

void *realloc(void *old, size_t size)
{
    return refused(__builtin_return_address(0)) ? NULL : next_realloc(old, size);
}

/* What xmlrpc-c makes its messages with. */
int __vasprintf_chk(char **ret, int flag, const char *format, va_list arguments)
{
    bool before = busy;
    int length;

    busy = busy || (lasts && holds(&xmlrpc, __builtin_return_address(0)));
    length = next_vasprintf(ret, flag, format, arguments);
    busy = before;
    return length;
}
