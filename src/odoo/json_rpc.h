/* json_rpc.h - the envelope of JSON-RPC 2.0: a sink that takes a whole answer, passes the events of
 * `result` on, keeps `error` and skips the other members. */
#ifndef QUALIODOO_ODOO_JSON_RPC_H
#define QUALIODOO_ODOO_JSON_RPC_H

#include <stdbool.h>
#include <stddef.h>

#include "sink.h"
#include "tree.h"

/* All zero but for `inner`: nothing arrived yet. */
struct json_rpc {
    struct sink inner;                        /* gets the events of `result` */
    size_t depth;                             /* lists and objects that are open */
    enum { NOWHERE, TO_INNER, TO_FAULT } way; /* where the value of the member goes */
    bool has_version, has_result, has_error;  /* the names that came */
    bool is_told;                             /* `inner` got the result */
    struct tree fault;                        /* the value of `error` */
};

/* `take` of a sink whose context is a struct json_rpc; the root must be an object. ERR_PROTOCOL: a
 * member twice; what `inner` returned; ERR_NO_MEMORY. */
int json_rpc_take(void *context, const struct event *event, struct error *error);

/* Whether a complete answer has a member of JSON-RPC. */
bool json_rpc_is_one(const struct json_rpc *rpc);

/* The answer is complete, and json_rpc_is_one(). Where it has neither `result` nor `error`, `inner`
 * gets null: Odoo writes None so. Returns 0; ERR_PROTOCOL when `inner` got a result and there is an
 * error, or when the error is no object; what `inner` returned. */
int json_rpc_end(struct json_rpc *rpc, struct error *error);

/* The object `error`, borrowed; NULL: none. */
json_t *json_rpc_fault(const struct json_rpc *rpc);

/* Releases the fault, for another answer to the same `inner`. */
void json_rpc_reset(struct json_rpc *rpc);

#endif
