/* worker.c - runs a cycle in a thread of its own, and reads the state after it. */
#include "worker.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static int fail(struct error *error, const char *what, int code)
{
    return error_set(error, ERR_STATE, "the service cannot run cycles: the system gives no %s: %s",
                     what, strerror(code));
}

/* Names the accounts that changed, for the log; by number when the state cannot be read. */
static void name_accounts(struct worker_job *job)
{
    struct store *store = NULL;
    struct error ignored;

    if (!json_array_size(job->report.compute.accounts_changed))
        return;
    if (store_open(job->config->state.path, STORE_READ, &store, &ignored) < 0)
        store = NULL;
    service_log_accounts(store, job->report.compute.accounts_changed, job->accounts);
    store_close(store);
}

static void *work(void *context)
{
    struct worker *worker = context;
    struct worker_job *job = &worker->job;
    uint64_t one = 1;

    job->rc = cycle_run(job->config, &job->options, &job->report, &job->error);
    job->error.code = job->rc; /* clear what remains of a failure that cycle_run() has handled */
    condition_read(job->config, &job->condition);
    name_accounts(job);
    while (write(worker->done_fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
    return NULL;
}

int worker_open(struct worker *worker, struct error *error)
{
    worker->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return worker->done_fd < 0 ? fail(error, "eventfd", errno) : 0;
}

int worker_start(struct worker *worker, const struct worker_job *job, struct error *error)
{
    int rc;

    assert(!worker->busy);
    worker->job = *job;
    rc = pthread_create(&worker->thread, NULL, work, worker);
    if (rc)
        return fail(error, "thread", rc);
    worker->busy = true;
    return 0;
}

bool worker_done(struct worker *worker)
{
    uint64_t count;

    if (read(worker->done_fd, &count, sizeof count) < 0)
        return false;
    pthread_join(worker->thread, NULL);
    worker->busy = false;
    return true;
}

void worker_close(struct worker *worker)
{
    assert(!worker->busy);
    if (worker->done_fd >= 0)
        close(worker->done_fd);
}
