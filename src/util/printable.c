/* printable.c - decodes UTF-8 and replaces what must not reach a terminal, a log or JSON. */
#include "qualiodoo/util/printable.h"

#include <string.h>

#define BAD UINT32_MAX /* bytes that are not UTF-8 */

struct range {
    uint32_t first, last;
};

static const struct range hidden[] = {
    {0x00, 0x1f},     {0x7f, 0x9f},     {0x61c, 0x61c},   {0x200e, 0x200f},   {0x2028, 0x202e},
    {0x2066, 0x2069}, {0xfeff, 0xfeff}, {0xfffe, 0xffff}, {0xe0000, 0xe007f},
};

/* The code point at `text`; *ret_length gets its bytes, 1 for BAD. */
static uint32_t decode(const char *text, size_t *ret_length)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *byte = (const unsigned char *)text;
    size_t length = *byte < 0x80 ? 1 : *byte < 0xc2 ? 0 : *byte < 0xe0 ? 2 : *byte < 0xf0 ? 3 : 4;
    uint32_t code = length == 1 ? *byte : *byte & (0x7fu >> length);

    *ret_length = 1;
    if (length == 0 || *byte > 0xf4)
        return BAD;
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xc0) != 0x80)
            return BAD;
        code = code << 6 | (byte[i] & 0x3f);
    }
    if (code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return BAD;
    *ret_length = length;
    return code;
}

static int is_hidden(uint32_t code)
{
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (code >= hidden[i].first && code <= hidden[i].last)
            return 1;
    return code == BAD;
}

char printable_instead(const char *text, size_t *ret_length)
{
    uint32_t code = decode(text, ret_length);

    if (!is_hidden(code))
        return 0;
    return code == '\n' || code == '\r' || code == '\t' ? ' ' : '?';
}

char *printable_clean(char *text)
{
    char *end = text;

    if (!text)
        return NULL;
    for (const char *from = text; *from;) {
        size_t length;
        char instead = printable_instead(from, &length);

        if (instead)
            *end++ = instead;
        else
            for (size_t i = 0; i < length; i++)
                *end++ = from[i];
        from += length;
    }
    *end = '\0';
    return text;
}

void printable_json(const char *text, FILE *output)
{
    for (size_t length; *text; text += length) {
        uint32_t code = decode(text, &length);

        if (code == '\n' || !is_hidden(code))
            fwrite(text, 1, length,
                   output); /* a line feed is layout: in strings it is escaped already */
        else if (code == BAD)
            fputs("\\ufffd", output);
        else if (code < 0x10000)
            fprintf(output, "\\u%04x", (unsigned)code);
        else
            fprintf(output, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((code - 0x10000) >> 10)),
                    (unsigned)(0xdc00 + ((code - 0x10000) & 0x3ff)));
    }
}

bool printable_has_outer_blank(const char *text)
{
    static const char *const blanks[] = {" ", "\t", "\u00a0", "\u200b"};
    size_t length = strlen(text);

    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
        size_t size = strlen(blanks[i]);

        if (length >= size && (memcmp(text, blanks[i], size) == 0 ||
                               memcmp(text + length - size, blanks[i], size) == 0))
            return true;
    }
    return false;
}
