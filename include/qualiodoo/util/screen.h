/* screen.h - the columns that texts take on a screen, and the width of a terminal.
 *
 * Texts are UTF-8; the program's LC_CTYPE must be a UTF-8 one. A wide character takes two columns,
 * a combining mark none. A hidden character (see printable.h) is printed as '?' or as a blank. */
#ifndef QUALIODOO_SCREEN_H
#define QUALIODOO_SCREEN_H

#include <stddef.h>
#include <stdio.h>

/* The width in columns of the terminal that `output` writes to: from the terminal, else from
 * $COLUMNS. 0 when `output` is no terminal or the width is unknown. */
size_t screen_columns(FILE *output);

/* The columns that a text of one line takes. */
size_t screen_width(const char *text);

/* Prints a text of one line. */
void screen_print(const char *text, FILE *output);

/* Prints a text of one line in at most `columns` >= 1: a longer one ends with an ellipsis, which
 * takes one of them. A character is printed whole, with its combining marks, or not at all. Returns
 * the columns printed. */
size_t screen_print_cut(const char *text, size_t columns, FILE *output);

/* As screen_print_cut(), but a longer text begins with the ellipsis and keeps its end. */
size_t screen_print_end(const char *text, size_t columns, FILE *output);

#endif
