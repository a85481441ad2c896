/* prefetch.c - the thread that waits for the server while the caller handles the last answer.
 *
 * The slots form a ring, used in the order of the requests. Each goes through these states:
 *
 *   IDLE --prefetch_start--> WANTED --worker--> DONE --prefetch_take--> IDLE
 *
 * `mutex` guards `state`. The request of a slot, and what its answer goes into, belong to the
 * worker while it is WANTED, to the caller otherwise. */
#include "prefetch.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include "qualiodoo/util/thread.h"

enum { SLICE_MS = 50 };

struct slot {
    enum { IDLE, WANTED, DONE } state;
    struct odoo_request request;
    struct odoo_result result;
    struct odoo_trace trace;
    int rc;
    struct error error;
};

struct prefetch {
    struct odoo *odoo;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    atomic_bool stop;
    struct slot slots[PREFETCH_DEPTH];
    size_t started, taken; /* numbers of requests; used by the caller only */
};

static bool is_stopped(void *context)
{
    const struct prefetch *prefetch = context;

    return atomic_load(&prefetch->stop);
}

static void *work(void *context)
{
    struct prefetch *prefetch = context;
    struct http_abort abort = {.asked = is_stopped, .context = prefetch};

    pthread_mutex_lock(&prefetch->mutex);
    for (size_t i = 0;; i++) {
        struct slot *slot = &prefetch->slots[i % PREFETCH_DEPTH];

        while (slot->state != WANTED && !is_stopped(prefetch))
            pthread_cond_wait(&prefetch->changed, &prefetch->mutex);
        if (is_stopped(prefetch))
            break;
        pthread_mutex_unlock(&prefetch->mutex);
        slot->rc = odoo_send(prefetch->odoo, &slot->request, &abort, &slot->result, &slot->error);
        pthread_mutex_lock(&prefetch->mutex);
        slot->state = DONE;
        pthread_cond_broadcast(&prefetch->changed);
    }
    pthread_mutex_unlock(&prefetch->mutex);
    return NULL;
}

int prefetch_open(struct odoo *odoo, struct prefetch **ret_prefetch, struct error *error)
{
    struct prefetch *prefetch = calloc(1, sizeof *prefetch);

    if (!prefetch)
        return error_memory(error);
    prefetch->odoo = odoo;
    pthread_mutex_init(&prefetch->mutex, NULL);
    thread_condition(&prefetch->changed);
    if (!thread_start(&prefetch->thread, work, prefetch)) {
        pthread_cond_destroy(&prefetch->changed);
        pthread_mutex_destroy(&prefetch->mutex);
        free(prefetch);
        return error_set(error, ERR_NO_MEMORY, "no thread can be started");
    }
    *ret_prefetch = prefetch;
    return 0;
}

void prefetch_free(struct prefetch *prefetch)
{
    if (!prefetch)
        return;
    pthread_mutex_lock(&prefetch->mutex);
    atomic_store(&prefetch->stop, true);
    pthread_cond_broadcast(&prefetch->changed);
    pthread_mutex_unlock(&prefetch->mutex);
    pthread_join(prefetch->thread, NULL);
    for (size_t i = 0; i < PREFETCH_DEPTH; i++)
        odoo_request_clear(&prefetch->slots[i].request);
    pthread_cond_destroy(&prefetch->changed);
    pthread_mutex_destroy(&prefetch->mutex);
    free(prefetch);
}

void prefetch_start(struct prefetch *prefetch, struct odoo_request *request,
                    const struct odoo_result *result)
{
    struct slot *slot = &prefetch->slots[prefetch->started++ % PREFETCH_DEPTH];

    pthread_mutex_lock(&prefetch->mutex);
    assert(slot->state == IDLE);
    *slot = (struct slot){.state = WANTED, .request = *request, .result = *result};
    slot->result.trace = &slot->trace;
    *request = (struct odoo_request){0};
    pthread_cond_broadcast(&prefetch->changed);
    pthread_mutex_unlock(&prefetch->mutex);
}

/* Waits at most SLICE_MS for a change; needs `mutex`. */
static void wait_slice(struct prefetch *prefetch)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += SLICE_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&prefetch->changed, &prefetch->mutex, &until);
}

int prefetch_take(struct prefetch *prefetch, struct error *error)
{
    struct slot *slot = &prefetch->slots[prefetch->taken++ % PREFETCH_DEPTH];
    struct http_abort abort = odoo_abort(prefetch->odoo);
    bool stop = abort.asked && abort.asked(abort.context);
    struct odoo_trace trace = {0};
    int rc = 0;

    pthread_mutex_lock(&prefetch->mutex);
    assert(slot->state != IDLE);
    while (slot->state == WANTED && !stop) {
        wait_slice(prefetch);
        stop = abort.asked && abort.asked(abort.context);
    }
    if (stop)
        rc = error_set(error, ERR_INTERRUPTED, "interrupted while waiting for Odoo");
    else {
        trace = slot->trace;
        rc = slot->rc;
        if (rc && error)
            *error = slot->error;
        odoo_request_clear(&slot->request);
        slot->state = IDLE;
    }
    pthread_mutex_unlock(&prefetch->mutex);
    if (trace.method)
        odoo_tell(prefetch->odoo, &trace);
    return rc;
}
