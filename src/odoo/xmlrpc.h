/* xmlrpc.h - the codec: XML-RPC text on one side, jansson values on the other.
 *
 * xmlrpc-c does the work; what it cannot be trusted with (entities, depth, characters beyond
 * U+FFFF) is dealt with around it. */
#ifndef QUALIODOO_ODOO_XMLRPC_H
#define QUALIODOO_ODOO_XMLRPC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "qualiodoo/util/error.h"

/* The largest answer that the parser takes: its lengths are ints. */
#define ODOO_XMLRPC_MAX 2000000000

/* Elements inside elements: Odoo's own answers stay below 40; the parser recurses. */
#define ODOO_XMLRPC_DEPTH 1000

/* What an element of an answer costs at most while it is decoded, in bytes: measured with
 * xmlrpc-c 1.33 and jansson 2.14, 290 for an <int> in its <value>, 433 for an empty <value/>. */
#define ODOO_XMLRPC_ELEMENT_COST 440

/* Sets the limits of xmlrpc-c, which are the process's, once. The functions below call it. */
void odoo_xmlrpc_start(void);

/* One answer: a result or a fault. */
struct odoo_xmlrpc {
    json_t *result;     /* NULL when the answer is a fault */
    int fault_code;     /* of a fault */
    char *fault_string; /* of a fault, UTF-8; NULL when the answer is a result */
};
void odoo_xmlrpc_clear(struct odoo_xmlrpc *answer);

/* The text of a call. `parameters` is an array (borrowed); characters that XML forbids are replaced
 * by U+FFFD. *ret_text is on the heap, without a terminator; the codec's own copies are wiped, for
 * a password is among the parameters. */
int odoo_xmlrpc_encode(const char *method, json_t *parameters, char **ret_text, size_t *ret_length,
                       struct error *error);

/* Decodes an answer. `text` is freed in every case, as early as possible: it must come from
 * malloc() and have a NUL at text[length].
 *
 * int, i4, i8 become integers, double a real, boolean, string, nil null, array, struct an object;
 * dateTime.iso8601 becomes "YYYY-MM-DD hh:mm:ss" as Odoo writes it, base64 a string in base64.
 *
 * ERR_PROTOCOL: HTML, empty, something else than an XML-RPC answer, a DTD, too deep, more than
 * `max_elements` (never), or cut short (later). ERR_UNPARSABLE: complete, but something in it is
 * not acceptable. */
int odoo_xmlrpc_decode(char *text, size_t length, size_t max_elements,
                       struct odoo_xmlrpc *ret_answer, struct error *error);

/* The checks that come before the parser (xmlscan.c); nothing is allocated. */
struct text_check;
int odoo_xmlrpc_scan(const char *text, size_t length, size_t max_elements,
                     struct text_check *ret_check, struct error *error);

#endif
