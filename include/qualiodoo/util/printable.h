/* printable.h - texts that others wrote, made harmless before they are shown.
 *
 * A customer's name can hold a line feed, which prints a line of its own, a control character,
 * which plays with the terminal, or a mark that reverses the text behind it. Such characters are
 * called hidden here: the controls of C0 and C1, the separators of lines and paragraphs, the marks
 * of direction (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069), U+FEFF, the tags
 * (U+E0000 to U+E007F), and bytes that are not UTF-8. */
#ifndef QUALIODOO_UTIL_PRINTABLE_H
#define QUALIODOO_UTIL_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What is shown in place of one hidden character: a blank for a line feed, a carriage return and a
 * tabulator, '?' for the others. `*ret_length` gets the bytes of the character at `text`, which is
 * not empty. Returns 0 when the character may be shown as it is. */
char printable_instead(const char *text, size_t *ret_length);

/* Replaces each hidden character of `text` where it stands, and returns `text`, which is one line
 * then. NULL is allowed. */
char *printable_clean(char *text);

/* Whether a text begins or ends with a blank, a tabulator, a no-break or a zero-width space: what
 * nobody sees who looks for the fault of a password. */
bool printable_has_outer_blank(const char *text);

/* Prints a JSON text, laid out or not, with each hidden character of its strings as \uXXXX: read by
 * a parser it is the same document. */
void printable_json(const char *text, FILE *output);

#endif
