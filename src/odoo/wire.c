/* wire.c - what the protocols of wire.h share. */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

#include "wire_internal.h"

void wire_text_clear(struct wire_text *text)
{
    if (text->body)
        explicit_bzero(text->body, text->length);
    free(text->body);
    free(text->path);
    *text = (struct wire_text){0};
}

/* The place of the secret among the parameters. */
enum { SECRET_AT = 2 };

json_t *wire_parameters(const struct wire_session *session, const struct wire_call *call)
{
    if (call->kind == WIRE_VERSION)
        return json_array();
    if (call->kind == WIRE_AUTHENTICATE)
        return json_pack("[s, s, s, {}]", session->database, session->login, session->secret);
    return json_pack("[s, I, s, s, s, O, o]", session->database, (json_int_t)session->uid,
                     session->secret, call->model, call->method, call->arguments,
                     call->keywords ? json_incref(call->keywords) : json_object());
}

void wire_parameters_free(json_t *parameters)
{
    json_t *secret = json_array_get(parameters, SECRET_AT);

    if (secret) /* jansson does not wipe what it frees */
        explicit_bzero((char *)json_string_value(secret), json_string_length(secret));
    json_decref(parameters);
}

/* Twice, first for the size: a buffer that grows would leave copies of the secret behind. */
int wire_dump(const json_t *value, struct wire_text *text, struct error *error)
{
    size_t size = json_dumpb(value, NULL, 0, JSON_COMPACT);

    text->body = size > 0 ? malloc(size) : NULL;
    if (!text->body)
        return error_memory(error);
    text->length = size; /* what wire_text_clear() wipes */
    return json_dumpb(value, text->body, size, JSON_COMPACT) == size ? 0 : error_memory(error);
}

struct wire_fault wire_json_fault(const json_t *data, int other)
{
    static const struct {
        const char *name;
        int code;
    } exceptions[] = {
        {"odoo.exceptions.AccessDenied", WIRE_FAULT_ACCESS_DENIED},
        {"odoo.exceptions.AccessError", WIRE_FAULT_ACCESS_RIGHTS},
        {"odoo.exceptions.UserError", WIRE_FAULT_REFUSED},
        {"odoo.exceptions.ValidationError", WIRE_FAULT_REFUSED},
        {"odoo.exceptions.MissingError", WIRE_FAULT_REFUSED},
        {"odoo.exceptions.RedirectWarning", WIRE_FAULT_REFUSED},
    };
    const char *name = json_string_value(json_object_get(data, "name"));
    const char *message = json_string_value(json_object_get(data, "message"));
    const char *debug = json_string_value(json_object_get(data, "debug"));
    struct wire_fault fault = {.code = other};

    for (size_t i = 0; name && i < sizeof exceptions / sizeof *exceptions; i++)
        if (strcmp(exceptions[i].name, name) == 0)
            fault.code = exceptions[i].code;
    fault.text = fault.code == WIRE_FAULT_BUG && debug ? debug : message;
    if (!fault.text)
        fault.text = "";
    return fault;
}
