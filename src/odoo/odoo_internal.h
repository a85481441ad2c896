/* odoo_internal.h - the client from inside, as open.c makes it. */
#ifndef QUALIODOO_ODOO_INTERNAL_H
#define QUALIODOO_ODOO_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "http.h"
#include "qualiodoo/odoo/odoo.h"
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

/* For tests: sets the ceilings of the random delays: base_ms / 4 before the first retry, then
 * base_ms, doubling up to max_ms. Default 1000 and 30000. */
void odoo_set_backoff(struct odoo *odoo, int64_t base_ms, int64_t max_ms);

#endif
