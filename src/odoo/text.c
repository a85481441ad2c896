/* text.c - walks through UTF-8 once: finds what is invalid, and what xmlrpc-c or a terminal cannot
 * take. */
#include "text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HIGH_BITS UINT64_C(0x8080808080808080)

/* Folding: U+E000..U+E3FF carry the upper ten bits, U+E400..U+E7FF the lower ten, and U+E800 says
 * that the next character stands for itself. In UTF-8 all of them are three bytes that begin by
 * 0xEE and whose second byte is at most 0xA0. */
enum { FOLD_LEAD = 0xEE, FOLD_UPPER = 0xE000, FOLD_LOWER = 0xE400, FOLD_ESCAPE = 0xE800 };

static inline bool continues(unsigned char c)
{
    return (c & 0xC0) == 0x80;
}

/* The length of the UTF-8 sequence at `p` (not ASCII); 0 when it is invalid. */
static size_t sequence(const unsigned char *p, size_t left)
{
    if (p[0] >= 0xC2 && p[0] <= 0xDF)
        return left >= 2 && continues(p[1]) ? 2 : 0;
    if (p[0] >= 0xE0 && p[0] <= 0xEF) {
        if (left < 3 || !continues(p[1]) || !continues(p[2]))
            return 0;
        if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F))
            return 0;
        return 3;
    }
    if (p[0] >= 0xF0 && p[0] <= 0xF4) {
        if (left < 4 || !continues(p[1]) || !continues(p[2]) || !continues(p[3]))
            return 0;
        if ((p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
            return 0;
        return 4;
    }
    return 0;
}

static inline uint32_t code_point3(const unsigned char *p)
{
    return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (uint32_t)(p[2] & 0x3F);
}

static inline uint32_t code_point4(const unsigned char *p)
{
    return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 |
           (uint32_t)(p[2] & 0x3F) << 6 | (uint32_t)(p[3] & 0x3F);
}

static inline bool is_reserved(const unsigned char *p)
{
    return p[0] == FOLD_LEAD && (p[1] < 0xA0 || (p[1] == 0xA0 && p[2] == 0x80));
}

static char *put3(char *to, uint32_t point)
{
    *to++ = (char)(0xE0 | point >> 12);
    *to++ = (char)(0x80 | (point >> 6 & 0x3F));
    *to++ = (char)(0x80 | (point & 0x3F));
    return to;
}

static char *put4(char *to, uint32_t point)
{
    *to++ = (char)(0xF0 | point >> 18);
    *to++ = (char)(0x80 | (point >> 12 & 0x3F));
    *to++ = (char)(0x80 | (point >> 6 & 0x3F));
    *to++ = (char)(0x80 | (point & 0x3F));
    return to;
}

/* The next byte that is not ASCII, or `end`. Eight bytes at a time, since most of an answer is
 * ASCII. */
static const unsigned char *skip_ascii(const unsigned char *p, const unsigned char *end)
{
    uint64_t word;

    while (end - p >= 8) {
        memcpy(&word, p, sizeof word);
        if (word & HIGH_BITS)
            break;
        p += 8;
    }
    while (p < end && *p < 0x80)
        p++;
    return p;
}

void text_check(const char *text, size_t length, struct text_check *ret_check)
{
    const unsigned char *p = (const unsigned char *)text;
    const unsigned char *end = p + length;
    struct text_check check = {0};

    while ((p = skip_ascii(p, end)) < end) {
        size_t size = sequence(p, (size_t)(end - p));

        check.invalid = size == 0;
        if (check.invalid || (p[0] == 0xEF && p[1] == 0xBF && p[2] >= 0xBE)) {
            check.bad = (const char *)p;
            break;
        }
        check.astral += size == 4;
        check.reserved += size == 3 && is_reserved(p);
        p += size;
    }
    *ret_check = check;
}

char *text_fold(const char *text, size_t length, const struct text_check *check, size_t *ret_length)
{
    const unsigned char *p = (const unsigned char *)text;
    const unsigned char *end = p + length;
    char *folded = malloc(length + 2 * check->astral + 3 * check->reserved + 1);
    char *to = folded;

    if (!folded)
        return NULL;
    while (p < end) {
        const unsigned char *next = skip_ascii(p, end);

        memcpy(to, p, (size_t)(next - p));
        to += next - p;
        p = next;
        if (p == end)
            break;
        if (p[0] >= 0xF0) {
            uint32_t bits = code_point4(p) - 0x10000;

            to = put3(to, FOLD_UPPER + (bits >> 10));
            to = put3(to, FOLD_LOWER + (bits & 0x3FF));
            p += 4;
            continue;
        }
        if (is_reserved(p))
            to = put3(to, FOLD_ESCAPE);
        for (size_t size = sequence(p, (size_t)(end - p)); size > 0; size--)
            *to++ = (char)*p++;
    }
    *to = '\0';
    *ret_length = (size_t)(to - folded);
    return folded;
}

bool text_is_folded(const char *text, size_t length)
{
    return memchr(text, FOLD_LEAD, length) != NULL;
}

/* What the six bytes at `p` are: not folded, an escaped character, or a pair. */
static enum { NOT_FOLDED, ESCAPED, PAIR } fold_of(const unsigned char *p)
{
    uint32_t first, second;

    if (!is_reserved(p) || !is_reserved(p + 3))
        return NOT_FOLDED;
    first = code_point3(p);
    second = code_point3(p + 3);
    if (first == FOLD_ESCAPE)
        return ESCAPED;
    return first < FOLD_LOWER && second >= FOLD_LOWER && second < FOLD_ESCAPE ? PAIR : NOT_FOLDED;
}

size_t text_unfold(char *text, size_t length)
{
    const unsigned char *p = (const unsigned char *)text;
    const unsigned char *end = p + length;
    char *to = text;

    while (p < end) {
        const unsigned char *next = memchr(p, FOLD_LEAD, (size_t)(end - p));
        size_t plain = next ? (size_t)(next - p) : (size_t)(end - p);

        memmove(to, p, plain);
        to += plain;
        p += plain;
        switch (end - p >= 6 ? fold_of(p) : NOT_FOLDED) {
        case ESCAPED:
            to = put3(to, code_point3(p + 3));
            p += 6;
            break;
        case PAIR:
            to = put4(to, 0x10000 + ((code_point3(p) - FOLD_UPPER) << 10 |
                                     (code_point3(p + 3) - FOLD_LOWER)));
            p += 6;
            break;
        case NOT_FOLDED:
            for (int i = 0; i < 3 && p < end; i++)
                *to++ = (char)*p++;
        }
    }
    *to = '\0';
    return (size_t)(to - text);
}

void text_clean(char *out, size_t size, const char *text, size_t length)
{
    const unsigned char *p = (const unsigned char *)text;
    const unsigned char *end = p + length;
    size_t used = 0;
    bool space = false;

    while (p < end && used + 8 < size) {
        size_t bytes = *p < 0x80 ? 1 : sequence(p, (size_t)(end - p));

        if (*p <= ' ' || *p == 0x7F) {
            space = used > 0;
            p++;
            continue;
        }
        if (space)
            out[used++] = ' ';
        space = false;
        if (bytes == 0) {
            out[used++] = '?';
            p++;
            continue;
        }
        memcpy(out + used, p, bytes);
        used += bytes;
        p += bytes;
    }
    while (p < end && (*p <= ' ' || *p == 0x7F))
        p++;
    if (p < end && used + 4 <= size) {
        memcpy(out + used, "...", 3);
        used += 3;
    }
    out[used] = '\0';
}

void text_redact(char *text, const char *secret)
{
    size_t size = strlen(secret);

    if (size < 4)
        return;
    while ((text = strstr(text, secret)) != NULL) {
        memset(text, '*', 3);
        memmove(text + 3, text + size, strlen(text + size) + 1);
        text += 3;
    }
}

static const char *find_word(const char *text, size_t length, const char *word)
{
    size_t size = strlen(word);

    for (; length >= size; text++, length--)
        if (!strncasecmp(text, word, size))
            return text;
    return NULL;
}

void text_title(char *out, size_t size, const char *page, size_t length)
{
    const char *start = find_word(page, length, "<title>");
    const char *end;

    out[0] = '\0';
    if (!start)
        return;
    start += strlen("<title>");
    end = find_word(start, length - (size_t)(start - page), "</title>");
    if (end)
        text_clean(out, size, start, (size_t)(end - start));
}

bool text_is_html(const char *text, size_t length)
{
    static const char *const starts[] = {"<!doctype html", "<html", "<head", "<body", "<center>"};

    while (length > 0 && strchr(" \t\r\n", *text) && *text)
        text++, length--;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (length >= strlen(starts[i]) && !strncasecmp(text, starts[i], strlen(starts[i])))
            return true;
    return false;
}
