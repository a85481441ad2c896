/* printable.h - makes remote texts safe to show.
 *
 * A customer's name can hold a line feed, which begins a line of its own, a control character,
 * which the terminal obeys, or a mark that reverses the text after it. Such characters are called
 * hidden here: the controls of C0 and C1, the separators of lines and paragraphs, the marks of
 * direction (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069), U+FEFF, the tags (U+E0000
 * to U+E007F), and bytes that are not UTF-8. */
#ifndef QUALIODOO_UTIL_PRINTABLE_H
#define QUALIODOO_UTIL_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What to show in place of the character at `text`, which is not empty: a blank for a line feed, a
 * carriage return and a tab, '?' for the other hidden ones, 0 when it may be shown as it is.
 * *ret_length gets the bytes of the character. */
char printable_instead(const char *text, size_t *ret_length);

/* Replaces each hidden character of `text` in place, so that it is one line, and returns `text`.
 * NULL is allowed. */
char *printable_clean(char *text);

/* Whether a text begins or ends with a blank, a tab, a no-break or a zero-width space: a frequent
 * and invisible fault of a pasted password. */
bool printable_has_outer_blank(const char *text);

/* Prints a JSON text, indented or not, with each hidden character of its strings as \uXXXX: a
 * parser reads the same document. */
void printable_json(const char *text, FILE *output);

#endif
