/* metrics.h - the metrics of the service, as Prometheus reads them; internal to the agent.
 *
 * Values from the state (mirrors, queue, breaches) are those after the last cycle: metrics_text()
 * reads nothing, so the event loop may call it at any time. Counters start at 0 with the process
 * and only grow: Prometheus detects a restart. */
#ifndef QUALIODOO_AGENT_METRICS_H
#define QUALIODOO_AGENT_METRICS_H

#include "condition.h"
#include "qualiodoo/cycle/cycle_report.h"
#include "qualiodoo/store/health.h"

enum metrics_outcome {
    METRICS_DONE,
    METRICS_QUIET,       /* a poll of payments that found no change */
    METRICS_FAILED,      /* counted in errors[] too */
    METRICS_BUSY,        /* another command held the lock; the cycle is repeated later */
    METRICS_INTERRUPTED, /* the service was told to stop */
    METRICS_OUTCOMES,
};

struct metrics {
    bool has_health; /* false until a state could be read */
    struct health health;
    bool has_key_expiry;
    instant key_expires;     /* meaningful when has_key_expiry; 0: the key is gone from Odoo */
    bool has_lease, on_duty; /* Odoo has the lease model; this agent is the one that writes */
    instant succeeded_at;    /* when the last cycle was METRICS_DONE; 0: none yet */
    int64_t cycles[METRICS_OUTCOMES], cycle_ms[METRICS_OUTCOMES];
    int64_t errors[ERR_COUNT + 1]; /* by -code */
    int64_t calls, retries, bytes_received;
    int64_t breaches_new, breaches_cleared, credited, consumed, expired;
};

/* Counts a cycle that ended with `code`: 0 or an ERR_. */
void metrics_add(struct metrics *metrics, int code, const struct cycle_report *report);

/* Takes the values from the state; those that could not be read stay as they were. */
void metrics_take(struct metrics *metrics, const struct condition *condition);

/* The metrics in the exposition format, version 0.0.4. Every sample has the label `database`, so
 * that several services may share a folder of node_exporter. The caller frees the text; NULL when
 * there is no memory. */
char *metrics_text(const struct metrics *metrics, const char *database);

/* Replaces the file `path` (mode 0644) by `text`, atomically: it is written beside it and renamed.
 * ERR_STATE; the old file then stays. */
int metrics_write(const char *path, const char *text, struct error *error);

#endif
