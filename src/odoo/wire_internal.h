/* wire_internal.h - what the rows of wire.h share. */
#ifndef QUALIODOO_ODOO_WIRE_INTERNAL_H
#define QUALIODOO_ODOO_WIRE_INTERNAL_H

#include "wire.h"

/* The parameters of `version`, `authenticate` and `execute_kw`, which XML-RPC and JSON-RPC have in
 * common; NULL: memory is short. The caller releases them with wire_parameters_free(), which wipes
 * the secret in them. */
json_t *wire_parameters(const struct wire_session *session, const struct wire_call *call);
void wire_parameters_free(json_t *parameters); /* NULL is allowed */

/* Writes `value` into text->body and text->length. ERR_NO_MEMORY. */
int wire_dump(const json_t *value, struct wire_text *text, struct error *error);

/* The codes of struct wire_fault. */
enum { WIRE_FAULT_BUG = 1, WIRE_FAULT_REFUSED, WIRE_FAULT_ACCESS_DENIED, WIRE_FAULT_ACCESS_RIGHTS };

/* The fault that an object {name, message, debug} of Odoo tells. The name of the exception gives
 * the code; that of another exception is `other`. The text is borrowed: of a bug the traceback. */
struct wire_fault wire_json_fault(const json_t *data, int other);

#endif
