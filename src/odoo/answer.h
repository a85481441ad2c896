/* answer.h - what the parsers of XML and of JSON answers share: their limit of depth, what they
 * remember of a text that arrives in pieces, and the sentences of what both refuse.
 *
 * Each function that returns int fills `error` (may be NULL) and returns its code. */
#ifndef QUALIODOO_ODOO_ANSWER_H
#define QUALIODOO_ODOO_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "qualiodoo/util/error.h"

/* How many elements, lists or objects may be open at once. Odoo's own answers stay below 40. */
#define ANSWER_DEPTH_MAX 1000

#define ANSWER_HEAD 1024 /* holds the <title> of a proxy's error page */
#define ANSWER_TAIL 32   /* holds "</methodResponse>" */

/* What may stand around a text, and between the elements of XML. */
static inline bool answer_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The two ends of a text. All zero: nothing arrived yet. */
struct answer_ends {
    size_t total;           /* bytes that arrived */
    size_t leading;         /* blanks before the first byte that is none */
    size_t blanks;          /* blanks after the last byte that is none */
    char head[ANSWER_HEAD]; /* the first bytes, from the first that is no blank */
    size_t head_length;
    char tail[ANSWER_TAIL]; /* the last bytes, up to the last that is no blank */
    size_t tail_length;
};

/* Adds the next piece of the text. A blank is a space, a tab, CR or LF. */
void answer_ends_add(struct answer_ends *ends, const char *bytes, size_t length);

/* The bytes of the text, without the blanks around it. */
size_t answer_length(const struct answer_ends *ends);

/* Whether the text, without the blanks after it, ends by `mark` (less than ANSWER_TAIL bytes). */
bool answer_ends_by(const struct answer_ends *ends, const char *mark);

/* ERR_PROTOCOL: the text is not `expected` ("a JSON answer"), but empty (RETRY_LATER), an HTML
 * page, or something else whose first bytes are shown. */
int answer_not(const char *expected, const struct answer_ends *ends, struct error *error);

/* ERR_PROTOCOL with RETRY_LATER: the text ends without `missing` ("</methodResponse>"). */
int answer_cut_short(const char *missing, const struct answer_ends *ends, struct error *error);

/* ERR_PROTOCOL: more than `max` elements. */
int answer_too_many(size_t max, struct error *error);

/* ERR_PROTOCOL: more than ANSWER_DEPTH_MAX are open at `offset` (bytes from the start). */
int answer_too_deep(size_t offset, struct error *error);

/* ERR_UNPARSABLE: no UTF-8 sequence begins with `byte` at `offset`. */
int answer_not_utf8(unsigned char byte, size_t offset, struct error *error);

#endif
