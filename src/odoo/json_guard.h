/* json_guard.h - looks at the bytes of a JSON text before yajl, for what yajl lets pass: it takes
 * encodings that UTF-8 forbids (too long, surrogates), and makes "?" of a lone \ud800. */
#ifndef QUALIODOO_ODOO_JSON_GUARD_H
#define QUALIODOO_ODOO_JSON_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "qualiodoo/util/error.h"

/* Where the guard stands between two pieces. All zero: at the start of a text. */
struct json_guard {
    unsigned left;           /* bytes that the UTF-8 sequence still lacks */
    unsigned char low, high; /* the range of the next of them */
    unsigned char first;     /* the first byte of the sequence */
    size_t first_at;         /* its offset in the text */
    unsigned char escape;    /* where an escape stands: one of enum escape in json_guard.c */
    unsigned char digits;    /* hexadecimal digits of it so far */
    bool is_second;          /* it must be the second half of a surrogate pair */
    unsigned unit;           /* the value of the digits */
    size_t escape_at;        /* the offset of its backslash, or of the pair's first one */
};

/* Looks at the next piece, which begins at `offset` of the text. Returns how many of its bytes can
 * be parsed: `length`, or less with `error` filled (ERR_UNPARSABLE: not UTF-8, half a surrogate
 * pair, U+0000). */
size_t json_guard_check(struct json_guard *guard, const char *bytes, size_t length, size_t offset,
                        struct error *error);

#endif
