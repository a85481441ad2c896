/* table.h - small tables for a terminal: aligned columns, a header, nothing drawn.
 *
 * Texts are UTF-8 and measured in columns of the screen, so LC_CTYPE must be a UTF-8 locale.
 * Control characters, which a terminal would obey (see printable.h), print as '?' or a blank. */
#ifndef QUALIODOO_CLI_TABLE_H
#define QUALIODOO_CLI_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/error.h"
#include "qualiodoo/util/units.h"

struct table;

/* How a column is aligned, and how it is cut when the table is wider than the terminal. */
enum table_align {
    TABLE_LEFT,   /* words and days: cut only when cutting the texts is not enough */
    TABLE_RIGHT,  /* numbers and durations: never cut */
    TABLE_TEXT,   /* left; texts that people wrote: the end is cut */
    TABLE_RECORD, /* left; "account.move:31": the beginning is cut, the number stays */
};

struct table_column {
    const char *title;
    enum table_align align;
};

/* A table of `count` >= 1 columns; the titles are copied. The caller frees it with table_free().
 * NULL when memory is short: every function below accepts NULL, so that only table_print() needs a
 * check. */
struct table *table_new(const struct table_column *columns, size_t count);
void table_free(struct table *table); /* NULL is allowed */

/* Adds the next cell, row after row, from a text, which is copied (NULL prints as '-'), or from a
 * printf() format. */
void table_cell(struct table *table, const char *text);
void table_cell_format(struct table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds the next cell: a duration as H:MM. */
void table_cell_minutes(struct table *table, minutes duration);

/* Adds the next cell: business seconds, see format_seconds(). */
void table_cell_seconds(struct table *table, int64_t seconds);

/* Prints the header and the rows; an unfinished row is filled with blanks. On a terminal the widest
 * columns of text are cut, with an ellipsis, until the table fits its width; elsewhere the table is
 * whole. Returns 0, or ERR_NO_MEMORY when memory was short at any time (nothing is then printed).
 * Errors of `output` stay in its error indicator. */
int table_print(struct table *table, FILE *output, struct error *error);

/* printf() for lines outside of a table. Control characters of the arguments print as in a table,
 * and only the line feeds of `format` itself end a line. When memory is short, nothing is printed
 * and table_lost() becomes true. */
void table_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether table_say() has lost a line for lack of memory. */
bool table_lost(void);

/* Writes the whole minutes of `seconds` (>= 0) as H:MM into `text` and returns it; 1 to 59 seconds
 * are "< 0:01", so that a ticket late by seconds does not look punctual. */
char *format_seconds(int64_t seconds, char text[MINUTES_TEXT_SIZE]);

#endif
