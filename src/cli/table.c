#include "qualiodoo/table.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "qualiodoo/array.h"

#define GAP 2 /* blanks between two columns */

struct table {
    size_t columns;
    enum table_align *aligns;
    char **cells; /* the titles, then the rows */
    size_t count, capacity;
    bool failed; /* memory was short: the table is incomplete */
};

/* ---- Text on a screen ---- */

/* Reads one character at *cursor, moves behind it, and returns what it takes on the screen; -1 when
 * it cannot be shown. */
static int next_width(const char **cursor)
{
    mbstate_t shift = {0};
    wchar_t wide;
    size_t length = mbrtowc(&wide, *cursor, strlen(*cursor), &shift);

    if (length == (size_t)-1 || length == (size_t)-2 || length == 0) {
        ++*cursor;
        return -1;
    }
    *cursor += length;
    return iswprint((wint_t)wide) ? wcwidth(wide) : -1;
}

static size_t width(const char *text)
{
    size_t columns = 0;

    while (*text) {
        int one = next_width(&text);

        columns += one < 0 ? 1 : (size_t)one;
    }
    return columns;
}

void table_print_text(const char *text, FILE *output)
{
    while (*text) {
        const char *start = text;

        if (next_width(&text) < 0)
            putc('?', output);
        else
            fwrite(start, 1, (size_t)(text - start), output);
    }
}

void table_say(const char *format, ...)
{
    va_list arguments;
    char *text, *rest, *line;
    int length;

    va_start(arguments, format);
    length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    rest = text;
    while ((line = strsep(&rest, "\n")) != NULL) {
        table_print_text(line, stdout);
        if (rest)
            putchar('\n');
    }
    free(text);
}

static void print_blanks(size_t count, FILE *output)
{
    while (count-- > 0)
        putc(' ', output);
}

/* ---- The table ---- */

/* Takes ownership of `text`; NULL means that memory was short. */
static void add(struct table *table, char *text)
{
    if (text && ARRAY_RESERVE(table->cells, table->capacity, table->count + 1) < 0) {
        free(text);
        text = NULL;
    }
    if (text)
        table->cells[table->count++] = text;
    else
        table->failed = true;
}

struct table *table_new(const struct table_column *columns, size_t count)
{
    struct table *table = calloc(1, sizeof *table);

    if (!table)
        return NULL;
    table->columns = count;
    table->aligns = calloc(count, sizeof *table->aligns);
    if (!table->aligns) {
        free(table);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        table->aligns[i] = columns[i].align;
        table_cell(table, columns[i].title);
    }
    return table;
}

void table_free(struct table *table)
{
    if (!table)
        return;
    for (size_t i = 0; i < table->count; i++)
        free(table->cells[i]);
    free(table->cells);
    free(table->aligns);
    free(table);
}

void table_cell(struct table *table, const char *text)
{
    table_cell_format(table, "%s", text ? text : "-");
}

void table_cell_format(struct table *table, const char *format, ...)
{
    va_list arguments;
    char *text;

    if (!table)
        return;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    add(table, text);
}

void table_cell_minutes(struct table *table, minutes duration)
{
    char text[FORMAT_MINUTES_SIZE];

    table_cell(table, format_minutes(duration, text));
}

void table_cell_seconds(struct table *table, int64_t seconds)
{
    char text[FORMAT_SECONDS_SIZE];

    table_cell(table, format_seconds(seconds, text));
}

static void print_row(const struct table *table, size_t first, const size_t *widths, FILE *output)
{
    size_t owed = 0; /* blanks that only a further text makes visible */

    for (size_t i = 0; i < table->columns && first + i < table->count; i++) {
        const char *text = table->cells[first + i];
        size_t padding = widths[i] - width(text);

        if (table->aligns[i] == TABLE_RIGHT)
            owed += padding;
        if (*text) {
            print_blanks(owed, output);
            table_print_text(text, output);
            owed = 0;
        }
        if (table->aligns[i] == TABLE_LEFT)
            owed += padding;
        owed += GAP;
    }
    putc('\n', output);
}

int table_print(struct table *table, FILE *output, struct error *error)
{
    size_t *widths = table && !table->failed ? calloc(table->columns, sizeof *widths) : NULL;

    if (!widths)
        return error_memory(error);
    for (size_t i = 0; i < table->count; i++) {
        size_t columns = width(table->cells[i]);

        if (columns > widths[i % table->columns])
            widths[i % table->columns] = columns;
    }
    for (size_t first = 0; first < table->count; first += table->columns)
        print_row(table, first, widths, output);
    free(widths);
    return 0;
}

char *format_minutes(minutes duration, char text[FORMAT_MINUTES_SIZE])
{
    return minutes_format(duration, text);
}

char *format_seconds(int64_t seconds, char text[FORMAT_SECONDS_SIZE])
{
    if (seconds > 0 && seconds < 60)
        snprintf(text, FORMAT_SECONDS_SIZE, "< 0:01");
    else
        format_minutes(seconds / 60, text);
    return text;
}
