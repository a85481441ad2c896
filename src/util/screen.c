/* screen.c - asks the terminal for its width, and wcwidth() for that of characters. */
#include "qualiodoo/util/screen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

#include "qualiodoo/util/printable.h"

/* A larger $COLUMNS is ignored. */
#define COLUMNS_MAX 10000

static const char ellipsis[] = "\xE2\x80\xA6"; /* one column */

size_t screen_columns(FILE *output)
{
    const char *given = getenv("COLUMNS");
    struct winsize size = {0};
    int fd = fileno(output); /* -1: a stream in memory */
    long columns;

    if (fd < 0 || !isatty(fd))
        return 0;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    columns = given ? strtol(given, NULL, 10) : 0;
    return columns > 0 && columns <= COLUMNS_MAX ? (size_t)columns : 0;
}

/* Moves *cursor past one character and returns the columns it takes. *ret_instead gets what to show
 * in its place, or 0. */
static size_t next_width(const char **cursor, char *ret_instead)
{
    size_t length, printed;
    mbstate_t shift = {0};
    wchar_t wide;
    int columns = -1;

    *ret_instead = printable_instead(*cursor, &length);
    printed = mbrtowc(&wide, *cursor, length, &shift);
    *cursor += length;
    if (!*ret_instead && printed == length && iswprint((wint_t)wide))
        columns = wcwidth(wide);
    if (!*ret_instead && columns < 0)
        *ret_instead = '?'; /* LC_CTYPE cannot show it */
    return *ret_instead ? 1 : (size_t)columns;
}

size_t screen_width(const char *text)
{
    size_t columns = 0;
    char instead;

    while (*text)
        columns += next_width(&text, &instead);
    return columns;
}

/* Prints `text` up to `end`. */
static void print_until(const char *text, const char *end, FILE *output)
{
    while (text < end) {
        const char *start = text;
        char instead;

        next_width(&text, &instead);
        if (instead)
            putc(instead, output);
        else
            fwrite(start, 1, (size_t)(text - start), output);
    }
}

void screen_print(const char *text, FILE *output)
{
    print_until(text, text + strlen(text), output);
}

/* The end of the part of `text` that takes at most `columns`, with its last combining marks. */
static const char *part_of(const char *text, size_t columns, size_t *ret_taken)
{
    const char *end = text;
    char instead;

    *ret_taken = 0;
    while (*text) {
        size_t more = next_width(&text, &instead);

        if (*ret_taken + more > columns)
            break;
        *ret_taken += more;
        end = text;
    }
    return end;
}

size_t screen_print_cut(const char *text, size_t columns, FILE *output)
{
    size_t width = screen_width(text), taken;
    const char *end;

    if (width <= columns) {
        screen_print(text, output);
        return width;
    }
    end = part_of(text, columns - 1, &taken);
    print_until(text, end, output);
    fputs(ellipsis, output);
    return taken + 1;
}

size_t screen_print_end(const char *text, size_t columns, FILE *output)
{
    size_t left = screen_width(text);
    char instead;

    if (left <= columns) {
        screen_print(text, output);
        return left;
    }
    while (left > columns - 1)
        left -= next_width(&text, &instead);
    while (*text) { /* skip the combining marks of a character that was cut */
        const char *next = text;

        if (next_width(&next, &instead) > 0)
            break;
        text = next;
    }
    fputs(ellipsis, output);
    screen_print(text, output);
    return left + 1;
}
