/* execute.c - calls a method of a model, once the user is known. */
#include "execute_internal.h"
#include "qualiodoo/odoo/session.h"

int odoo_request_execute(struct odoo *odoo, const struct odoo_call *call,
                         struct odoo_request *ret_request, struct error *error)
{
    struct odoo_request request = {
        .wire = odoo->wire, .model = call->model, .method = call->method, .safe = call->safe};
    struct wire_call execute = {.kind = WIRE_EXECUTE,
                                .model = call->model,
                                .method = call->method,
                                .arguments = call->arguments,
                                .keywords = call->keywords};
    bool whole = call->arguments && (call->keywords || !call->with_keywords);
    int rc = whole ? odoo_request_write(odoo, &execute, &request, error) : error_memory(error);

    if (!rc)
        *ret_request = request;
    return rc;
}

int odoo_execute(struct odoo *odoo, const struct odoo_call *call, json_t **ret_result,
                 struct error *error)
{
    struct odoo_request request = {0};
    int rc = odoo_authenticate(odoo, error);

    if (!rc)
        rc = odoo_request_execute(odoo, call, &request, error);
    if (!rc)
        rc = odoo_call(odoo, &request, ret_result, error);
    odoo_request_clear(&request);
    return rc;
}
