/* xmlrpc.h - writes XML-RPC calls (xmlrpc-c); xml_answer.h reads the answers.
 *
 * The code around that library does what it cannot: characters beyond U+FFFF, and those that XML
 * forbids. */
#ifndef QUALIODOO_ODOO_XMLRPC_H
#define QUALIODOO_ODOO_XMLRPC_H

#include <jansson.h>
#include <stddef.h>

#include "qualiodoo/util/error.h"

/* Writes the text of a call. `parameters` is an array (borrowed); characters that XML forbids
 * become U+FFFD. *ret_text is on the heap (caller frees), without a NUL. The codec wipes its own
 * copies, because the parameters hold the password. */
int odoo_xmlrpc_encode(const char *method, json_t *parameters, char **ret_text, size_t *ret_length,
                       struct error *error);

#endif
