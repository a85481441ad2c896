/* client.h - sends a request, with retries. */
#ifndef QUALIODOO_ODOO_CLIENT_H
#define QUALIODOO_ODOO_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "odoo_internal.h"
#include "sink.h"

/* A call ready to be sent. */
struct odoo_request {
    const struct wire *wire;
    struct wire_text text;      /* may hold the secret */
    const char *model, *method; /* borrowed, for messages; model can be NULL */
    bool safe;
};

/* Writes the text of a request, whose `wire` is set, with the login of the client. */
int odoo_request_write(const struct odoo *odoo, const struct wire_call *call,
                       struct odoo_request *request, struct error *error);
void odoo_request_clear(struct odoo_request *request); /* wipes the secret */

/* Where the value of an answer goes, and what is told of the call. */
struct odoo_result {
    struct sink sink;
    void (*again)(void *context);    /* before each attempt: forgets what the last one told */
    int64_t (*count)(void *context); /* the elements of the value, for a trace; -1: no list */
    void *context;
    struct odoo_trace *trace; /* filled when an answer came, for odoo_tell() */
};

/* The abort of the caller's own thread: what odoo_options said. */
struct http_abort odoo_abort(const struct odoo *odoo);

/* Makes a call, with retries; its value goes to `result`. A fault becomes its typed error. Any
 * thread may call it; the sink runs on that thread. */
int odoo_send(struct odoo *odoo, const struct odoo_request *request, const struct http_abort *abort,
              const struct odoo_result *result, struct error *error);

/* Calls odoo_options.called, on the thread of the caller of odoo.h. */
void odoo_tell(const struct odoo *odoo, const struct odoo_trace *trace);

/* Waits before the next attempt: counts a retry and calls odoo_options.waiting. `attempt` (from 1)
 * is the one that failed, with `error`. ERR_INTERRUPTED when stopped. */
int odoo_pause(struct odoo *odoo, int attempt, const struct http_abort *abort, struct error *error);

/* odoo_send() of the caller's own thread with the value as a tree: the whole of odoo_execute(). */
int odoo_call(struct odoo *odoo, const struct odoo_request *request, json_t **ret_result,
              struct error *error);

#endif
