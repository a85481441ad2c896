/* execute_internal.h - a call of a method as a request, which read.c sends in its own way. */
#ifndef QUALIODOO_ODOO_EXECUTE_INTERNAL_H
#define QUALIODOO_ODOO_EXECUTE_INTERNAL_H

#include "client.h"
#include "qualiodoo/odoo/execute.h"

/* Writes a call of a model's method. The caller has authenticated. */
int odoo_request_execute(struct odoo *odoo, const struct odoo_call *call,
                         struct odoo_request *ret_request, struct error *error);

#endif
