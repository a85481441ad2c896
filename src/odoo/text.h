/* text.h - the text of a stranger: checked, cleaned for a message, folded for the codec. */
#ifndef QUALIODOO_ODOO_TEXT_H
#define QUALIODOO_ODOO_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* What one pass over a text found. */
struct text_check {
    const char *bad; /* the first invalid or forbidden sequence, or NULL */
    bool invalid;    /* `bad` is not UTF-8; else it is U+FFFE or U+FFFF, which XML forbids */
    size_t astral;   /* characters beyond U+FFFF */
    size_t reserved; /* characters that text_fold() must escape */
};
void text_check(const char *text, size_t length, struct text_check *ret_check);

/* xmlrpc-c 1.33 refuses every character beyond U+FFFF: one emoji would cost a page. Such a
 * character crosses it folded into two of the private use area (as UTF-16 does with surrogates,
 * 0x800 above them), and what was in that area already is escaped.
 *
 * text_fold() returns a NUL-terminated copy on the heap, NULL without memory; `check` is what
 * text_check() said of the same text. text_unfold() works in place and returns the new length. */
char *text_fold(const char *text, size_t length, const struct text_check *check,
                size_t *ret_length);
size_t text_unfold(char *text, size_t length);

/* True when text_unfold() could change the text. */
bool text_is_folded(const char *text, size_t length);

/* Copies at most `size` - 1 bytes of a remote text for a message: white space and control
 * characters become single spaces, invalid UTF-8 becomes '?', what does not fit ends in "...". */
void text_clean(char *out, size_t size, const char *text, size_t length);

/* Replaces each occurrence of `secret` in `text` by "***". Secrets of less than 4 bytes are left:
 * they would be found in any sentence. */
void text_redact(char *text, const char *secret);

/* The content of <title> in an HTML page, cleaned; empty when there is none. */
void text_title(char *out, size_t size, const char *page, size_t length);

/* True when a text begins as an HTML page does. */
bool text_is_html(const char *text, size_t length);

#endif
