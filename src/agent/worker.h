/* worker.h - the thread that runs a cycle; internal to the agent. */
#ifndef QUALIODOO_AGENT_WORKER_H
#define QUALIODOO_AGENT_WORKER_H

#include <pthread.h>

#include "condition.h"
#include "qualiodoo/cycle/cycle.h"
#include "qualiodoo/cycle/cycle_report.h"
#include "schedule.h"
#include "service_log.h"

/* A cycle to run, and what came of it. */
struct worker_job {
    const struct config *config;
    struct cycle_options options;
    enum schedule_cycle cycle; /* its kind */
    struct cycle_report report;
    struct error error; /* of the cycle; code 0: it succeeded */
    struct condition condition;
    char accounts[SERVICE_LOG_ACCOUNTS_SIZE]; /* names of the accounts that changed, for the log */
    int rc;                                   /* of cycle_run() */
};

/* Belongs to the thread of the event loop. While it is busy, the job belongs to the worker. */
struct worker {
    struct worker_job job; /* the last one */
    bool busy;
    int done_fd; /* becomes readable when the job is done; -1: not open */
    pthread_t thread;
};

/* Sets up a worker without a job. ERR_STATE: the system gives no eventfd. */
int worker_open(struct worker *worker, struct error *error);

/* Starts a thread for a copy of the job; the worker must not be busy. Its config and what its
 * options point to are borrowed until the job is done. ERR_STATE: the system gives no thread. */
int worker_start(struct worker *worker, const struct worker_job *job, struct error *error);

/* Ends the thread, once done_fd is readable, and returns true: the worker is no longer busy, and
 * the job has its result; the caller frees job.report. False: the job is not done. */
bool worker_done(struct worker *worker);

/* The worker must not be busy. One with a done_fd of -1 is allowed. */
void worker_close(struct worker *worker);

#endif
