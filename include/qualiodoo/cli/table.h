/* table.h - small tables for a terminal: aligned columns, a header, nothing drawn.
 *
 * Texts are UTF-8, measured by what they take on the screen; the program's LC_CTYPE must be a UTF-8
 * one. What would play with the terminal (see printable.h) prints as '?' or a blank.
 */
#ifndef QUALIODOO_CLI_TABLE_H
#define QUALIODOO_CLI_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/error.h"
#include "qualiodoo/util/units.h"

struct table;

/* How a column is aligned, and what becomes of it where the table is wider than the terminal. */
enum table_align {
    TABLE_LEFT,   /* words and days: cut only where that of the others is not enough */
    TABLE_RIGHT,  /* numbers and durations: never cut */
    TABLE_TEXT,   /* to the left; what people wrote: the end is cut */
    TABLE_RECORD, /* to the left; "account.move:31": the beginning is cut, the number stays */
};

struct table_column {
    const char *title;
    enum table_align align;
};

/* A table of `count` >= 1 columns; the titles are copied. NULL when memory is short, which every
 * function below accepts: only table_print() needs to be checked. */
struct table *table_new(const struct table_column *columns, size_t count);
void table_free(struct table *table); /* NULL is allowed */

/* Adds the next cell, row after row. A NULL text prints as '-'. The text is copied. */
void table_cell(struct table *table, const char *text);
void table_cell_format(struct table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same with a duration as H:MM. */
void table_cell_minutes(struct table *table, minutes duration);

/* The same with business seconds: see format_seconds(). */
void table_cell_seconds(struct table *table, int64_t seconds);

/* Prints the header and the rows; an unfinished row is filled with blanks. On a terminal the widest
 * columns of text are cut, with an ellipsis, until the table fits its width; elsewhere the table is
 * whole. Returns 0, or ERR_NO_MEMORY when memory was short at any time (nothing is then printed).
 * Errors of `output` stay in its error indicator. */
int table_print(struct table *table, FILE *output, struct error *error);

/* printf() for lines outside of a table: the same care is taken of the terminal, and only the line
 * feeds of `format` itself end a line, not those of its arguments. Nothing is printed when memory
 * is short; table_lost() tells it. */
void table_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether a line that table_say() was given could not be printed for lack of memory. */
bool table_lost(void);

#define FORMAT_MINUTES_SIZE MINUTES_TEXT_SIZE
#define FORMAT_SECONDS_SIZE FORMAT_MINUTES_SIZE

/* Writes H:MM, with a minus sign before negative durations, into `text` and returns it. */
char *format_minutes(minutes duration, char text[FORMAT_MINUTES_SIZE]);

/* The whole minutes of a number of seconds (>= 0) as H:MM; "< 0:01" for a part of the first one, so
 * that what is late by seconds does not look as if it were not. */
char *format_seconds(int64_t seconds, char text[FORMAT_SECONDS_SIZE]);

#endif
