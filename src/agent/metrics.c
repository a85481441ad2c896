/* metrics.c - counts the cycles, and prints a table of metric families, each with a function that
 * prints its samples. */
#include "metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/printable.h"

#define METRICS_MODE 0644 /* node_exporter runs as another user; the text names no customer */

static const char *const outcome_names[METRICS_OUTCOMES] = {
    [METRICS_DONE] = "done",
    [METRICS_QUIET] = "quiet",
    [METRICS_FAILED] = "failed",
    [METRICS_BUSY] = "busy",
    [METRICS_INTERRUPTED] = "interrupted",
};

/* ---- Counting ---- */

static enum metrics_outcome outcome_of(int code, const struct cycle_report *report)
{
    if (code == ERR_BUSY)
        return METRICS_BUSY;
    if (code == ERR_INTERRUPTED)
        return METRICS_INTERRUPTED;
    if (code < 0)
        return METRICS_FAILED;
    return report->skipped ? METRICS_QUIET : METRICS_DONE;
}

static void add_event(struct metrics *metrics, json_t *event)
{
    const char *name = json_string_value(json_object_get(event, "event"));
    int64_t amount = json_integer_value(json_object_get(event, "minutes"));

    if (strcmp(name, "breach") == 0)
        metrics->breaches_new++;
    else if (strcmp(name, "cleared") == 0)
        metrics->breaches_cleared++;
    else if (strcmp(name, "credited") == 0)
        metrics->credited += amount;
    else if (strcmp(name, "consumed") == 0)
        metrics->consumed += amount;
    else if (strcmp(name, "expired") == 0)
        metrics->expired += amount;
}

void metrics_add(struct metrics *metrics, int code, const struct cycle_report *report)
{
    enum metrics_outcome outcome = outcome_of(code, report);
    json_t *event;
    size_t i;

    metrics->cycles[outcome]++;
    metrics->cycle_ms[outcome] += report->duration_ms;
    if (outcome == METRICS_FAILED && code >= -ERR_COUNT)
        metrics->errors[-code]++;
    if (outcome == METRICS_DONE)
        metrics->succeeded_at = clock_now();
    metrics->has_lease = report->lease_in_ms >= 0;
    metrics->on_duty = report->on_duty;
    metrics->calls += report->odoo.calls;
    metrics->retries += report->odoo.retries;
    metrics->bytes_received += report->odoo.bytes_received;
    json_array_foreach(report->compute.events, i, event)
        add_event(metrics, event);
}

void metrics_take(struct metrics *metrics, const struct condition *condition)
{
    if (!condition->has_health)
        return;
    metrics->health = condition->health;
    metrics->has_health = true;
    metrics->has_key_expiry = condition->has_key_expiry;
    metrics->key_expires = condition->key_expires;
}

/* ---- Printing ---- */

struct printer {
    FILE *out;
    const char *database, *family;
};

static void print_label(FILE *out, const char *name, const char *value)
{
    fprintf(out, "%s=\"", name);
    for (size_t length; value && *value; value += length) {
        char instead = printable_instead(value, &length);

        if (*value == '\n')
            fputs("\\n", out);
        else if (instead)
            fputc(instead, out);
        else if (*value == '"' || *value == '\\')
            fprintf(out, "\\%c", *value);
        else
            fwrite(value, 1, length, out);
    }
    fputc('"', out);
}

/* `label` NULL: no other label than `database`. */
static void print_sample(const struct printer *printer, const char *label, const char *label_value,
                         const char *value)
{
    fprintf(printer->out, "%s{", printer->family);
    print_label(printer->out, "database", printer->database);
    if (label && label_value) {
        fputc(',', printer->out);
        print_label(printer->out, label, label_value);
    }
    fprintf(printer->out, "} %s\n", value);
}

static void print_number(const struct printer *printer, const char *label, const char *label_value,
                         int64_t number)
{
    char text[32];

    snprintf(text, sizeof text, "%lld", (long long)number);
    print_sample(printer, label, label_value, text);
}

static void print_build(const struct printer *printer, const struct metrics *metrics)
{
    (void)metrics;
    print_sample(printer, "version", QUALIODOO_VERSION, "1");
}

static void print_lag(const struct printer *printer, const struct metrics *metrics)
{
    instant now = clock_now();

    for (size_t i = 0; i < metrics->health.n_mirrors; i++)
        if (metrics->health.mirrors[i].pulled_at)
            print_number(printer, "mirror", metrics->health.mirrors[i].name,
                         now - metrics->health.mirrors[i].pulled_at);
}

static void print_pulled(const struct printer *printer, const struct metrics *metrics)
{
    for (size_t i = 0; i < metrics->health.n_mirrors; i++)
        if (metrics->health.mirrors[i].pulled_at)
            print_number(printer, "mirror", metrics->health.mirrors[i].name,
                         metrics->health.mirrors[i].pulled_at);
}

static void print_complete(const struct printer *printer, const struct metrics *metrics)
{
    for (size_t i = 0; i < metrics->health.n_mirrors; i++)
        print_number(printer, "mirror", metrics->health.mirrors[i].name,
                     metrics->health.mirrors[i].complete);
}

static void print_writes(const struct printer *printer, const struct metrics *metrics)
{
    if (metrics->has_health)
        for (int state = 0; state < OUTBOX_STATES; state++)
            print_number(printer, "state", outbox_state_name((enum outbox_state)state),
                         metrics->health.writes.by_state[state]);
}

static void print_breached(const struct printer *printer, const struct metrics *metrics)
{
    if (metrics->has_health)
        print_number(printer, NULL, NULL, metrics->health.breached);
}

static void print_accounts(const struct printer *printer, const struct metrics *metrics)
{
    if (metrics->has_health)
        print_number(printer, NULL, NULL, metrics->health.accounts);
}

static void print_unreadable(const struct printer *printer, const struct metrics *metrics)
{
    if (metrics->has_health)
        print_number(printer, NULL, NULL, metrics->health.unreadable);
}

static void print_deadline(const struct printer *printer, const struct metrics *metrics)
{
    if (metrics->health.has_deadline)
        print_number(printer, NULL, NULL, metrics->health.deadline);
}

static void print_duty(const struct printer *printer, const struct metrics *metrics)
{
    if (metrics->has_lease)
        print_number(printer, NULL, NULL, metrics->on_duty);
}

static void print_success(const struct printer *printer, const struct metrics *metrics)
{
    if (metrics->succeeded_at)
        print_number(printer, NULL, NULL, metrics->succeeded_at);
}

/* 0 when there was none yet, so that an alert on the age fires. */
static void print_reconciled(const struct printer *printer, const struct metrics *metrics)
{
    if (metrics->has_health)
        print_number(printer, NULL, NULL, metrics->health.reconciled_at);
}

/* 0 when Odoo no longer lists the key, so that an alert on the time that is left fires. */
static void print_key(const struct printer *printer, const struct metrics *metrics)
{
    if (metrics->has_key_expiry)
        print_number(printer, NULL, NULL, metrics->key_expires);
}

static void print_cycles(const struct printer *printer, const struct metrics *metrics)
{
    for (int i = 0; i < METRICS_OUTCOMES; i++)
        print_number(printer, "outcome", outcome_names[i], metrics->cycles[i]);
}

static void print_durations(const struct printer *printer, const struct metrics *metrics)
{
    char text[32];

    for (int i = 0; i < METRICS_OUTCOMES; i++) {
        snprintf(text, sizeof text, "%lld.%03d", (long long)(metrics->cycle_ms[i] / 1000),
                 (int)(metrics->cycle_ms[i] % 1000));
        print_sample(printer, "outcome", outcome_names[i], text);
    }
}

static void print_errors(const struct printer *printer, const struct metrics *metrics)
{
    for (int code = 1; code <= ERR_COUNT; code++)
        if (-code != ERR_BUSY && -code != ERR_INTERRUPTED && -code != ERR_USAGE)
            print_number(printer, "kind", error_name(-code), metrics->errors[code]);
}

static void print_calls(const struct printer *printer, const struct metrics *metrics)
{
    print_number(printer, NULL, NULL, metrics->calls);
}

static void print_retries(const struct printer *printer, const struct metrics *metrics)
{
    print_number(printer, NULL, NULL, metrics->retries);
}

static void print_bytes(const struct printer *printer, const struct metrics *metrics)
{
    print_number(printer, NULL, NULL, metrics->bytes_received);
}

static void print_breaches(const struct printer *printer, const struct metrics *metrics)
{
    print_number(printer, "change", "new", metrics->breaches_new);
    print_number(printer, "change", "cleared", metrics->breaches_cleared);
}

static void print_minutes(const struct printer *printer, const struct metrics *metrics)
{
    print_number(printer, "kind", "credited", metrics->credited);
    print_number(printer, "kind", "consumed", metrics->consumed);
    print_number(printer, "kind", "expired", metrics->expired);
}

static const struct family {
    const char *name, *type, *help;
    void (*print)(const struct printer *printer, const struct metrics *metrics);
} families[] = {
    {"qualiodoo_build_info", "gauge", "The program that runs.", print_build},
    {"qualiodoo_mirror_lag_seconds", "gauge",
     "Seconds since the last pull of a mirror, when this was written.", print_lag},
    {"qualiodoo_mirror_pulled_timestamp_seconds", "gauge", "When a mirror was last pulled.",
     print_pulled},
    {"qualiodoo_mirror_complete", "gauge", "Whether the first pull of a mirror is complete.",
     print_complete},
    {"qualiodoo_last_success_timestamp_seconds", "gauge",
     "When this process last ended a whole cycle.", print_success},
    {"qualiodoo_last_reconcile_timestamp_seconds", "gauge",
     "When everything was last read again from Odoo and compared; 0: never.", print_reconciled},
    {"qualiodoo_key_expiry_timestamp_seconds", "gauge",
     "When the API key of the agent's user expires; 0: Odoo no longer lists it.", print_key},
    {"qualiodoo_on_duty", "gauge",
     "Whether this agent, of several on one Odoo, is the one that writes.", print_duty},
    {"qualiodoo_cycles_total", "counter", "Cycles by outcome.", print_cycles},
    {"qualiodoo_cycle_seconds_total", "counter", "Duration of the cycles by outcome.",
     print_durations},
    {"qualiodoo_errors_total", "counter", "Cycles that failed, by kind of error.", print_errors},
    {"qualiodoo_odoo_calls_total", "counter", "Calls made to Odoo.", print_calls},
    {"qualiodoo_odoo_retries_total", "counter", "Calls to Odoo made again.", print_retries},
    {"qualiodoo_odoo_received_bytes_total", "counter", "Bytes received from Odoo.", print_bytes},
    {"qualiodoo_outbox_writes", "gauge", "Writes into Odoo by state.", print_writes},
    {"qualiodoo_breaches_total", "counter", "Response targets breached, and breaches cleared.",
     print_breaches},
    {"qualiodoo_breached_tickets", "gauge", "Tickets whose response target is breached.",
     print_breached},
    {"qualiodoo_minutes_total", "counter", "Minutes of support credited, consumed and expired.",
     print_minutes},
    {"qualiodoo_next_deadline_timestamp_seconds", "gauge",
     "Earliest deadline of a ticket that nobody answered.", print_deadline},
    {"qualiodoo_accounts", "gauge", "Customers with an account.", print_accounts},
    {"qualiodoo_unreadable_records", "gauge", "Records of Odoo that cannot be read.",
     print_unreadable},
};

char *metrics_text(const struct metrics *metrics, const char *database)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    bool failed;

    if (!out)
        return NULL;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        struct printer printer = {.out = out, .database = database, .family = families[i].name};

        fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", families[i].name, families[i].help,
                families[i].name, families[i].type);
        families[i].print(&printer, metrics);
    }
    failed = ferror(out);
    if (fclose(out) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}

/* ---- The file ---- */

static int fill(int fd, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        ssize_t written = write(fd, text, left);

        if (written < 0 && errno != EINTR)
            return -errno;
        if (written > 0) {
            text += written;
            left -= (size_t)written;
        }
    }
    return fchmod(fd, METRICS_MODE) < 0 ? -errno : 0; /* whatever the umask */
}

int metrics_write(const char *path, const char *text, struct error *error)
{
    char temporary[4096];
    int fd, rc;

    /* node_exporter reads *.prom only, so it ignores this name. */
    if (snprintf(temporary, sizeof temporary, "%s.tmp", path) >= (int)sizeof temporary)
        return error_set(error, ERR_STATE, "status.metrics_file: the path is too long");
    /* Remove the leftover of a killed run instead of truncating it: another hard link may exist. */
    unlink(temporary);
    fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, METRICS_MODE);
    rc = fd < 0 ? -errno : fill(fd, text);
    if (fd >= 0 && close(fd) < 0 && rc == 0)
        rc = -errno;
    if (rc == 0 && rename(temporary, path) < 0)
        rc = -errno;
    if (rc == 0)
        return 0;
    if (fd >= 0)
        unlink(temporary);
    return error_set(error, ERR_STATE,
                     "status.metrics_file: %s cannot be written (%s): the service goes on without "
                     "it",
                     path, strerror(-rc));
}
