/* json_guard.c - UTF-8 and the escapes \uXXXX of a JSON text that arrives in pieces.
 *
 * A backslash outside of a string breaks the parser, so every backslash is taken for one inside. An
 * escape that is no escape at all (\x, \u12G4) is left to the parser, too. */
#include "json_guard.h"

#include <stdint.h>
#include <string.h>

#include "answer.h"

#define EACH_BYTE UINT64_C(0x0101010101010101)
#define HIGH_BITS UINT64_C(0x8080808080808080)

enum escape { NO_ESCAPE, BACKSLASH, HEX, WANTS_BACKSLASH, WANTS_U };

/* The next byte that is a backslash or not ASCII, or `end`. Eight bytes at a time: most of an
 * answer is neither. */
static const unsigned char *skip_plain(const unsigned char *p, const unsigned char *end)
{
    uint64_t word, slash;

    while (end - p >= 8) {
        memcpy(&word, p, sizeof word);
        slash = word ^ (EACH_BYTE * '\\'); /* a zero byte where a backslash is */
        if ((word | ((slash - EACH_BYTE) & ~slash)) & HIGH_BITS)
            break;
        p += 8;
    }
    while (p < end && *p < 0x80 && *p != '\\')
        p++;
    return p;
}

/* Begins a sequence of UTF-8; false: no sequence begins with this byte. */
static bool sequence_begin(struct json_guard *guard, unsigned char c, size_t offset)
{
    guard->first = c;
    guard->first_at = offset;
    guard->low = 0x80;
    guard->high = 0xBF;
    if (c >= 0xC2 && c <= 0xDF)
        guard->left = 1;
    else if (c >= 0xE0 && c <= 0xEF) {
        guard->left = 2;
        guard->low = c == 0xE0 ? 0xA0 : 0x80;
        guard->high = c == 0xED ? 0x9F : 0xBF; /* beyond: surrogates */
    } else if (c >= 0xF0 && c <= 0xF4) {
        guard->left = 3;
        guard->low = c == 0xF0 ? 0x90 : 0x80;
        guard->high = c == 0xF4 ? 0x8F : 0xBF; /* beyond: above U+10FFFF */
    } else
        return false;
    return true;
}

static bool sequence_step(struct json_guard *guard, unsigned char c, size_t offset)
{
    if (guard->left == 0)
        return c < 0x80 || sequence_begin(guard, c, offset);
    if (c < guard->low || c > guard->high)
        return false;
    guard->left--;
    guard->low = 0x80;
    guard->high = 0xBF;
    return true;
}

static int digit_of(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits are complete; false: they are no character. */
static bool unit_end(struct json_guard *guard)
{
    bool is_first = guard->unit >= 0xD800 && guard->unit <= 0xDBFF;
    bool is_second = guard->unit >= 0xDC00 && guard->unit <= 0xDFFF;
    bool is_right = is_second == guard->is_second && guard->unit != 0;

    guard->escape = is_first ? WANTS_BACKSLASH : NO_ESCAPE;
    guard->is_second = is_first;
    return is_right;
}

static void escape_end(struct json_guard *guard)
{
    guard->escape = NO_ESCAPE;
    guard->is_second = false;
}

static void hex_begin(struct json_guard *guard)
{
    guard->escape = HEX;
    guard->digits = 0;
    guard->unit = 0;
}

static bool escape_step(struct json_guard *guard, unsigned char c, size_t offset)
{
    int digit = digit_of(c);

    switch ((enum escape)guard->escape) {
    case NO_ESCAPE:
        if (c == '\\') {
            guard->escape = BACKSLASH;
            guard->escape_at = offset;
        }
        return true;
    case BACKSLASH:
        guard->escape = NO_ESCAPE;
        if (c == 'u')
            hex_begin(guard);
        return true;
    case HEX:
        if (digit < 0)
            escape_end(guard);
        else {
            guard->unit = guard->unit << 4 | (unsigned)digit;
            if (++guard->digits == 4)
                return unit_end(guard);
        }
        return true;
    case WANTS_BACKSLASH:
        guard->escape = WANTS_U;
        return c == '\\';
    case WANTS_U:
        if (c != 'u')
            return false;
        hex_begin(guard);
        return true;
    }
    return true;
}

static int refuse_escape(const struct json_guard *guard, struct error *error)
{
    if (guard->unit == 0)
        return error_set(error, ERR_UNPARSABLE,
                         "the answer holds the character U+0000, which no text of Odoo can hold, "
                         "at byte %zu",
                         guard->escape_at);
    return error_set(error, ERR_UNPARSABLE,
                     "the answer holds half a character, a surrogate without its other half, at "
                     "byte %zu",
                     guard->escape_at);
}

size_t json_guard_check(struct json_guard *guard, const char *bytes, size_t length, size_t offset,
                        struct error *error)
{
    const unsigned char *start = (const unsigned char *)bytes;
    const unsigned char *p = start, *end = start + length;
    int rc = 0;

    for (; p < end; p++) {
        if (guard->left == 0 && guard->escape == NO_ESCAPE)
            p = skip_plain(p, end);
        if (p == end)
            break;
        if (!sequence_step(guard, *p, offset + (size_t)(p - start)))
            rc = answer_not_utf8(guard->first, guard->first_at, error);
        else if (!escape_step(guard, *p, offset + (size_t)(p - start)))
            rc = refuse_escape(guard, error);
        if (rc)
            break;
    }
    return (size_t)(p - start);
}
