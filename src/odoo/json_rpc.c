/* json_rpc.c - leads each member of a JSON-RPC answer to where it belongs. */
#include "json_rpc.h"

#include <string.h>

static bool is_named(const struct event *key, const char *name)
{
    return key->length == strlen(name) && !memcmp(key->text, name, key->length);
}

/* Notes a name that must not come twice. */
static int note(bool *has, const char *name, struct error *error)
{
    if (*has)
        return error_set(error, ERR_PROTOCOL, "the answer holds the member '%s' twice", name);
    *has = true;
    return 0;
}

/* A member of the root begins. */
static int member(struct json_rpc *rpc, const struct event *key, struct error *error)
{
    rpc->way = NOWHERE;
    if (is_named(key, "jsonrpc"))
        rpc->has_version = true;
    if (is_named(key, "error")) {
        rpc->way = TO_FAULT;
        return note(&rpc->has_error, "error", error);
    }
    if (is_named(key, "result")) {
        rpc->is_told = !json_rpc_fault(rpc); /* after an error, the result is skipped */
        rpc->way = rpc->is_told ? TO_INNER : NOWHERE;
        return note(&rpc->has_result, "result", error);
    }
    return 0;
}

int json_rpc_take(void *context, const struct event *event, struct error *error)
{
    struct json_rpc *rpc = context;
    size_t depth;

    rpc->depth -= event->kind == EVENT_END;
    depth = rpc->depth; /* of what the event's value stands in */
    rpc->depth += event->kind == EVENT_LIST || event->kind == EVENT_OBJECT;
    if (depth == 0)
        return 0;
    if (depth == 1 && event->kind == EVENT_KEY)
        return member(rpc, event, error);
    if (rpc->way == TO_INNER)
        return rpc->inner.take(rpc->inner.context, event, error);
    return rpc->way == TO_FAULT ? tree_take(&rpc->fault, event, error) : 0;
}

bool json_rpc_is_one(const struct json_rpc *rpc)
{
    return rpc->has_version || rpc->has_result || rpc->has_error;
}

int json_rpc_end(struct json_rpc *rpc, struct error *error)
{
    if (json_rpc_fault(rpc))
        return rpc->is_told ? error_set(error, ERR_PROTOCOL,
                                        "the answer holds both a result and an error: Odoo sends "
                                        "one of them")
                            : 0;
    if (rpc->has_error && !json_is_null(rpc->fault.value))
        return error_set(error, ERR_PROTOCOL, "the answer holds an error that is no object");
    if (rpc->has_result)
        return 0;
    return rpc->inner.take(rpc->inner.context, &(struct event){.kind = EVENT_NULL}, error);
}

json_t *json_rpc_fault(const struct json_rpc *rpc)
{
    return json_is_object(rpc->fault.value) ? rpc->fault.value : NULL;
}

void json_rpc_reset(struct json_rpc *rpc)
{
    struct sink inner = rpc->inner;

    tree_clear(&rpc->fault);
    memset(rpc, 0, sizeof *rpc);
    rpc->inner = inner;
}
