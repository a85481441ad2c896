/* metrics.h - the figures of the service, as Prometheus reads them; internal to the agent.
 *
 * What the state knows (mirrors, queue, breaches) is as the last cycle left it: metrics_text()
 * reads nothing, and may be called at any time by the loop. Counters begin at 0 with the process,
 * and only grow: Prometheus knows a restart. */
#ifndef QUALIODOO_AGENT_METRICS_H
#define QUALIODOO_AGENT_METRICS_H

#include "condition.h"
#include "qualiodoo/config/config.h"
#include "qualiodoo/cycle/cycle_report.h"
#include "qualiodoo/store/health.h"

enum metrics_outcome {
    METRICS_DONE,
    METRICS_QUIET,       /* a poll of payments: nothing had changed */
    METRICS_FAILED,      /* see the errors by kind */
    METRICS_BUSY,        /* another command was at work: tried again later */
    METRICS_INTERRUPTED, /* told to stop */
    METRICS_OUTCOMES,
};

struct metrics {
    bool has_health; /* false until a state could be read */
    struct health health;
    bool has_lease, on_duty; /* of several agents on one Odoo, the one that writes */
    instant succeeded_at;    /* last cycle that was done; 0: none yet */
    int64_t cycles[METRICS_OUTCOMES], cycle_ms[METRICS_OUTCOMES];
    int64_t errors[ERR_COUNT + 1]; /* by -code */
    int64_t calls, retries, bytes_received;
    int64_t breaches_new, breaches_cleared, credited, consumed, expired;
};

/* Adds a cycle that ended with `code` (0, or its error). */
void metrics_add(struct metrics *metrics, int code, const struct cycle_report *report);

/* Takes what the state said; figures that could not be read stay as they were. */
void metrics_take(struct metrics *metrics, const struct condition *condition);

/* The text of the exposition format, version 0.0.4; every sample names the database, so that
 * several services may share a folder of node_exporter. The caller frees it. NULL when memory is
 * short. */
char *metrics_text(const struct metrics *metrics, const char *database);

/* Puts the text in place of a file: readers see the old one or the new one (mode 0644). */
int metrics_write(const char *path, const char *text, struct error *error);

#endif
