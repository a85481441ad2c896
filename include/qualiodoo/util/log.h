/* log.h - messages for the operator, one event per line, on standard error.
 *
 * Under systemd (JOURNAL_STREAM set) each line starts with its <N> priority; on a terminal it does
 * not. A line is one line, without what plays with a terminal (see printable.h): texts of others
 * are safe in it. Remote strings must be quoted by the caller with %s inside ' '. Only the shell
 * (main, cli, sync, agent) logs; util, core, config, odoo and store return errors instead. */
#ifndef QUALIODOO_UTIL_LOG_H
#define QUALIODOO_UTIL_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level {
    LOG_LEVEL_ERROR = 3,
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_INFO = 6,  /* what the service tells by default */
    LOG_LEVEL_STEP = 7,  /* each step of a cycle: -v */
    LOG_LEVEL_DEBUG = 8, /* each call to Odoo, with its retries: -vv */
};

/* Messages above `level` are dropped. Default LOG_LEVEL_WARNING; -v STEP, -vv DEBUG, -q ERROR. */
void log_set_level(enum log_level level);

/* The priority of syslog, 3 to 7, that stands for a level. */
int log_priority(enum log_level level);

/* What a line is about, for a log that keeps fields: 0 and NULL where it has none. */
struct log_event {
    enum log_level level;
    const char *id; /* 128 bits in hexadecimal: what kind of event */
    int64_t ticket, customer;
    const char *same_as; /* lines are the same that have this, numbers aside; NULL: the text */
    bool is_wait;        /* for Odoo to answer again: the end of it is worth a line */
};

/* Where lines go instead of standard error: returns false when it could not take one, which is then
 * printed. Called by any thread. NULL: none. */
void log_set_sink(bool (*sink)(const struct log_event *event, const char *line));

/* What is asked first: returns false when a line is to be dropped; may append to it. Called by any
 * thread. NULL: none. */
void log_set_filter(bool (*filter)(const struct log_event *event, char *line, size_t size));

void log_event(const struct log_event *event, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_at(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_at(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_at(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_at(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_step(...) log_at(LOG_LEVEL_STEP, __VA_ARGS__)
#define log_debug(...) log_at(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
