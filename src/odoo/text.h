/* text.h - remote texts: checked, cleaned for a message, folded for the codec. */
#ifndef QUALIODOO_ODOO_TEXT_H
#define QUALIODOO_ODOO_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* The result of text_check(), one pass over a text. */
struct text_check {
    const char *bad; /* the first invalid or forbidden sequence, or NULL */
    bool invalid;    /* `bad` is not UTF-8; else it is U+FFFE or U+FFFF, which XML forbids */
    size_t astral;   /* characters beyond U+FFFF */
    size_t reserved; /* characters that text_fold() escapes */
};
void text_check(const char *text, size_t length, struct text_check *ret_check);

/* Folding. xmlrpc-c 1.33 refuses every character beyond U+FFFF, so that one emoji would cost a
 * page. text_fold() replaces such a character by two of the private use area (as surrogates of
 * UTF-16, 0x800 above them) and escapes those that were in that area already; text_unfold() undoes
 * it.
 *
 * text_fold() returns a NUL-terminated copy on the heap, NULL when memory is short; `check` is the
 * result of text_check() for the same text. text_unfold() works in place and returns the new
 * length. */
char *text_fold(const char *text, size_t length, const struct text_check *check,
                size_t *ret_length);
size_t text_unfold(char *text, size_t length);

/* Whether text_unfold() could change the text. */
bool text_is_folded(const char *text, size_t length);

/* Copies at most `size` - 1 bytes of a remote text for a message: white space and control
 * characters become single spaces, invalid UTF-8 becomes '?', a longer text ends with "...". */
void text_clean(char *out, size_t size, const char *text, size_t length);

/* Replaces each occurrence of `secret` in `text` by "***", in place. A secret of less than 4 bytes
 * is left: it would match in any sentence. */
void text_redact(char *text, const char *secret);

/* Copies the content of <title> of an HTML page, cleaned; empty when there is none. */
void text_title(char *out, size_t size, const char *page, size_t length);

/* Whether a text begins like an HTML page. */
bool text_is_html(const char *text, size_t length);

#endif
