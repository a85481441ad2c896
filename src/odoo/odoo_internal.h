/* odoo_internal.h - what open.c, client.c, session.c, protocol.c, read.c, prefetch.c, search.c and
 * listing.c share. */
#ifndef QUALIODOO_ODOO_INTERNAL_H
#define QUALIODOO_ODOO_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "http.h"
#include "qualiodoo/odoo/odoo.h"
#include "sink.h"
#include "wire.h"

struct odoo {
    struct odoo_options options; /* with its own strings */
    struct http *http;
    const struct wire *wire; /* the protocol in use; NULL: `auto`, and not settled yet */
    pthread_mutex_t line;    /* held during a call: one at a time, by whichever thread makes it */
    int64_t last_call_ms;    /* guarded by `line`: when the last call started */
    long last_status;        /* guarded by `line`: of a refused answer, else 0 */
    bool has_clock;          /* guarded by `line`: whether `clock` is set */
    struct odoo_clock clock; /* guarded by `line`: of the last answer */
    int64_t uid;             /* 0 before authentication */
    bool memory_bound;       /* options.max_response was lowered to fit the memory limit */
    size_t max_elements;     /* limit of one answer */
    size_t max_ids;          /* limit of one listing */
    int id_page;             /* ids of one answer; smaller in tests */
    char *version;           /* NULL before odoo_version() */
    int64_t backoff_ms, backoff_max_ms;
    _Atomic int64_t calls, retries, bytes_received;
    _Atomic int64_t trouble_since_ms; /* start of the first call that failed; 0: Odoo answers */
    atomic_bool wait_told;            /* a long wait was reported since then */
};

/* A call ready to be sent. */
struct odoo_request {
    const struct wire *wire;
    struct wire_text text;      /* may hold the secret */
    const char *model, *method; /* borrowed, for messages; model can be NULL */
    bool safe;
};
void odoo_request_clear(struct odoo_request *request); /* wipes the secret */

/* Where the value of an answer goes. */
struct odoo_result {
    struct sink sink;
    void (*again)(void *context);    /* before each attempt: forgets what the last one told */
    int64_t (*count)(void *context); /* the elements of the value, for a trace; -1: no list */
    void *context;
};

/* The row of a protocol; NULL: ODOO_AUTO. */
const struct wire *protocol_wire(enum odoo_protocol protocol);

/* Writes a call of a model's method. The caller has authenticated. */
int odoo_request_execute(struct odoo *odoo, const struct odoo_call *call,
                         struct odoo_request *ret_request, struct error *error);

/* The abort of the caller's own thread: what odoo_options said. */
struct http_abort odoo_abort(const struct odoo *odoo);

/* Makes a call, with retries; its value goes to `result`. *ret_trace (may be NULL) is filled when
 * an answer came, for odoo_tell(). A fault becomes its typed error. Any thread may call it; the
 * sink runs on that thread. */
int odoo_send(struct odoo *odoo, const struct odoo_request *request, const struct http_abort *abort,
              const struct odoo_result *result, struct odoo_trace *ret_trace, struct error *error);

/* Calls odoo_options.called, on the thread of the caller of odoo.h. */
void odoo_tell(const struct odoo *odoo, const struct odoo_trace *trace);

/* Waits before the next attempt: counts a retry and calls odoo_options.waiting. `attempt` (from 1)
 * is the one that failed, with `error`. ERR_INTERRUPTED when stopped. */
int odoo_pause(struct odoo *odoo, int attempt, const struct http_abort *abort, struct error *error);

/* odoo_send() of the caller's own thread with the value as a tree: the whole of odoo_execute(). */
int odoo_call(struct odoo *odoo, const struct odoo_request *request, json_t **ret_result,
              struct error *error);

/* A page of a search, by keyset: ids above `after` in order, less the first `offset`, at most
 * `limit` (0: all). `domain` may be NULL. */
struct odoo_search {
    const char *model;
    const json_t *domain;
    int64_t after;
    int offset, limit;
};

/* Appends the ids of the page to a list on the heap. ERR_PROTOCOL when they do not rise. */
int odoo_search_append(struct odoo *odoo, const struct odoo_search *search, int64_t **ids,
                       size_t *count, struct error *error);

/* The number of ids above `after`, whatever the offset and the limit. */
int odoo_search_count(struct odoo *odoo, const struct odoo_search *search, int64_t *ret_count,
                      struct error *error);

/* For tests: sets the ceilings of the random delays: base_ms / 4 before the first retry, then
 * base_ms, doubling up to max_ms. Default 1000 and 30000. */
void odoo_set_backoff(struct odoo *odoo, int64_t base_ms, int64_t max_ms);

#endif
