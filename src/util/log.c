/* log.c - makes one line of an event, lets the filter judge it, and prints it or gives it to the
 * sink. */
#include "qualiodoo/util/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "qualiodoo/util/printable.h"
#include "qualiodoo/util/progress.h"

static enum log_level threshold = LOG_LEVEL_WARNING;
static bool (*sink_or_null)(const struct log_event *event, const char *line);
static bool (*filter_or_null)(const struct log_event *event, char *line, size_t size);

void log_set_level(enum log_level level)
{
    threshold = level;
}

void log_set_sink(bool (*sink)(const struct log_event *event, const char *line))
{
    sink_or_null = sink;
}

void log_set_filter(bool (*filter)(const struct log_event *event, char *line, size_t size))
{
    filter_or_null = filter;
}

int log_priority(enum log_level level)
{
    return level < LOG_LEVEL_STEP ? (int)level : (int)LOG_LEVEL_STEP;
}

__attribute__((format(printf, 2, 0))) static void log_v(const struct log_event *event,
                                                        const char *format, va_list arguments)
{
    static const char *const words[LOG_LEVEL_DEBUG + 1] = {
        [LOG_LEVEL_ERROR] = "error: ", [LOG_LEVEL_WARNING] = "warning: "};
    enum log_level level = event->level;
    char line[2048];

    if (level > threshold)
        return;
    vsnprintf(line, sizeof line, format, arguments);
    printable_clean(line);
    if (filter_or_null && !filter_or_null(event, line, sizeof line))
        return;
    if (sink_or_null && sink_or_null(event, line))
        return;
    progress_hold();
    if (getenv("JOURNAL_STREAM"))
        fprintf(stderr, "<%d>%s\n", log_priority(level), line);
    else
        fprintf(stderr, "qualiodoo: %s%s\n", words[level] ? words[level] : "", line);
    progress_release();
}

void log_event(const struct log_event *event, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    log_v(event, format, arguments);
    va_end(arguments);
}

void log_at(enum log_level level, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    log_v(&(struct log_event){.level = level}, format, arguments);
    va_end(arguments);
}
