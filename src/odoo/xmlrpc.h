/* xmlrpc.h - the codec between XML-RPC text and jansson values.
 *
 * xmlrpc-c parses and writes; the code around it handles what that library cannot (entities, depth,
 * characters beyond U+FFFF). */
#ifndef QUALIODOO_ODOO_XMLRPC_H
#define QUALIODOO_ODOO_XMLRPC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "qualiodoo/util/error.h"

/* The largest answer that the parser takes: its lengths are ints. */
#define ODOO_XMLRPC_MAX 2000000000

/* The deepest nesting of elements: the parser recurses. Odoo's own answers stay below 40. */
#define ODOO_XMLRPC_DEPTH 1000

/* The bytes that one element of an answer costs at most while it is decoded: measured with xmlrpc-c
 * 1.33 and jansson 2.14, 290 for an <int> in its <value>, 433 for an empty <value/>. */
#define ODOO_XMLRPC_ELEMENT_COST 440

/* Sets the limits of xmlrpc-c, which hold for the process, once. The functions below call it. */
void odoo_xmlrpc_start(void);

/* One answer: a result or a fault. */
struct odoo_xmlrpc {
    json_t *result;     /* NULL when the answer is a fault */
    int fault_code;     /* of a fault */
    char *fault_string; /* of a fault, UTF-8; NULL when the answer is a result */
};
/* Frees what the answer holds. */
void odoo_xmlrpc_clear(struct odoo_xmlrpc *answer);

/* Writes the text of a call. `parameters` is an array (borrowed); characters that XML forbids
 * become U+FFFD. *ret_text is on the heap (caller frees), without a NUL. The codec wipes its own
 * copies, because the parameters hold the password. */
int odoo_xmlrpc_encode(const char *method, json_t *parameters, char **ret_text, size_t *ret_length,
                       struct error *error);

/* Decodes an answer. `text` is freed in every case, as early as possible: it must come from
 * malloc() and have a NUL at text[length]. The caller clears *ret_answer.
 *
 * int, i4, i8 become integers, double a real, boolean, string, nil null, array, struct an object;
 * dateTime.iso8601 becomes "YYYY-MM-DD hh:mm:ss" as Odoo writes it, base64 a string in base64.
 *
 * ERR_PROTOCOL, with RETRY_NEVER: HTML, empty, no XML-RPC answer, a DTD, too deep, more than
 * `max_elements`; with RETRY_LATER: cut short. ERR_UNPARSABLE: complete, but with something that
 * cannot be accepted. */
int odoo_xmlrpc_decode(char *text, size_t length, size_t max_elements,
                       struct odoo_xmlrpc *ret_answer, struct error *error);

/* The checks before the parser (xmlscan.c), without allocating. */
struct text_check;
int odoo_xmlrpc_scan(const char *text, size_t length, size_t max_elements,
                     struct text_check *ret_check, struct error *error);

#endif
