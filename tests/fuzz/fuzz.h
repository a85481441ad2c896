/* fuzz.h - what each fuzz target needs. A target is one function that takes any bytes and never
 * crashes, leaks, runs into undefined behaviour or takes long; what it asserts beyond that, it says
 * at its head. */
#ifndef QUALIODOO_TESTS_FUZZ_H
#define QUALIODOO_TESTS_FUZZ_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/util/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The input as a text that ends in a NUL; the caller frees it. */
static inline char *fuzz_text(const uint8_t *bytes, size_t size)
{
    char *text = malloc(size + 1);

    if (!text)
        abort();
    if (size)
        memcpy(text, bytes, size);
    text[size] = '\0';
    return text;
}

/* Ends the run as a crash does, with its reason. */
#define FUZZ_CHECK(condition, ...)                                                                 \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #condition);                        \
            fprintf(stderr, __VA_ARGS__);                                                          \
            putc('\n', stderr);                                                                    \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* An error that a person can read: a code, and one line. */
#define FUZZ_CHECK_ERROR(error)                                                                    \
    FUZZ_CHECK((error)->code < 0 && *(error)->message && !strchr((error)->message, '\n'),          \
               "code %d: %s", (error)->code, (error)->message)

/* FUZZ_CHECK_ERROR() of an error with words of a server: they are UTF-8, and no terminal obeys
 * them. */
static inline void fuzz_check_remote(const struct error *error)
{
    json_t *text = json_string(error->message);

    FUZZ_CHECK_ERROR(error);
    FUZZ_CHECK(text, "not UTF-8: %s", error->message);
    FUZZ_CHECK(!strpbrk(error->message, "\r\033"), "%s", error->message);
    json_decref(text);
}

#endif
