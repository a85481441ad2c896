/* service.c - the event loop: timers, signals, and when the worker (worker.c) runs a cycle.
 *
 *     IDLE --- something is due: start_cycle ---> BUSY --- the worker is done: on_done ---> IDLE
 *      |                                           |
 *      |  SIGTERM: on_stop                         |  SIGTERM: the cycle is interrupted
 *      v                                           v
 *     (the loop ends)                            STOPPING --- on_done ---> (the loop ends)
 *
 * Invariants:
 *  1. Only the worker calls Odoo and opens the state, only the loop notifies systemd.
 *  2. A new configuration replaces the old one in IDLE only, so that a cycle has the same one from
 *     beginning to end.
 *  3. The watchdog is notified in IDLE, and in BUSY as long as the worker makes progress. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "condition.h"
#include "journal.h"
#include "listener.h"
#include "metrics.h"
#include "qualiodoo/agent/agent.h"
#include "qualiodoo/config/config_secret.h"
#include "qualiodoo/cycle/cycle_lease.h"
#include "qualiodoo/cycle/cycle_report.h"
#include "qualiodoo/odoo/protocol.h"
#include "qualiodoo/store/lock.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/heartbeat.h"
#include "qualiodoo/util/interrupt.h"
#include "qualiodoo/util/log.h"
#include "qualiodoo/util/tz.h"
#include "schedule.h"
#include "service_log.h"
#include "worker.h"

#define MS_USEC UINT64_C(1000)
#define ACCURACY_MS 250 /* of the timer: lets the system wake up for several programs at once */

struct service {
    struct config *config, *next; /* the one in use; the one that replaces it in IDLE, or NULL */
    struct tz *zone;
    struct store_lock *lock;
    sd_event *event;
    sd_event_source *timer, *watchdog;
    uint64_t watchdog_usec;    /* 0: systemd sets no watchdog */
    unsigned long progress;    /* heartbeat_count() at the last notification */
    struct listener *listener; /* or NULL */
    struct schedule schedule;
    struct condition condition; /* after the last cycle */
    struct metrics metrics;
    struct outage outage;
    bool metrics_lost; /* the metrics file could not be written: logged only once */
    struct worker worker;
    struct odoo_login login; /* as the last cycle found it */
    bool stopping;
    struct error failure; /* of the event loop; code 0: none */
};

static int fail(struct error *error, const char *what, int code)
{
    return error_set(error, ERR_STATE, "the service cannot be started: %s: %s", what,
                     strerror(-code));
}

/* ---- What is due ---- */

static int start_cycle(struct service *service, enum schedule_cycle cycle, struct error *error)
{
    int64_t now_ms =
        clock_monotonic_ms(); /* before the start: this cycle may miss what a later hook is about */
    const struct worker_job job = {.config = service->config,
                                   .options = {.service = true,
                                               .if_invoices_changed = cycle == SCHEDULE_PAYMENTS,
                                               .lease_only = cycle == SCHEDULE_LEASE,
                                               .login = &service->login},
                                   .cycle = cycle};
    int rc;

    if (store_lock_keep(service->config->state.path, &service->lock, error) == ERR_BUSY)
        return ERR_BUSY; /* the cycle reports any other failure */
    rc = worker_start(&service->worker, &job, error);
    if (rc == 0)
        schedule_started(&service->schedule, cycle, now_ms);
    return rc;
}

static int arm(struct service *service, struct error *error)
{
    int64_t sleep = schedule_sleep_ms(&service->schedule, clock_monotonic_ms(), clock_now());
    int rc = sd_event_source_set_time_relative(service->timer, clock_timer_usec(sleep));

    if (rc >= 0)
        rc = sd_event_source_set_enabled(service->timer, SD_EVENT_ONESHOT);
    return rc < 0 ? fail(error, "timer", rc) : 0;
}

static void take_next_config(struct service *service)
{
    struct tz *zone;

    if (!service->next)
        return;
    zone = tz_open(service->next->timezone);
    if (!zone)
        return; /* no memory: try again at the next wake-up */
    tz_free(service->zone);
    config_free(service->config);
    service->zone = zone;
    service->config = service->next;
    service->next = NULL;
    service->login = (struct odoo_login){0};
    schedule_begin(&service->schedule);
}

static int wake(struct service *service, struct error *error)
{
    enum schedule_cycle due;

    if (service->worker.busy || service->stopping)
        return 0;
    take_next_config(service);
    due = schedule_due(&service->schedule, clock_monotonic_ms(), clock_now(),
                       tz_civil_day(service->zone, clock_now()));
    return due == SCHEDULE_NONE ? arm(service, error) : start_cycle(service, due, error);
}

/* A failure of the event loop ends the service, and systemd starts it again. */
static int wake_or_exit(struct service *service)
{
    return wake(service, &service->failure) < 0
               ? sd_event_exit(service->event, service->failure.code)
               : 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *context)
{
    (void)source;
    (void)usec;
    return wake_or_exit(context);
}

/* ---- The end of a cycle ---- */

static void notify_status(const struct service *service)
{
    const struct worker_job *job = &service->worker.job;
    char now[TZ_TEXT_SIZE], event[TZ_TEXT_SIZE] = "none";

    tz_format(service->zone, clock_now(), now);
    if (service->schedule.has_event)
        tz_format(service->zone, service->schedule.event, event);
    if (job->rc == ERR_BUSY)
        sd_notifyf(0, "STATUS=Waiting at %s: %s", now, job->error.message);
    else if (job->rc < 0)
        sd_notifyf(0, "STATUS=Failed at %s, tries again: %s", now, job->error.message);
    else
        sd_notifyf(0, "STATUS=Up to date at %s; next response target: %s%s", now, event,
                   job->report.lease_in_ms >= 0 && !job->report.on_duty
                       ? "; standby: another agent writes into Odoo"
                       : "");
}

/* The service does not depend on the file: of failures in a row, only the first is logged. */
static void write_metrics(struct service *service)
{
    const char *path = service->config->status.metrics_file;
    char *text = path ? metrics_text(&service->metrics, service->config->odoo.database) : NULL;
    struct error error = {0};
    int rc = text ? metrics_write(path, text, &error) : 0;

    if (rc < 0 && !service->metrics_lost)
        log_warning("%s", error.message);
    service->metrics_lost = rc < 0;
    free(text);
}

static void count_cycle(struct service *service)
{
    const struct worker_job *job = &service->worker.job;

    metrics_add(&service->metrics, job->rc, &job->report);
    service->condition = job->condition;
    metrics_take(&service->metrics, &service->condition);
    write_metrics(service);
}

/* Needs an administrator: keep the normal schedule, no backoff, and go on polling payments. */
static bool needs_administrator(int code)
{
    return code == ERR_REFUSED || code == ERR_CALENDAR || code == ERR_SAFETY;
}

/* Plans the next look after the lease. When the agent came on duty in a cycle that skipped the
 * rest, a whole cycle is due at once: it writes what waits in the outbox. */
static void plan_lease(struct service *service, bool skipped)
{
    const struct cycle_report *report = &service->worker.job.report;
    int64_t now_ms = clock_monotonic_ms();

    schedule_lease(&service->schedule, report->lease_in_ms, now_ms);
    if (report->took_duty && skipped && service->schedule.failures == 0)
        service->schedule.all_ms = now_ms;
}

static void end_cycle(struct service *service)
{
    struct worker_job *job = &service->worker.job;
    bool skipped = job->rc == 0 && job->report.skipped;
    struct schedule_outcome outcome = {.cycle = skipped ? SCHEDULE_PAYMENTS : SCHEDULE_ALL,
                                       .failed = job->rc < 0 && !needs_administrator(job->rc),
                                       .has_event = job->report.has_event,
                                       .event = job->report.event,
                                       .today = tz_civil_day(service->zone, clock_now())};

    plan_lease(service, skipped);
    if (job->cycle == SCHEDULE_LEASE) { /* a failure is left for the next whole cycle to report */
        count_cycle(service);
        cycle_report_free(&job->report);
        return;
    }
    schedule_ended(&service->schedule, service->config, &outcome, clock_monotonic_ms());
    journal_events(&job->report);
    service_log_outcome(&service->outage, &job->error, &job->report, job->accounts);
    count_cycle(service);
    if (!skipped)
        notify_status(service);
    cycle_report_free(&job->report);
}

static int on_done(sd_event_source *source, int fd, uint32_t events, void *context)
{
    struct service *service = context;

    (void)source;
    (void)fd;
    (void)events;
    if (!worker_done(&service->worker))
        return 0;
    end_cycle(service);
    return service->stopping ? sd_event_exit(service->event, 0) : wake_or_exit(service);
}

/* ---- Signals ---- */

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
    struct service *service = context;

    (void)source;
    (void)info;
    /* The worker stops after its current transaction, which can take long on a slow disk. */
    sd_notifyf(0, "STOPPING=1\nSTATUS=Stopping at the edge of a transaction%s",
               service->worker.busy ? "\nEXTEND_TIMEOUT_USEC=30000000" : "");
    service->stopping = true;
    interrupt_request();
    return service->worker.busy ? 0 : sd_event_exit(service->event, 0);
}

static bool is_same(const char *one, const char *other)
{
    return one && other ? strcmp(one, other) == 0 : one == other;
}

/* Refuses a configuration with another value of a key that cannot change at run time. */
static int check_next(const struct service *service, const struct config *config,
                      struct error *error)
{
    if (!is_same(config->state.path, service->config->state.path))
        return error_set(error, ERR_CONFIG, "another state.path needs a restart");
    if (!is_same(config->odoo.database, service->config->odoo.database))
        return error_set(error, ERR_CONFIG,
                         "another odoo.database needs its own state.path, and a restart");
    if (!is_same(config->webhook.listen, service->config->webhook.listen))
        return error_set(error, ERR_CONFIG, "another webhook.listen needs a restart");
    return listener_reload(service->listener, config, error);
}

/* Reads the configuration again; when it cannot be used, the old one stays. */
static void reload(struct service *service)
{
    struct config *config = NULL;
    struct error error = {0};
    int rc = config_load(service->config->path, &config, &error);

    if (rc == 0)
        rc = check_next(service, config, &error);
    if (rc < 0) {
        log_error("the configuration stays as it was: %s", error.message);
        config_free(config);
        return;
    }
    config_free(service->next);
    service->next = config;
    log_info("the configuration was read again");
    if (config_secret_is_credential(config))
        log_info("the secret is the systemd credential 'odoo', which stays as it was when the "
                 "service started: after a change of its file, restart the service");
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
    struct service *service = context;

    (void)source;
    (void)info;
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
               (unsigned long long)clock_monotonic_ms() * MS_USEC);
    reload(service);
    sd_notify(0, "READY=1");
    return wake_or_exit(service);
}

static int on_watchdog(sd_event_source *source, uint64_t usec, void *context)
{
    struct service *service = context;
    unsigned long progress = heartbeat_count();

    (void)usec;
    if (!service->worker.busy || progress != service->progress)
        sd_notify(0, "WATCHDOG=1");
    service->progress = progress;
    sd_event_source_set_time_relative(source, service->watchdog_usec / 4);
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* ---- Hooks ---- */

/* Only sets the timer, so that the caller gets its answer before the cycle starts. */
static void on_hook(void *context, enum schedule_cycle cycle)
{
    struct service *service = context;
    struct error error = {0};

    schedule_hook(&service->schedule, cycle, clock_monotonic_ms());
    if (!service->worker.busy && !service->stopping && arm(service, &error) < 0)
        log_error("%s", error.message);
}

/* The metrics after the last cycle; the state is not read. */
static char *answer_metrics(void *context)
{
    const struct service *service = context;

    return metrics_text(&service->metrics, service->config->odoo.database);
}

static bool answer_health(void *context, char line[LISTENER_LINE_SIZE])
{
    const struct service *service = context;

    return condition_is_healthy(&service->condition, clock_now(), line, LISTENER_LINE_SIZE);
}

/* ---- The whole ---- */

static int add_sources(struct service *service, struct error *error)
{
    int rc = sd_event_add_signal(service->event, NULL, SIGTERM, on_stop, service);

    if (rc >= 0)
        rc = sd_event_add_signal(service->event, NULL, SIGINT, on_stop, service);
    if (rc >= 0)
        rc = sd_event_add_signal(service->event, NULL, SIGHUP, on_reload, service);
    if (rc >= 0)
        rc = sd_event_add_io(service->event, NULL, service->worker.done_fd, EPOLLIN, on_done,
                             service);
    if (rc >= 0)
        rc = sd_event_add_time_relative(service->event, &service->timer, CLOCK_BOOTTIME, 0,
                                        clock_timer_usec(ACCURACY_MS), on_timer, service);
    if (rc >= 0 && sd_watchdog_enabled(0, &service->watchdog_usec) > 0)
        rc = sd_event_add_time_relative(service->event, &service->watchdog, CLOCK_MONOTONIC,
                                        service->watchdog_usec / 4, 0, on_watchdog, service);
    return rc < 0 ? fail(error, "event loop", rc) : 0;
}

/* Threads inherit the mask, so that only the event loop receives signals. */
static int block_signals(struct error *error)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    return sigprocmask(SIG_BLOCK, &signals, NULL) < 0 ? fail(error, "signals", -errno) : 0;
}

static int open_service(struct service *service, struct error *error)
{
    int rc = store_lock_instance(service->config->state.path, &service->lock, error);

    if (rc == 0)
        rc = block_signals(error);
    if (rc < 0)
        return rc;
    service->zone = tz_open(service->config->timezone);
    if (!service->zone)
        return error_memory(error);
    rc = worker_open(&service->worker, error);
    if (rc < 0)
        return rc;
    condition_read(service->config, &service->condition); /* of an earlier run */
    metrics_take(&service->metrics, &service->condition);
    rc = sd_event_new(&service->event);
    rc = rc < 0 ? fail(error, "event loop", rc) : add_sources(service, error);
    return rc < 0 ? rc
                  : listener_open(
                        service->event, service->config,
                        (struct listener_handler){on_hook, answer_metrics, answer_health, service},
                        &service->listener, error);
}

static void close_service(struct service *service)
{
    listener_close(service->listener);
    sd_event_source_unref(service->timer);
    sd_event_source_unref(service->watchdog);
    sd_event_unref(service->event);
    worker_close(&service->worker);
    tz_free(service->zone);
    store_unlock(service->lock);
    config_free(service->next);
    config_free(service->config);
}

int agent_run(struct config *config, struct error *error)
{
    struct service service = {.config = config, .worker = {.done_fd = -1}};
    int rc;

    journal_open();
    service_log_open();
    schedule_begin(&service.schedule);
    rc = open_service(&service, error);
    if (rc == 0) {
        sd_notify(0, "READY=1\nSTATUS=Reading from Odoo");
        log_info("started: %s, database %s", config->odoo.url, config->odoo.database);
        rc = sd_event_loop(service.event);
        if (service.failure.code)
            *error = service.failure;
        else if (rc < 0)
            rc = error_set(error, ERR_STATE, "the service ended: %s", strerror(-rc));
    }
    if (rc == 0) {
        cycle_release_lease(service.config);
        log_info("stopped");
    }
    close_service(&service);
    return rc;
}
