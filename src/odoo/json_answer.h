/* json_answer.h - reads a JSON answer while its bytes arrive, and tells a sink what it holds.
 *
 * The text is never held whole: of a string that has not ended yet, the parser keeps what arrived
 * of it. */
#ifndef QUALIODOO_ODOO_JSON_ANSWER_H
#define QUALIODOO_ODOO_JSON_ANSWER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "qualiodoo/util/error.h"
#include "sink.h"

struct json_answer;

enum json_form {
    JSON_FORM_BARE, /* JSON-2: the text is the value */
    JSON_FORM_RPC   /* JSON-RPC 2.0: {"jsonrpc", "id", "result" | "error"}, in any order */
};

/* A parser of answers of one form; `sink` is copied. The sink gets the events of the value: of the
 * whole text, or of `result`. Members other than `result` and `error` are skipped. `max_elements`
 * limits the values and the names of members in the whole text. Returns 0 or ERR_NO_MEMORY; the
 * caller frees *ret_answer. */
int json_answer_open(enum json_form form, const struct sink *sink, size_t max_elements,
                     struct json_answer **ret_answer, struct error *error);

/* Frees the parser; NULL is allowed. */
void json_answer_free(struct json_answer *answer);

/* Forgets the answer, with its fault: the next byte is the first of another. */
void json_answer_reset(struct json_answer *answer);

/* Parses the next `length` bytes. Returns false when the answer is refused for good: no further
 * byte changes that. An answer that breaks goes on to be counted, because its end tells whether it
 * is damaged or cut short. */
bool json_answer_feed(struct json_answer *answer, const char *bytes, size_t length);

/* The text has ended. Returns 0, with the value told to the sink or json_answer_fault() set; what
 * the sink returned; ERR_NO_MEMORY; or
 *
 * ERR_PROTOCOL with RETRY_NEVER: HTML, no JSON(-RPC) answer, too deep, more than `max_elements`, a
 * `result` beside an `error`; with RETRY_LATER: empty, cut short.
 *
 * ERR_UNPARSABLE: complete, but with something that cannot be accepted: a syntax error, bytes after
 * its end, what is not UTF-8, half a surrogate pair, U+0000, NaN and Infinity as Odoo writes them,
 * a whole number of more than 64 bits, a real number that is not finite.
 *
 * A JSON-RPC answer without `result` and `error` is null: Odoo writes None so. A number that is the
 * whole text is taken as it is: nothing tells whether its digits are all there. */
int json_answer_end(struct json_answer *answer, struct error *error);

/* The object `error` of a JSON-RPC answer, borrowed until the next reset or free; NULL: none. For
 * use after json_answer_end() returned 0. */
json_t *json_answer_fault(struct json_answer *answer);

#endif
