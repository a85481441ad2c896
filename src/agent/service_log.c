/* service_log.c - what the service logs about its cycles: failure, recovery, changes. */
#include "service_log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "journal.h"
#include "qualiodoo/store/lookup.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/log.h"

#define NAMED 10 /* accounts named in one line; the others are only counted */

static pthread_t loop; /* its lines are always logged: a person waits for the result of a reload */
static pthread_mutex_t lines_lock = PTHREAD_MUTEX_INITIALIZER; /* cycles have several threads */
static struct ratelimit lines;
static int64_t waited_ms; /* when the log first said that a cycle waits for Odoo; 0: it did not */

/* Decides whether a line is logged. Lines about a ticket or a customer, or with a MESSAGE_ID,
 * always are: each happens once. */
static bool filter(const struct log_event *event, char *line, size_t size)
{
    const char *text = event->same_as ? event->same_as : line;
    int64_t now_ms = clock_boot_ms();
    bool logged;

    if (event->level > LOG_LEVEL_WARNING || event->id || event->ticket || event->customer ||
        pthread_equal(pthread_self(), loop))
        return true;
    pthread_mutex_lock(&lines_lock);
    logged = ratelimit_pass(&lines, text, event->same_as != NULL, now_ms,
                            (struct ratelimit_line){line, size});
    if (logged && event->is_wait && !waited_ms)
        waited_ms = now_ms;
    pthread_mutex_unlock(&lines_lock);
    return logged;
}

void service_log_open(void)
{
    loop = pthread_self();
    log_set_filter(filter);
}

/* "'Exemple SARL' (12)", or "customer 12". */
static void name_account(struct store *store, int64_t account, char *text, size_t size)
{
    struct error ignored;
    char *name = NULL;

    if (store && lookup_partner_name(store, account, &name, &ignored) == 0 && name)
        snprintf(text, size, "'%.64s' (%lld)", name, (long long)account);
    else
        snprintf(text, size, "customer %lld", (long long)account);
    free(name);
}

void service_log_accounts(struct store *store, const json_t *accounts,
                          char text[SERVICE_LOG_ACCOUNTS_SIZE])
{
    size_t count = json_array_size(accounts), used = 0, i;
    json_t *account;
    char one[SERVICE_LOG_ACCOUNTS_SIZE / NAMED - sizeof ", "];

    text[0] = '\0';
    json_array_foreach(accounts, i, account) {
        if (i == NAMED - 1 && count > NAMED) {
            snprintf(text + used, SERVICE_LOG_ACCOUNTS_SIZE - used, " and %zu more", count - i);
            return;
        }
        name_account(store, json_integer_value(account), one, sizeof one);
        used += (size_t)snprintf(text + used, SERVICE_LOG_ACCOUNTS_SIZE - used, "%s%s",
                                 i ? ", " : "", one);
    }
}

static void log_failure(struct outage *outage, const struct error *error)
{
    char text[sizeof error->message + 64] = "";

    if (outage_failed(outage, error->message, clock_boot_ms(),
                      (struct ratelimit_line){text, sizeof text}))
        log_event(&(struct log_event){.level = LOG_LEVEL_ERROR, .id = JOURNAL_FAILURE}, "%s", text);
}

static void log_recovery(struct outage *outage)
{
    char text[128] = "";
    int64_t length_ms;

    if (outage_ended(outage, clock_boot_ms(), &length_ms,
                     (struct ratelimit_line){text, sizeof text}))
        log_event(&(struct log_event){.level = LOG_LEVEL_INFO, .id = JOURNAL_RECOVERY}, "%s", text);
    if (length_ms < RATELIMIT_FIRST_MS)
        return;
    pthread_mutex_lock(&lines_lock);
    ratelimit_reset(&lines);
    pthread_mutex_unlock(&lines_lock);
}

static void look_at_waits(struct outage *outage)
{
    int64_t since_ms;

    pthread_mutex_lock(&lines_lock);
    since_ms = waited_ms;
    waited_ms = 0;
    pthread_mutex_unlock(&lines_lock);
    if (since_ms)
        outage_waited(outage, since_ms);
}

static bool changed_something(const struct cycle_report *report)
{
    return json_array_size(report->compute.accounts_changed) || report->compute.breaches_new ||
           report->compute.breaches_cleared || report->writeback.sent;
}

void service_log_outcome(struct outage *outage, const struct error *error,
                         const struct cycle_report *report, const char *accounts)
{
    size_t count = json_array_size(report->compute.accounts_changed);

    if (error->code == ERR_INTERRUPTED || error->code == ERR_BUSY || report->skipped)
        return;
    look_at_waits(outage);
    if (error->code)
        log_failure(outage, error);
    else
        log_recovery(outage);
    /* A cycle can be complete and have failed: Odoo refused a write. */
    if (report->whole && changed_something(report))
        log_info("%zu account%s changed%s%s, %lld new breaches, %lld corrected, %lld writes", count,
                 count == 1 ? "" : "s", count ? ": " : "", accounts,
                 (long long)report->compute.breaches_new,
                 (long long)report->compute.breaches_cleared, (long long)report->writeback.sent);
}
