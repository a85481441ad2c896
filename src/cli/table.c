/* table.c - collects the cells of a table, then prints it as wide as the terminal allows. */
#include "qualiodoo/cli/table.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/util/array.h"
#include "qualiodoo/util/printable.h"
#include "qualiodoo/util/screen.h"

#define GAP 2         /* blanks between two columns */
#define TEXT_LEAST 12 /* columns of the screen that texts keep until words are cut too */
#define WORD_LEAST 3  /* columns that every cut column keeps */

struct table {
    size_t columns;
    enum table_align *aligns;
    char **cells; /* the titles, then the rows */
    size_t count, capacity;
    bool failed; /* memory was short: the table is incomplete */
};

/* ---- Lines outside of a table ---- */

#define MARK 0xff /* replaces a line feed of a format: not a byte of any UTF-8 text */

static size_t count_of(const char *text, int c)
{
    size_t count = 0;

    while ((text = strchr(text, c)) != NULL) {
        count++;
        text++;
    }
    return count;
}

/* Formats a text in which the format's own line feeds are MARKs, to tell them from line feeds of
 * the arguments. */
__attribute__((format(printf, 1, 0))) static char *marked(const char *format, va_list arguments)
{
    char *own = strdup(format), *text = NULL;

    if (!own)
        return NULL;
    for (char *c = own; (c = strchr(c, '\n')) != NULL;)
        *c = (char)MARK;
        /* The format was checked at the call: table_say() has the attribute. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (vasprintf(&text, own, arguments) < 0)
        text = NULL;
#pragma GCC diagnostic pop
    /* An argument holds the byte MARK (not UTF-8: a damaged state): no line feed can be trusted. */
    if (text && count_of(text, MARK) != count_of(own, MARK))
        printable_clean(text);
    free(own);
    return text;
}

static bool lost; /* table_say() lost a line */

bool table_lost(void)
{
    return lost;
}

void table_say(const char *format, ...)
{
    const char mark[] = {(char)MARK, '\0'};
    va_list arguments;
    char *text, *rest, *line;

    va_start(arguments, format);
    rest = text = marked(format, arguments);
    va_end(arguments);
    lost = lost || !text;
    while (text && (line = strsep(&rest, mark)) != NULL) {
        screen_print(line, stdout);
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

/* Adds a cell and takes ownership of `text`; NULL: its allocation failed. */
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
    char text[MINUTES_TEXT_SIZE];

    table_cell(table, minutes_format(duration, text));
}

void table_cell_seconds(struct table *table, int64_t seconds)
{
    char text[MINUTES_TEXT_SIZE];

    table_cell(table, format_seconds(seconds, text));
}

/* Prints at most `columns` columns of a cell; returns how many it took. */
static size_t print_cell(const char *text, enum table_align align, size_t columns, FILE *output)
{
    return align == TABLE_RECORD ? screen_print_end(text, columns, output)
                                 : screen_print_cut(text, columns, output);
}

static void print_row(const struct table *table, size_t first, const size_t *widths, FILE *output)
{
    size_t owed = 0; /* blanks, printed only before a further text */

    for (size_t i = 0; i < table->columns && first + i < table->count; i++) {
        /* A title of a TABLE_RECORD column is cut at its end. */
        enum table_align align =
            first == 0 && table->aligns[i] != TABLE_RIGHT ? TABLE_LEFT : table->aligns[i];
        const char *text = table->cells[first + i];
        size_t taken = 0;

        if (align == TABLE_RIGHT)
            owed += widths[i] - screen_width(text);
        if (*text) {
            print_blanks(owed, output);
            taken = print_cell(text, align, widths[i], output);
            owed = 0;
        }
        if (align != TABLE_RIGHT)
            owed += widths[i] - taken;
        owed += GAP;
    }
    putc('\n', output);
}

static size_t sum_of(const struct table *table, const size_t *widths)
{
    size_t sum = GAP * (table->columns - 1);

    for (size_t i = 0; i < table->columns; i++)
        sum += widths[i];
    return sum;
}

/* The widest of the columns that may be cut (with `words`, TABLE_LEFT too) and are wider than
 * `least`; table->columns when there is none. */
static size_t find_widest(const struct table *table, const size_t *widths, bool words, size_t least)
{
    size_t widest = table->columns;

    for (size_t i = 0; i < table->columns; i++) {
        enum table_align align = table->aligns[i];

        if (align == TABLE_RIGHT || (align == TABLE_LEFT && !words) || widths[i] <= least)
            continue;
        if (widest == table->columns || widths[i] > widths[widest])
            widest = i;
    }
    return widest;
}

/* Narrows the widest columns until the table fits into `room`, or none can be narrowed more. */
static void shrink(const struct table *table, size_t *widths, size_t room)
{
    static const struct {
        bool words;
        size_t least;
    } rounds[] = {{false, TEXT_LEAST}, {true, WORD_LEAST}};
    size_t sum = sum_of(table, widths);

    for (size_t round = 0; round < sizeof rounds / sizeof *rounds; round++) {
        while (sum > room) {
            size_t widest = find_widest(table, widths, rounds[round].words, rounds[round].least);

            if (widest == table->columns)
                break;
            widths[widest]--;
            sum--;
        }
    }
}

int table_print(struct table *table, FILE *output, struct error *error)
{
    size_t *widths = table && !table->failed ? calloc(table->columns, sizeof *widths) : NULL;
    size_t room = screen_columns(output);

    if (!widths)
        return error_memory(error);
    for (size_t i = 0; i < table->count; i++) {
        size_t columns = screen_width(table->cells[i]);

        if (columns > widths[i % table->columns])
            widths[i % table->columns] = columns;
    }
    if (room > 0)
        shrink(table, widths, room);
    for (size_t first = 0; first < table->count; first += table->columns)
        print_row(table, first, widths, output);
    free(widths);
    return 0;
}

char *format_seconds(int64_t seconds, char text[MINUTES_TEXT_SIZE])
{
    if (seconds > 0 && seconds < 60)
        snprintf(text, MINUTES_TEXT_SIZE, "< 0:01");
    else
        minutes_format(seconds / 60, text);
    return text;
}
