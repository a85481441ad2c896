/* log.h - messages for the operator, one event per line, on standard error.
 *
 * Under systemd (JOURNAL_STREAM set) each line starts with its <N> priority; on a terminal it does
 * not. Control characters are removed from a line (see printable.h), so that remote texts are safe
 * in it; the caller quotes them with '%s'. The rooms above core, config, odoo and store log; those
 * four and the rest of util return errors instead. */
#ifndef QUALIODOO_UTIL_LOG_H
#define QUALIODOO_UTIL_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level {
    LOG_LEVEL_ERROR = 3,
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_INFO = 6,  /* what the service logs by default */
    LOG_LEVEL_STEP = 7,  /* each step of a cycle: -v */
    LOG_LEVEL_DEBUG = 8, /* each call to Odoo, with its retries: -vv */
};

/* Messages above `level` are dropped. Default LOG_LEVEL_WARNING; -v STEP, -vv DEBUG, -q ERROR. */
void log_set_level(enum log_level level);

/* The syslog priority (3 to 7) of a level. */
int log_priority(enum log_level level);

/* What a line is about, for a log with fields; 0 and NULL where a field does not apply. */
struct log_event {
    enum log_level level;
    const char *id; /* the kind of event: 128 bits in hexadecimal, as MESSAGE_ID */
    int64_t ticket, customer;
    const char *same_as; /* equal in repeated lines, numbers aside; NULL: the line */
    bool is_wait;        /* the agent waits for Odoo; the end of the wait is logged too */
};

/* Sends lines to `sink` instead of standard error; a line for which it returns false is printed
 * after all. It may be called from any thread. NULL: no sink. */
void log_set_sink(bool (*sink)(const struct log_event *event, const char *line));

/* Asks `filter` before a line goes out: false drops the line; it may also append to the text. It
 * may be called from any thread. NULL: no filter. */
void log_set_filter(bool (*filter)(const struct log_event *event, char *line, size_t size));

/* Logs a line. log_at() and the macros below are for a line without fields. */
void log_event(const struct log_event *event, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_at(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_at(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_at(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_at(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_step(...) log_at(LOG_LEVEL_STEP, __VA_ARGS__)
#define log_debug(...) log_at(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
