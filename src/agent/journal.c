/* journal.c - sends lines and the events of a cycle to the journal, each with its fields
 * (docs/INTERFACE.md names them). */
#include "journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
/* Leave out the fields CODE_FILE= and CODE_LINE=, which would be the same for every line. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/log.h"

/* Looked for, as sd_journal_sendv() also succeeds when nobody listens. */
#define SOCKET "/run/systemd/journal/socket"
#define FIELDS_MAX 6

struct fields {
    char texts[FIELDS_MAX][96];
    struct iovec parts[FIELDS_MAX + 1]; /* and the message */
    int count;
};

__attribute__((format(printf, 2, 3))) static void add(struct fields *fields, const char *format,
                                                      ...)
{
    char *text = fields->texts[fields->count];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof fields->texts[0], format, arguments);
    va_end(arguments);
    fields->parts[fields->count++] = (struct iovec){text, strlen(text)};
}

static bool send_line(const struct log_event *event, const char *line)
{
    struct fields fields = {0};
    char message[2048 + 16];

    snprintf(message, sizeof message, "MESSAGE=%s", line);
    add(&fields, "PRIORITY=%d", log_priority(event->level));
    add(&fields, "SYSLOG_IDENTIFIER=qualiodoo");
    if (event->id)
        add(&fields, "MESSAGE_ID=%s", event->id);
    if (event->ticket)
        add(&fields, "QUALIODOO_TICKET=%lld", (long long)event->ticket);
    if (event->customer)
        add(&fields, "QUALIODOO_CUSTOMER=%lld", (long long)event->customer);
    fields.parts[fields.count] = (struct iovec){message, strlen(message)};
    return sd_journal_sendv(fields.parts, fields.count + 1) == 0;
}

void journal_open(void)
{
    if (getenv("JOURNAL_STREAM") && access(SOCKET, W_OK) == 0)
        log_set_sink(send_line);
}

static const struct wording {
    const char *event, *id, *ticket; /* event of the report, MESSAGE_ID, text about a ticket */
    enum log_level level;
} wordings[] = {
    {"breach", JOURNAL_BREACH, "the response target is breached", LOG_LEVEL_WARNING},
    {"cleared", NULL, "the response target is not breached after all", LOG_LEVEL_INFO},
    {"credited", JOURNAL_CREDIT, NULL, LOG_LEVEL_INFO},
    {"expired", JOURNAL_EXPIRY, NULL, LOG_LEVEL_INFO},
    {"lost", JOURNAL_LOSS, NULL, LOG_LEVEL_WARNING},
};

static long long integer(json_t *found, const char *key)
{
    return json_integer_value(json_object_get(found, key));
}

/* Logs the event of a customer: the minutes, the balances when credit was lost, the name. */
static void log_customer(const struct log_event *event, const char *name, json_t *found)
{
    const char *who = json_string_value(json_object_get(found, "name"));
    char balances[2 * MINUTES_TEXT_SIZE + 16] = "", before[MINUTES_TEXT_SIZE],
                                          after[MINUTES_TEXT_SIZE];

    if (json_object_get(found, "before_minutes"))
        snprintf(balances, sizeof balances, ", balance %s -> %s",
                 minutes_format(integer(found, "before_minutes"), before),
                 minutes_format(integer(found, "after_minutes"), after));
    log_event(event, "customer %lld: %lld minutes %s%s%s%s%s", (long long)event->customer,
              integer(found, "minutes"), name, balances, who ? " ('" : "", who ? who : "",
              who ? "')" : "");
}

void journal_events(const struct cycle_report *report)
{
    json_t *found;
    size_t n;

    json_array_foreach(report->compute.events, n, found) {
        const char *name = json_string_value(json_object_get(found, "event"));
        struct log_event event = {.ticket = integer(found, "ticket"),
                                  .customer = integer(found, "customer")};

        for (size_t i = 0; i < sizeof wordings / sizeof *wordings; i++)
            if (strcmp(name, wordings[i].event) == 0) {
                event.id = wordings[i].id;
                event.level = wordings[i].level;
                if (event.customer)
                    log_customer(&event, name, found);
                else
                    log_event(&event, "ticket %lld: %s", (long long)event.ticket,
                              wordings[i].ticket);
            }
    }
}
